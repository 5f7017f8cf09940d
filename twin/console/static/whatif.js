// What if: choose what happens and to whom, ask, and read the answer: what gives in first, when, why, and what it costs.
import { ask, example, words } from "./asking.js";
import { Curve } from "./curve.js";
import { $, h, put } from "./dom.js";
import { known, num, signed } from "./format.js";
import { text } from "./text.js";

const HORIZONS = [["10min", "10 min"], ["1h", "1 h"], ["4h", "4 h"], ["1d", "1 day"]];
const MEMBERS = 50;
const HARM = 3;
const COMMON = ["start_s", "duration_s", "ramp_s"];
const FIRST = "pump-trip";
const COUNTS = [["facility_kwh", "kWh", 0], ["net_eur", "€", 0], ["sold_kwh", "kWh", 0], ["co2_kg", "kg", 0], ["lost_gpu_h", "h", 1]];

export class WhatIf {
  constructor(model) {
    this.model = model;
    this.curves = [];
    this.fields = h("div", { class: "fields" });
    this.refused = h("p", { class: "refused", role: "alert" });
    this.answer = h("div", { class: "answer", "aria-live": "polite", hidden: true });
    this.bar = h("progress", { max: 1, hidden: true, "aria-label": text.asking });
    this.button = h("button", { type: "submit", class: "ask", text: text.ask, disabled: true });
    this.kind = h("select", { id: "whatif-kind", onchange: () => this.#fields() });
    this.horizon = h("select", { id: "whatif-horizon" }, ...HORIZONS.map(([value, name]) => h("option", { value, text: name, selected: value === "1h" })));
    this.members = h("select", { id: "whatif-members" }, h("option", { value: String(MEMBERS), text: text.with_bands(MEMBERS) }), h("option", { value: "0", text: text.no_bands }));
    const form = h("form", { onsubmit: (e) => { e.preventDefault(); this.#press(); } }, label(text.happens, this.kind, "kind"), this.fields,
      label(text.look, this.horizon), label(text.bands, this.members), this.button, this.bar);
    $("whatif-body").replaceChildren(form, h("p", { class: "hint", text: text.whatif_hint }), this.refused, this.answer);
    this.sizes = new ResizeObserver(() => this.curves.forEach((c) => c.fit()));
    this.sizes.observe($("whatif-body"));
    this.#catalogue();
  }

  async #catalogue() {
    const found = await fetch("/api/whatif").catch(() => null);
    if (!found?.ok) { put(this.refused, text.no_whatif); return; }
    const { kinds, scenarios } = await found.json();
    this.kinds = Object.fromEntries(kinds.map((k) => [k.kind, k]));
    const option = (value, name) => h("option", { value, text: name, selected: value === FIRST });
    this.kind.replaceChildren(h("optgroup", { label: text.kinds }, ...kinds.map((k) => option(k.kind, `${k.kind.replaceAll("-", " ")}: ${k.what.replace(/\.$/, "")}`))),
      h("optgroup", { label: text.scenarios }, ...scenarios.map((s) => option(s.name, s.title))));
    this.button.disabled = false;
    this.#fields();
  }

  #fields() {
    const info = this.kinds[this.kind.value];
    const given = info ? example(info) : {};
    this.inputs = info ? Object.entries(info.fields).filter(([name]) => !COMMON.includes(name)).map(([name, schema]) => [name, this.#input(name, schema, given[name])]) : [];
    this.fields.replaceChildren(...this.inputs.map(([name, input]) => label(name.replaceAll("_", " "), input)));
  }

  #input(name, schema, given) {
    const assets = this.model.site.assets[name] ?? (name === "hall" ? this.model.site.halls.map((hall) => [hall.id, hall.id]) : null);
    const hint = schema.description ?? "";
    if (assets) {
      const several = this.model.site.halls.length > 1 && name !== "hall";
      const names = ["all", ...new Set(assets.map(([hall, id]) => (several && hall !== this.model.site.site_level ? `${hall}/${id}` : id)))];
      const first = names.includes(given) ? given : names.length > 1 && name !== "hall" ? names[Math.min(3, names.length - 1)] : "all";
      return h("select", { title: hint }, ...names.map((value) => h("option", { value, text: value, selected: value === first })));
    }
    const choices = schema.enum ?? (schema.type === "boolean" ? ["true", "false"] : null);
    if (choices) return h("select", { title: hint }, ...choices.map((value) => h("option", { value, text: value, selected: value === given })));
    const input = h("input", { type: "text", title: hint, placeholder: known(schema.default) ? String(schema.default) : "", maxlength: 400, spellcheck: "false" });
    input.value = given ?? (known(schema.default) ? schema.default : "");
    return input;
  }

  #press() {
    if (this.asked) { this.asked.abort(); return; }
    this.#ask();
  }

  async #ask() {
    const info = this.kinds[this.kind.value];
    const said = info ? words(info.kind, this.inputs.map(([name, input]) => [name, input.value])) : this.kind.value;
    const body = { ask: said, horizon_s: this.horizon.value, members: Number(this.members.value) };
    this.asked = new AbortController();
    this.#busy(true);
    const found = await ask(body, (share) => { this.bar.value = share; }, this.asked.signal).catch((error) => ({ error: error.name === "AbortError" ? "" : text.whatif_lost }));
    this.asked = null;
    this.#busy(false);
    put(this.refused, found.answer ? "" : found.error ?? text.whatif_lost);
    if (found.answer) this.#show(found.answer);
  }

  #busy(on) {
    this.bar.hidden = !on;
    this.bar.removeAttribute("value");
    put(this.button, on ? text.stop : text.ask);
    $("whatif").setAttribute("aria-busy", String(on));
  }

  #show(found) {
    const a = { ...found, headline: plain(found.headline), sentence: plain(found.sentence), reached: found.reached.map((r) => ({ ...r, sentence: plain(r.sentence) })) };
    this.curves.forEach((c) => c.close());
    const worst = a.first?.severity ?? 0;
    const names = Object.keys(a.series);
    const near = names.find((n) => n.startsWith("cdu.tcs_supply_c")) ?? "loop.supply_c";
    this.curves = ["site.gpu_max_c", a.first?.name.includes("power") || a.first?.name.includes("battery") ? "site.it_kw" : a.first?.name.startsWith("gpu") ? near : "loop.supply_c"]
      .map((name) => new Curve(this.model.site.timezone, a, names.find((n) => n === name || n.startsWith(`${name} `)) ?? names[0]));
    this.answer.replaceChildren(h("p", { class: `headline ${worst === HARM ? "harm" : worst ? "" : "calm"}`, text: a.headline }),
      h("div", {}, h("p", { class: "sentence", text: a.sentence }), this.#reached(a), this.#account(a)),
      h("div", {}, h("div", { class: "curves" }, ...this.curves.map((c) => c.node)), legend(a)));
    this.answer.hidden = false;
    this.curves.forEach((c) => c.show());
  }

  #reached(a) {
    if (!a.reached.length) return h("p", { class: "hint", text: text.nothing_reached });
    return h("ol", {}, ...a.reached.slice(0, 6).map((r) => h("li", {}, h("time", { text: `+${spell(r.at_s)}` }), h("span", { text: r.sentence.replace(/ at [\d:d ]+$/, "") }))));
  }

  #account(a) {
    const shown = COUNTS.filter(([key]) => known(a.difference[key]));
    return h("dl", {}, ...shown.map(([key, unit, digits]) => h("div", {}, h("dt", { text: text.difference[key] }), h("dd", { text: `${signed(a.difference[key], digits)} ${unit}` }))));
  }

  close() {
    this.asked?.abort();
    this.sizes.disconnect();
    this.curves.forEach((c) => c.close());
  }
}

const label = (name, input, kind = "") => h("label", { class: kind || false }, h("span", { text: name }), input);

function legend(a) {
  return h("div", { class: "legend" }, h("span", { class: "key so", text: text.with_it }), h("span", { class: "key calm", text: text.without_it }),
    ...(a.bands ? [h("span", { class: "key spread", text: "5 … 95 %" })] : []));
}

const plain = (sentence) => sentence.replaceAll(" degC", " °C").replaceAll("+-", "±");

function spell(s) {
  const whole = Math.round(s);
  return whole < 120 ? `${whole} s` : whole < 7200 ? `${Math.floor(whole / 60)} min ${whole % 60} s` : `${num(whole / 3600, 1)} h`;
}
