// Whether what comes in can be used: counters, bad input by reason with examples, sensors that are not believed, parts that are not well.
import { $, h, put } from "./dom.js";
import { clock, num, value } from "./format.js";
import { text } from "./text.js";

const COUNTED = ["received", "late", "duplicate"];
const REJECTED = "rejected_";

export class Inputs {
  constructor(model) {
    this.model = model;
    this.counts = Object.fromEntries([...COUNTED, "rejected"].map((k) => [k, h("b", { text: "–" })]));
    this.doubt = h("ul", { class: "doubts" });
    this.reasons = h("ul", { class: "reasons" });
    this.parts = h("p", { class: "parts" });
    this.examples = h("details", {}, h("summary", { text: text.none_rejected }), h("ol"));
    this.examples.ontoggle = () => this.#load();
    $("input-body").replaceChildren(
      h("dl", {}, ...Object.entries(this.counts).map(([k, node]) => h("div", {}, h("dt", { text: text[k] }), h("dd", {}, node)))),
      this.parts, this.doubt, this.reasons, this.examples);
  }

  update(frame) {
    const reasons = Object.entries(frame.counters).filter(([k]) => k.startsWith(REJECTED)).map(([k, n]) => [k.slice(REJECTED.length), n]);
    const total = reasons.reduce((all, [, n]) => all + n, 0);
    for (const k of COUNTED) put(this.counts[k], num(frame.counters[k] ?? 0, 0));
    put(this.counts.rejected, num(total, 0));
    this.counts.rejected.className = total ? "bad" : "";
    list(this.reasons, reasons.sort((a, b) => b[1] - a[1]).slice(0, 4).map(([why, n]) => `${num(n, 0)} × ${why.replaceAll("_", " ")}`));
    put(this.examples.firstChild, total ? `${text.rejected}: examples` : text.none_rejected);
    this.#doubts(frame.doubt);
    const unwell = Object.entries(frame.health).filter(([, ok]) => !ok).map(([name]) => name);
    put(this.parts, unwell.length ? `⚠ ${text.parts_bad}: ${unwell.join(", ")}` : "");
    if (this.examples.open && total !== this.total) this.#load();
    this.total = total;
  }

  #doubts(doubt) {
    if (!doubt) return;
    const lines = doubt.list.map(([, hall, id, column, m, v]) => {
      const q = this.model.site.quantities[column];
      return `⚠ ${hall}/${id} ${q.title.toLowerCase()} ${value(m, q.unit)}, ${text.twin} ${value(v, q.unit)}`;
    });
    if (doubt.suspect > lines.length) lines.push(`⚠ ${text.suspects(num(doubt.suspect, 0))}`);
    if (doubt.stale) lines.push(text.stale(`${num(doubt.stale, 0)} sensors`));
    list(this.doubt, lines.length ? lines : [text.all_believed]);
  }

  async #load() {
    if (!this.examples.open) return;
    const answer = await fetch("/api/rejected").catch(() => null);
    if (!answer?.ok) return;
    const { last } = await answer.json();
    list(this.examples.lastChild, last.slice(0, 20).map((r) =>
      `${clock(r.ts, this.model.site.timezone)} ${r.reason.replaceAll("_", " ")}: ${r.topic}${r.field ? ` ${r.field}` : ""}${r.detail ? `, ${r.detail}` : ""}`));
  }
}

function list(node, lines) {
  while (node.children.length > lines.length) node.lastChild.remove();
  lines.forEach((line, i) => put(node.children[i] ?? node.appendChild(h("li")), line));
}
