// The alarms: what waits for somebody first, each with priority, age, text and what can be done. Colour is never the only sign.
import { $, attr, h, put } from "./dom.js";
import { age, num } from "./format.js";
import { text } from "./text.js";

const MARKS = { high: "▲▲", medium: "▲", low: "▽" };
const SHOWN = ["ack", "reset", "shelve", "unshelve", "restore"]; // taking one out of service is no matter of one click
const SHELVE_MIN = 30;
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.:@-]{0,63}$/;
const KEPT = "boucle-author";

export class AlarmList {
  constructor(model) {
    this.model = model;
    this.rows = new Map();
    this.title = document.title;
    this.author = h("input", { id: "author", type: "text", maxlength: 64, autocomplete: "username", placeholder: text.author_hint, spellcheck: "false" });
    this.author.value = kept();
    this.author.onchange = () => { try { localStorage.setItem(KEPT, this.author.value.trim()); } catch { /* a browser that keeps nothing asks again */ } };
    this.say = h("p", { class: "said", role: "alert" });
    this.count = h("p", { class: "count", "aria-live": "polite" });
    this.list = h("ol");
    this.who = h("label", { class: "author" }, h("span", { text: text.author }), this.author);
    $("alarm-body").replaceChildren(h("div", { class: "bar" }, this.count, this.who), this.say, this.list);
  }

  update(frame) {
    if (!frame.alarms) return;
    const { list, total, waiting } = frame.alarms;
    attr($("alarms"), "data-waiting", String(waiting));
    attr($("alarms"), "data-total", String(total));
    put(this.count, total ? text.alarm_count(num(total, 0), num(waiting, 0)) : text.no_alarms);
    const wanted = `${waiting ? `⚠${waiting} ` : ""}${this.title}`;
    if (document.title !== wanted) document.title = wanted;
    this.who.hidden = !total;
    if (!total) put(this.say, "");
    const here = new Set(list.map((a) => a.id));
    for (const [id, row] of this.rows) if (!here.has(id)) { row.node.remove(); this.rows.delete(id); }
    list.forEach((a, i) => this.#show(a, i, frame.ts ?? frame.now));
  }

  #show(a, i, now) {
    const row = this.rows.get(a.id) ?? this.#row(a.id);
    if (this.list.children[i] !== row.node) this.list.insertBefore(row.node, this.list.children[i] ?? null);
    attr(row.node, "class", `${a.priority} ${a.waiting ? "waiting" : "quiet"}`);
    attr(row.node, "data-state", a.state);
    put(row.priority, `${MARKS[a.priority]} ${text.priority[a.priority]}`);
    put(row.state, text.alarm_state[a.state] + (a.until === null ? "" : ` ${text.left(age(Math.max(0, (a.until - now) / 1000)))}`));
    put(row.age, age(Math.max(0, (now - a.raised) / 1000)));
    put(row.text, a.text);
    put(row.more, more(a));
    for (const [verb, button] of row.buttons) button.hidden = !a.allowed.includes(verb);
  }

  #row(id) {
    const [priority, state, since, words, extra] = ["priority", "state", "age", "text", "more"].map((c) => h("span", { class: c }));
    const buttons = SHOWN.map((verb) => [verb, h("button", { type: "button", text: text.verb[verb], "aria-label": `${text.verb[verb]}: ${id}`,
      onclick: () => this.#do(id, verb) })]);
    const node = h("li", { "data-alarm": id }, priority, state, since, h("div", { class: "what" }, words, extra),
      h("span", { class: "buttons" }, ...buttons.map(([, b]) => b)));
    const row = { node, priority, state, age: since, text: words, more: extra, buttons };
    this.rows.set(id, row);
    return row;
  }

  async #do(id, verb) {
    const author = this.author.value.trim();
    if (!NAME.test(author)) {
      put(this.say, text.author_needed);
      this.author.focus();
      return;
    }
    const body = JSON.stringify({ author, ...(verb === "shelve" ? { minutes: SHELVE_MIN } : {}) });
    const answer = await fetch(`/api/alarms/${encodeURIComponent(id)}/${verb}`, { method: "POST", headers: { "Content-Type": "application/json" }, body })
      .catch(() => null);
    const said = answer ? await answer.json().catch(() => ({})) : {};
    put(this.say, answer?.ok ? "" : text.not_done(said.error ?? text.lost));
    if (answer?.ok) await this.#reload();
  }

  async #reload() {
    const answer = await fetch("/api/alarms").catch(() => null);
    if (!answer?.ok) return;
    const { alarms, ts } = await answer.json();
    this.update({ ts, now: ts, alarms: { list: alarms, total: alarms.length, waiting: alarms.filter((a) => a.waiting).length } });
  }
}

function more(a) {
  const parts = [];
  if (a.children) parts.push(text.stands_for(a.children));
  if (a.suspects.length > 1) parts.push(`${text.or_else} ${a.suspects.slice(1).join(", ").replaceAll("_", " ")}`);
  if (a.consequence_s > 0 && a.active) parts.push(text.time_left(age(a.consequence_s)));
  if (a.times > 1) parts.push(text.times(a.times));
  if (a.author) parts.push(text.by(a.author));
  if (a.note) parts.push(a.note);
  return parts.join(" · ");
}

function kept() {
  try { return localStorage.getItem(KEPT) ?? ""; } catch { return ""; }
}
