// One question to the service: progress as it comes, then the answer; it can be stopped.

/** Ask; `told(share)` hears how far it is. Gives {answer} or {error}. */
export async function ask(body, told, signal) {
  const found = await fetch("/api/whatif", { method: "POST", headers: { "Content-Type": "application/json", Accept: "text/event-stream" },
    body: JSON.stringify(body), signal });
  if (!found.ok || !found.body) return { error: (await found.json().catch(() => ({}))).error ?? `${found.status}` };
  const reader = found.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return { error: null };
    text += value;
    const blocks = text.split("\n\n");
    text = blocks.pop();
    for (const block of blocks) {
      const [kind, data] = parts(block);
      if (kind === "share") told(Number(data));
      else if (kind === "answer") return { answer: JSON.parse(data) };
      else if (kind === "error") return { error: JSON.parse(data).error };
    }
  }
}

function parts(block) {
  const line = (name) => block.split("\n").find((l) => l.startsWith(`${name}: `))?.slice(name.length + 2);
  return [line("event"), line("data")];
}

/** The words of a question: a scenario's name, or a kind with its fields by name; what was left empty is left out. */
export function words(kind, fields) {
  return [kind, ...fields.filter(([, value]) => value !== "").map(([name, value]) => `${name}=${String(value).replace(/\s+/g, "")}`)].join(" ");
}

/** What the example of a kind gives each field: `pump-trip cdu-03 start=10min` with words [cdu]. */
export function example(info) {
  const given = {}, places = [...info.words];
  for (const word of info.example.split(" ").slice(1)) {
    const at = word.indexOf("=");
    if (at > 0) given[word.slice(0, at)] = word.slice(at + 1);
    else if (places.length) given[places.shift()] = word;
  }
  return given;
}
