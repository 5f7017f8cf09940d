// Trends: what was measured against what the twin held, with its band, and what is foretold. History first, then each frame adds a point.
import { $, h, put } from "./dom.js";
import { clock, known, num, style } from "./format.js";
import { text } from "./text.js";

const SPANS = [["15 min", 900_000, 300_000], ["4 h", 14_400_000, 14_400_000], ["24 h", 86_400_000, 14_400_000]]; // name, past and future shown
const RELOAD_MS = 60_000;
const INK = { grid: "#1f2a34", axis: "#93a4b3", measured: "#f2f5f7", twin: "#58a9f0", band: "rgba(88,169,240,0.22)", ahead: "#e8b45a", aheadBand: "rgba(232,180,90,0.2)" };
const WANTED = [["site", "it_kw"], ["loop", "supply_c"], ["loop", "return_c"], ["site", "gpu_margin_k"], ["site", "sold_kw"], ["site", "pue_ratio"], ["site", "erf_ratio"],
  ["loop", "flow_lpm"], ["loop", "dp_kpa"], ["pump", "power_kw"], ["tank", "charge_pct"], ["heatpump", "heat_kw"], ["heatpump", "cop_ratio"], ["district", "heat_kw"],
  ["cooler", "heat_kw"], ["cooler", "fan_pct"], ["tower", "supply_c"], ["tower", "fan_pct"], ["weather", "dry_bulb_c"], ["site", "gpu_max_c"]];
const FIRST = ["site.it_kw", "loop.supply_c", "loop.return_c"];
const NAMES = { loop: "Facility ", pump: "Pumps ", tank: "Tank ", heatpump: "Heat pump ", district: "District ", cooler: "Coolers ", tower: "Tower " };

export class Trends {
  constructor(model) {
    this.model = model;
    this.span = SPANS[0];
    const options = WANTED.filter(([cls, column]) => model.has(cls) && model.columns(cls).includes(column));
    const first = [...FIRST, model.site.network ? "site.sold_kw" : "site.gpu_margin_k"];
    this.charts = first.map((key) => new Chart(model, options, key, () => this.span));
    $("charts").replaceChildren(...this.charts.map((c) => c.node));
    this.#spans();
    this.sizes = new ResizeObserver(() => this.charts.forEach((c) => c.fit()));
    this.sizes.observe($("charts"));
    this.timer = setInterval(() => { if (model.frame?.ts) this.reload(); }, RELOAD_MS); // the past may still be filling
  }

  #spans() {
    const buttons = SPANS.map((span) => h("button", { type: "button", text: span[0], "aria-pressed": String(span === this.span), onclick: (e) => {
      this.span = span;
      for (const b of buttons) b.setAttribute("aria-pressed", String(b === e.currentTarget));
      if (this.model.frame?.ts) this.reload();
    } }));
    $("span").replaceChildren(...buttons);
  }

  reload() { return Promise.all(this.charts.map((c) => c.load())); }

  update(frame) {
    if (frame.ts !== null) this.charts.forEach((c) => c.add(frame.ts));
  }

  close() {
    clearInterval(this.timer);
    this.sizes.disconnect();
    this.charts.forEach((c) => c.plot?.destroy());
  }
}

const title = (model, cls, column) => {
  const words = model.site.quantities[column].title.replace(/ (temperature|to throttling)$/, "");
  return NAMES[cls] ? NAMES[cls] + words[0].toLowerCase() + words.slice(1) : words;
};

class Chart {
  constructor(model, options, key, span) {
    this.model = model;
    this.span = span;
    this.body = h("div", { class: "plot", role: "img" });
    this.readout = h("output", { text: "–" });
    const choice = h("select", { "aria-label": text.choose, onchange: (e) => this.choose(e.target.value) }, ...options.map(([cls, column]) =>
      h("option", { value: `${cls}.${column}`, text: title(model, cls, column), selected: `${cls}.${column}` === key })));
    this.skill = h("p", { class: "skill", title: text.skill_hint });
    this.node = h("figure", {}, h("figcaption", {}, choice, this.readout), this.body, this.skill);
    this.choose(key);
  }

  choose(key) {
    [this.cls, this.column] = key.split(".");
    this.style = style(this.model.unit(this.column), true);
    if (this.style.unit === "" || this.style.unit === "MW") this.style.digits = 3 - (this.style.unit === "MW");
    this.body.setAttribute("aria-label", text.chart(title(this.model, this.cls, this.column)));
    this.points = new Map();
    if (this.model.frame?.ts) this.load();
  }

  async load() {
    const asked = (this.asked = Symbol("load"));
    const [, span] = this.span();
    const asset = this.model.assets[this.cls][0];
    const end = this.model.frame.ts;
    const query = new URLSearchParams({ class: this.cls, hall: asset.hall, id: asset.id, field: this.column, max_points: "720",
      start_ms: String(Math.max(0, end - span)), end_ms: String(end) });
    const [found, ahead] = await Promise.all([get(`/api/history?${query}`), get(`/api/forecast?${query}`)]);
    if (asked !== this.asked) return; // another one was asked for since
    this.ahead = ahead;
    this.#merge(found);
    this.draw();
    this.#judged();
  }

  #merge(found) {
    const before = this.points;
    this.points = new Map();
    const put = (series, name) => series.t.forEach((t, i) => { this.points.set(t, { ...this.points.get(t), [name]: series.v[i] }); });
    if (found) { put(found.sensor, "m"); put(found.twin, "v"); put(found.std, "s"); }
    const last = Math.max(0, ...this.points.keys());
    for (const [t, p] of before) if (t > last) this.points.set(t, p);
  }

  add(ts) {
    const x = this.model.at(this.cls, this.column);
    this.points.set(ts, { m: x.q === 2 ? null : x.m, v: x.v, s: x.s });
    if (this.points.size > 4000) this.points.delete(this.points.keys().next().value);
    this.draw();
  }

  /** How well this column was foretold so far, in a line. */
  #judged() {
    const found = (this.ahead?.skill ?? []).filter((s) => known(s.skill));
    put(this.skill, found.length ? text.skill(found.map((s) => [s.horizon, num(s.skill, 2), num(100 * s.coverage, 0)])) : this.ahead?.t.length ? text.skill_none : "");
  }

  /** Columns for uPlot: time (s), low and high of the band, twin, measured; then of what is foretold high, low, middle. */
  #table() {
    const k = this.style.scale;
    const [, past, future] = this.span();
    const end = this.model.frame?.ts ?? Date.now();
    const rows = [...this.points].filter(([t]) => t >= end - past).sort((a, b) => a[0] - b[0]);
    this.now = rows.length - 1;
    const to = this.ahead ? this.ahead.t.map((t, i) => [t, i]).filter(([t]) => t > end && t <= end + future) : [];
    const gone = rows.map(() => null), come = to.map(() => null);
    const of = (f) => [...rows.map(([, p]) => f(p)), ...come];
    const told = (name) => [...gone, ...to.map(([, i]) => (known(this.ahead[name][i]) ? this.ahead[name][i] * k : null))];
    const band = (sign) => of((p) => (known(p.v) && known(p.s) ? (p.v + sign * 2 * p.s) * k : null));
    return [[...rows.map(([t]) => t / 1000), ...to.map(([t]) => t / 1000)], band(1), band(-1), of((p) => (known(p.v) ? p.v * k : null)),
      of((p) => (known(p.m) ? p.m * k : null)), told("high"), told("low"), told("v")];
  }

  draw() {
    const table = this.#table();
    const last = this.now;
    this.table = table;
    if (last >= 0) this.say(last);
    else put(this.readout, text.no_history);
    if (this.plot) this.plot.setData(table);
    else if (last >= 0) this.plot = new window.uPlot(this.#options(), table, this.body);
  }

  say(i) {
    const [t, , , v, m, high, low, told] = this.table.map((column) => column[i]);
    const unit = this.style.unit ? ` ${this.style.unit}` : "";
    const when = i === this.now ? "" : `${clock(t * 1000, this.model.site.timezone)}  `;
    if (i > this.now) {
      put(this.readout, `${when}${text.foretold} ${num(told, this.style.digits)}${unit} (${num(low, this.style.digits)} … ${num(high, this.style.digits)})`);
      return;
    }
    put(this.readout, when + (known(m) ? `${num(m, this.style.digits)}${unit} · ${text.twin} ${num(v, this.style.digits)}` : `${num(v, this.style.digits)}${unit}`));
  }

  #size() { return { width: Math.max(120, this.body.clientWidth), height: Math.max(90, this.body.clientHeight) }; }

  fit() { this.plot?.setSize(this.#size()); }

  #options() {
    const axis = { stroke: INK.axis, font: "12px system-ui, sans-serif", ticks: { show: false }, grid: { stroke: INK.grid, width: 1 } };
    const hidden = { stroke: "transparent", points: { show: false }, spanGaps: true };
    return {
      ...this.#size(), legend: { show: false }, cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } }, padding: [8, 18, 0, 0],
      tzDate: (s) => window.uPlot.tzDate(new Date(s * 1000), this.model.site.timezone),
      axes: [{ ...axis, space: 70, size: 26, values: [[3600, "{HH}:{mm}"], [60, "{HH}:{mm}"], [1, "{HH}:{mm}:{ss}"]] }, { ...axis, size: 52, space: 34, values: (u, vs) => tick(vs) }],
      scales: { y: { range: (u, low, high) => room(low, high) } },
      series: [{}, hidden, hidden, { stroke: INK.twin, width: 2, points: { show: false }, spanGaps: true },
        { stroke: INK.measured, width: 1, points: { show: false }, spanGaps: true }, hidden, hidden,
        { stroke: INK.ahead, width: 2, dash: [6, 4], points: { show: false }, spanGaps: true }],
      bands: [{ series: [1, 2], fill: INK.band }, { series: [5, 6], fill: INK.aheadBand }],
      hooks: { setCursor: [(u) => { if (u.cursor.idx != null) this.say(u.cursor.idx); }] },
    };
  }
}

/** JSON of an answer; null when there is none: the banner says that the connection is lost. */
async function get(path) {
  try {
    const answer = await fetch(path);
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

/** Axis limits that do not blow noise up to fill the chart: at least 0.5 % of the value apart. */
function room(low, high) {
  if (!known(low) || !known(high)) return [0, 1];
  const middle = (low + high) / 2, half = Math.max((high - low) * 0.6, Math.abs(middle) * 0.005, 1e-6);
  return [middle - half, middle + half];
}

function tick(values) {
  const step = values.length > 1 ? Math.abs(values[1] - values[0]) : 1;
  const whole = (d) => Math.abs(step * 10 ** d - Math.round(step * 10 ** d)) < 1e-6;
  const digits = [0, 1, 2, 3].find(whole) ?? 4;
  return values.map((v) => num(v, digits));
}
