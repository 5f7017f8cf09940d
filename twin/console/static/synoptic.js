// The drawn loop: made once from the site's structure, then only its texts, colours and speeds change.
import { temperature } from "./colours.js";
import { $, attr, put, s } from "./dom.js";
import { age, known, num, signed, style, value } from "./format.js";
import { tall, wide } from "./layout.js";
import { reading } from "./model.js";
import { label, partsOf, waterAfter } from "./parts.js";
import { text } from "./text.js";

const PHONE = matchMedia("(max-width: 700px)");

export class Synoptic {
  constructor(model) {
    this.model = model;
    this.redraw = () => { this.#draw(); if (model.frame) this.update(); };
    PHONE.addEventListener("change", this.redraw);
    this.#draw();
  }

  close() { PHONE.removeEventListener("change", this.redraw); }

  #draw() {
    const parts = partsOf(this.model);
    const plan = (PHONE.matches ? tall : wide)(parts, this.model.assets.feed?.length ?? 0);
    this.slots = []; this.notes = []; this.pipes = [];
    const svg = s("svg", { viewBox: `0 0 ${plan.w} ${plan.h}`, role: "group", "aria-labelledby": "h-loop" });
    for (const pipe of plan.pipes) svg.append(this.#pipe(pipe));
    for (const part of parts) svg.append(this.#card(part, plan.boxes[part.key]));
    for (const key of ["ret", "supply"]) svg.append(this.#label(label(key), plan.boxes[key]));
    svg.append(...this.#outside(plan), ...plan.feeds.map((box, i) => this.#feed(box, i)));
    $("drawing").replaceChildren(svg);
  }

  #pipe({ after, points }) {
    const d = points.map(([x, y], i) => `${i ? "L" : "M"}${x} ${y}`).join(" ");
    const body = s("path", { d, class: "pipe" });
    const flow = s("path", { d, class: "flow" });
    this.pipes.push({ after, body, flow });
    return s("g", { "data-pipe": after }, s("path", { d, class: "pipe-wall" }), body, flow);
  }

  #card(part, box) {
    const group = s("g", { class: "card", "data-part": part.key, role: "group", "aria-label": part.title },
      s("rect", { x: box.x, y: box.y, width: box.w, height: box.h, rx: 10 }),
      s("text", { x: box.x + 12, y: box.y + 23, class: "title", text: part.title }));
    if (part.equipment) group.append(s("title", { text: part.equipment }));
    const n = part.slots.length;
    const step = box.stack ? (box.h - 64) / n : (box.w - 12) / n;
    part.slots.forEach((slot, i) => {
      const [x, y] = box.stack ? [box.x + 12, box.y + 44 + i * step] : [box.x + 12 + i * step, box.y + 43];
      group.append(this.#slot(slot, x, y));
    });
    group.append(this.#note(part.note, box.x + 12, box.y + box.h - 11));
    return group;
  }

  #label(part, box) {
    return s("g", { class: "label", "data-part": part.key, role: "group", "aria-label": part.slots[0].label },
      this.#slot(part.slots[0], box.x, box.y + 16));
  }

  #slot(slot, x, y) {
    const main = s("tspan", { class: "main", text: "–" });
    const unit = s("tspan", { class: "unit" });
    const mark = s("tspan", { class: "mark" });
    const second = s("text", { x, y: y + 47, class: "second" });
    this.slots.push({ slot, main, unit, mark, second });
    return s("g", { class: "slot" }, s("text", { x, y, class: "name", text: slot.label }), s("text", { x, y: y + 28 }, main, unit, mark), second);
  }

  #note(of, x, y) {
    const node = s("text", { x, y, class: "note" });
    this.notes.push({ of, node });
    return node;
  }

  #outside(plan) {
    const { model } = this;
    const made = [];
    const arrow = ([x, from, to], cls) => s("path", { class: cls, d: `M${x} ${from} V${to + 5} M${x - 7} ${to + 12} L${x} ${to + 3} L${x + 7} ${to + 12}` });
    if (plan.network && model.has("district") | model.has("heatpump")) {
      made.push(this.#band(plan.network, text.network, "network", (m) => `${value(m.at("site", "sold_kw").v, "kW", true)} ${text.sold.toLowerCase()}`));
    }
    if (plan.weather) {
      made.push(this.#band(plan.weather, text.outdoor, "weather", (m) => `${value(m.at("weather", "dry_bulb_c").m ?? m.at("weather", "dry_bulb_c").v, "degC")}, ${text.wet} ${value(m.at("weather", "wet_bulb_c").m ?? m.at("weather", "wet_bulb_c").v, "degC")}`));
    }
    return [...made, ...plan.arrows.map((a) => arrow(a, "arrow sells")), ...plan.vents.map((a) => arrow(a, "arrow rejects"))];
  }

  #band(box, title, key, of) {
    const node = s("text", { x: box.x + 12, y: box.y + 44, class: "big" });
    this.notes.push({ of, node });
    return s("g", { class: `band ${key}`, "data-part": key, role: "group", "aria-label": title },
      s("rect", { x: box.x, y: box.y, width: box.w, height: box.h, rx: 8 }), s("text", { x: box.x + 12, y: box.y + 19, class: "title", text: title }), node);
  }

  #feed(box, i) {
    const feed = this.model.assets.feed[i];
    const power = (m) => m.at("feed", "power_kw", i);
    const third = Math.min(150, box.w * 0.42);
    const group = s("g", { class: "card feed", "data-part": `feed-${feed.id}`, role: "group", "aria-label": `${text.feed} ${feed.id}` },
      s("rect", { x: box.x, y: box.y, width: box.w, height: box.h, rx: 10 }),
      s("text", { x: box.x + 14, y: box.y + 47, class: "letter", text: feed.id.length < 3 ? feed.id.toUpperCase() : feed.id }));
    group.append(this.#slot({ label: `${text.feed} ${feed.id.toUpperCase()}`, of: power, unit: "kW", mega: true }, box.x + 56, box.y + 20));
    group.append(this.#note((m) => feedLine(m, i), box.x + 56 + third, box.y + 34), this.#note((m) => backupLine(m, feed), box.x + 56 + third, box.y + 58));
    this.notes.push({ node: group, of: (m) => m.at("feed", "closed_on", i), feed: true });
    return group;
  }

  update() {
    for (const slot of this.slots) fillSlot(slot, this.model);
    for (const { of, node, feed } of this.notes) {
      if (feed) node.classList.toggle("dead", (of(this.model).m ?? 1) < 0.5);
      else put(node, of(this.model));
    }
    const flow = reading(this.model.at("loop", "flow_lpm")).main;
    for (const pipe of this.pipes) colourPipe(pipe, this.model, flow);
  }
}

function feedLine(m, i) {
  const [closed, volts, hertz] = ["closed_on", "voltage_v", "frequency_hz"].map((c) => m.at("feed", c, i).m ?? m.at("feed", c, i).v);
  const kv = known(volts) ? `${num(volts / 1000, 1)}\u00a0kV` : "–";
  return `${known(closed) ? (closed > 0.5 ? text.closed : text.open) : "–"} · ${kv} · ${value(hertz, "Hz")}`;
}

function backupLine(m, feed) {
  const mine = (cls) => (m.assets[cls] ?? []).findIndex((a) => a.feeds.includes(feed.id));
  const [ups, genset] = [mine("ups"), mine("genset")];
  const parts = [];
  if (ups >= 0) parts.push(`UPS ${value(m.at("ups", "load_pct", ups).m, "%")}, ${text.battery} ${value(m.at("ups", "charge_pct", ups).m, "%")}`);
  if (genset >= 0 && m.at("genset", "running_count", genset).m > 0) parts.push(text.genset_on);
  return parts.join(" · ");
}

function fillSlot({ slot, main, unit, mark, second }, model) {
  const x = slot.of(model);
  const show = reading(x);
  const st = style(slot.unit, slot.mega);
  const say = (v) => num(known(v) ? v * st.scale : null, st.digits);
  put(main, say(show.main));
  put(unit, st.unit ? `\u2009${st.unit}` : "");
  attr(main.parentNode, "class", `value ${show.kind}`);
  const doubt = show.kind === "suspect" || x.doubt > 0;
  put(mark, doubt ? " ⚠" : "");
  const line = {
    measured: () => `${text.twin} ${say(show.second)}${known(show.delta) ? ` (${signed(show.delta * st.scale, st.digits)})` : ""}`,
    suspect: () => `${say(show.second)} ${text.not_believed}`,
    stale: () => `${text.no_reading} ${age(x.age)}`, absent: () => text.only_twin, virtual: () => (known(show.main) ? text.only_twin : ""), unknown: () => "",
  }[show.kind]();
  put(second, x.doubt ? `${line} · ${x.doubt} ⚠` : line);
  attr(second, "class", `second ${doubt ? "doubt" : ""}`);
}

const SLOWEST_S = 6, FASTEST_S = 1.2, FULL_LPM = 30_000;

function colourPipe({ after, body, flow }, model, lpm) {
  const c = waterAfter(model, after);
  attr(body, "stroke", temperature(c));
  const moving = known(lpm) && lpm > 1;
  flow.classList.toggle("still", !moving);
  const seconds = moving ? Math.max(FASTEST_S, SLOWEST_S * (1 - lpm / FULL_LPM)) : SLOWEST_S;
  const wanted = `${Math.round(seconds * 2) / 2}s`; // in half seconds: a change restarts the dashes
  if (flow.style.animationDuration !== wanted) flow.style.animationDuration = wanted;
}
