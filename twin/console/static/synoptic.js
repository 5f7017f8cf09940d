// The drawn loop: made once from the site's structure, then only its texts, colours and speeds change.
import { temperature } from "./colours.js";
import { $, attr, put, s } from "./dom.js";
import { age, DASH, known, num, signed, style, value } from "./format.js";
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
    const plan = (PHONE.matches ? tall : wide)(parts, this.model.feeds.length);
    this.slots = []; this.notes = []; this.pipes = [];
    const svg = s("svg", { viewBox: `0 0 ${plan.w} ${plan.h}`, role: "group", "aria-labelledby": "h-loop" });
    for (const pipe of plan.pipes) svg.append(this.#pipe(pipe));
    for (const part of parts) svg.append(this.#card(part, plan.boxes[part.key]));
    for (const key of ["ret", "supply"]) svg.append(this.#label(label(key), plan.boxes[key]));
    svg.append(...this.#outside(plan), ...this.model.feeds.map((feed, i) => this.#feed(plan.feeds[i], feed)));
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
    const rows = Math.ceil(part.slots.length / box.columns);
    const step = [(box.w - 12) / box.columns, (box.h - (box.columns > 1 ? 72 : 80)) / rows];
    part.slots.forEach((slot, i) => {
      group.append(this.#slot(slot, box.x + 12 + (i % box.columns) * step[0], box.y + 45 + Math.floor(i / box.columns) * step[1]));
    });
    group.append(...this.#lines(part.notes, box));
    return group;
  }

  /** Lesser values at the foot of a card: a line each, or one line where the card is wide. */
  #lines(notes, box) {
    if (box.columns > 1) return [this.#note((m) => notes.map((of) => of(m)).join(" · "), box.x + 12, box.y + box.h - 10)];
    return notes.map((of, i) => this.#note(of, box.x + 12, box.y + box.h - 11 - 19 * (notes.length - 1 - i)));
  }

  #label(part, box) {
    return s("g", { class: "label", "data-part": part.key, role: "group", "aria-label": part.slots[0].label },
      this.#slot(part.slots[0], box.x, box.y + 16));
  }

  #slot(slot, x, y) {
    const main = s("tspan", { class: "main", text: DASH });
    const unit = s("tspan", { class: "unit" });
    const mark = s("tspan", { class: "mark" });
    const second = s("text", { x, y: y + 50, class: "second" });
    this.slots.push({ slot, main, unit, mark, second });
    return s("g", { class: "slot" }, s("text", { x, y, class: "name", text: slot.label }), s("text", { x, y: y + 31 }, main, unit, mark), second);
  }

  #note(of, x, y) {
    const node = s("text", { x, y, class: "note" });
    this.notes.push({ of, node });
    return node;
  }

  #outside(plan) {
    const made = [];
    const arrow = ([x, from, to], cls) => s("path", { class: cls, d: `M${x} ${from} V${to + 5} M${x - 7} ${to + 12} L${x} ${to + 3} L${x + 7} ${to + 12}` });
    if (plan.network) {
      made.push(this.#band(plan.network, text.network, "network", (m) => `${value(heatSold(m), "kW", true)} ${text.sold.toLowerCase()}`));
    }
    if (plan.weather) {
      made.push(this.#band(plan.weather, text.outdoor, "weather", (m) => `${outdoor(m, "dry_bulb_c")} · ${text.wet} ${outdoor(m, "wet_bulb_c").replace(/.°C$/, "°")}`));
    }
    return [...made, ...plan.arrows.map((a) => arrow(a, "arrow sells")), ...plan.vents.map((a) => arrow(a, "arrow rejects"))];
  }

  #band(box, title, key, of) {
    const node = s("text", { x: box.x + 12, y: box.y + 44, class: "big" });
    this.notes.push({ of, node });
    return s("g", { class: `band ${key}`, "data-part": key, role: "group", "aria-label": title },
      s("rect", { x: box.x, y: box.y, width: box.w, height: box.h, rx: 8 }), s("text", { x: box.x + 12, y: box.y + 19, class: "title", text: title }), node);
  }

  #feed(box, feed) {
    const { i } = feed;
    const power = (m) => m.at("feed", "power_kw", i);
    const third = 152, brief = box.w < 420;
    const group = s("g", { class: "card feed", "data-part": `feed-${feed.id}`, role: "group", "aria-label": `${text.feed} ${feed.id}` },
      s("rect", { x: box.x, y: box.y, width: box.w, height: box.h, rx: 10 }),
      s("text", { x: box.x + 14, y: box.y + 47, class: "letter", text: feed.id.length < 3 ? feed.id.toUpperCase() : feed.id }));
    group.append(this.#slot({ label: `${text.feed} ${feed.id.toUpperCase()}`, of: power, unit: "kW", mega: true }, box.x + 56, box.y + 20));
    group.append(this.#note((m) => feedLine(m, i, brief), box.x + 56 + third, box.y + 34), this.#note((m) => backupLine(m, feed, brief), box.x + 56 + third, box.y + 58));
    this.notes.push({ node: group, of: (m) => m.at("feed", "closed_on", i), feed: true });
    return group;
  }

  update() {
    for (const slot of this.slots) fillSlot(slot, this.model);
    for (const { of, node, feed } of this.notes) {
      if (feed) node.classList.toggle("dead", (reading(of(this.model)).main ?? 1) < 0.5);
      else put(node, of(this.model));
    }
    const flow = reading(this.model.at("loop", "flow_lpm")).main;
    for (const pipe of this.pipes) colourPipe(pipe, this.model, flow);
  }
}

/** Of the site where it is one hall, otherwise what this hall's exchanger and heat pump give (kW). */
function heatSold(m) {
  if (m.site.halls.length === 1) return m.at("site", "sold_kw").v;
  const given = ["district", "heatpump"].map((cls) => reading(m.at(cls, "heat_kw")).main).filter(known);
  return given.length ? given.reduce((a, b) => a + b, 0) : null;
}

function outdoor(m, column) {
  return value(reading(m.at("weather", column)).main, "degC");
}

function feedLine(m, i, brief) {
  const [closed, volts, hertz] = ["closed_on", "voltage_v", "frequency_hz"].map((c) => reading(m.at("feed", c, i)).main);
  const kv = known(volts) && volts >= 1000 ? `${num(volts / 1000, 1)}\u00a0kV` : value(volts, "V");
  return `${known(closed) ? (closed > 0.5 ? text.closed : text.open) : DASH} · ${kv}${brief ? "" : ` · ${value(hertz, "Hz")}`}`;
}

function backupLine(m, feed, brief) {
  const mine = (cls) => (m.assets[cls] ?? []).findIndex((a) => a.feeds.includes(feed.id));
  const [ups, genset] = [mine("ups"), mine("genset")];
  const parts = [];
  const percent = (column) => value(reading(m.at("ups", column, ups)).main, "%");
  if (ups >= 0) parts.push(`UPS ${percent("load_pct")}${brief ? "" : `, ${text.battery} ${percent("charge_pct")}`}`);
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
  put(mark, show.kind === "suspect" ? " ⚠" : x.doubt ? ` ⚠${x.doubt}` : "");
  const line = {
    measured: () => `${text.twin} ${say(show.second)}${known(show.delta) ? ` (${signed(show.delta * st.scale, st.digits)})` : ""}`,
    suspect: () => `${say(show.second)} ${text.not_believed}`,
    stale: () => `${text.no_reading} ${age(x.age)}`, absent: () => text.only_twin, virtual: () => (known(show.main) ? text.only_twin : ""), unknown: () => "",
  }[show.kind]();
  put(second, line);
  attr(second, "class", `second ${show.kind}`);
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
