// A curve of an answer: with it, without it, and the band of the futures that may be.
import { h, put } from "./dom.js";
import { clock, known, num } from "./format.js";
import { text } from "./text.js";

const INK = { grid: "#1f2a34", axis: "#93a4b3", so: "#ff9a63", calm: "#93a4b3", band: "rgba(255,154,99,0.22)" };
const UNITS = { degC: "°C" };

export class Curve {
  /** `at` is the name of the curve shown first. */
  constructor(zone, answer, at) {
    this.zone = zone;
    this.answer = answer;
    this.body = h("div", { class: "plot", role: "img" });
    this.readout = h("output", {});
    const names = Object.keys(answer.series);
    this.choice = h("select", { "aria-label": text.shown_curve, onchange: (e) => this.show(e.target.value) },
      ...names.map((name) => h("option", { value: name, text: title(name), selected: name === at })));
    this.node = h("figure", {}, h("figcaption", {}, this.choice, this.readout), this.body);
    this.first = at;
  }

  /** After its node stands in the page. */
  show(name = this.first) {
    const series = this.answer.series[name];
    const unit = UNITS[series.unit] ?? series.unit;
    const scale = series.unit === "kW" ? 1e-3 : 1;
    this.unit = series.unit === "kW" ? "MW" : unit;
    this.plot?.destroy();
    this.table = this.#table(name, series, scale);
    this.body.setAttribute("aria-label", text.chart(title(name)));
    this.plot = new window.uPlot(this.#options(), this.table, this.body);
    this.#say(this.table[0].length - 1);
  }

  /** Times (s), high and low of the band, without, with; the band has times of its own. */
  #table(name, series, scale) {
    const { answer } = this;
    const from = answer.start_ms / 1000;
    const x = thinned(answer.seconds, series.with.length);
    const rows = new Map(x.map((s, i) => [s, { w: series.with[i] * scale, o: series.without[i] * scale }]));
    const band = answer.bands?.curves[name];
    const si = { degC: 1, kW: 1e3 }[series.unit] ?? 1;
    answer.bands?.seconds.forEach((s, i) => {
      if (band) rows.set(s, { ...rows.get(s), low: (band[0][i] / si) * scale, high: (band[2][i] / si) * scale });
    });
    const sorted = [...rows].sort((a, b) => a[0] - b[0]);
    const of = (key) => sorted.map(([, row]) => (known(row[key]) ? row[key] : null));
    return [sorted.map(([s]) => from + s), of("high"), of("low"), of("o"), of("w")];
  }

  #say(i) {
    const back = (column, n) => { while (n > 0 && !known(column[n])) n -= 1; return column[n]; };
    const [t, , , without, so] = [this.table[0][i], null, null, back(this.table[3], i), back(this.table[4], i)];
    const when = i === this.table[0].length - 1 ? "" : this.answer.start_ms ? `${clock(t * 1000, this.zone)}  ` : `+${num(t / 60, 0)} min  `;
    const digits = Math.abs(so) >= 1000 ? 0 : this.unit === "MW" ? 2 : 1;
    put(this.readout, `${when}${num(so, digits)} ${this.unit} · ${text.otherwise} ${num(without, digits)}`);
  }

  fit() { this.plot?.setSize(this.#size()); }

  #size() { return { width: Math.max(120, this.body.clientWidth), height: Math.max(90, this.body.clientHeight) }; }

  #options() {
    const axis = { stroke: INK.axis, font: "12px system-ui, sans-serif", ticks: { show: false }, grid: { stroke: INK.grid, width: 1 } };
    const hidden = { stroke: "transparent", points: { show: false }, spanGaps: true };
    const line = (stroke, width, dash) => ({ stroke, width, dash, points: { show: false }, spanGaps: true });
    return {
      ...this.#size(), legend: { show: false }, cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } }, padding: [8, 18, 0, 0],
      tzDate: (s) => window.uPlot.tzDate(new Date(s * 1000), this.answer.start_ms ? this.zone : "UTC"),
      axes: [{ ...axis, space: 70, size: 26, values: [[3600, "{HH}:{mm}"], [60, "{HH}:{mm}"], [1, "{HH}:{mm}:{ss}"]] }, { ...axis, size: 52, space: 34 }],
      scales: { y: { range: (u, low, high) => room(low, high) } },
      series: [{}, hidden, hidden, line(INK.calm, 2, [6, 4]), line(INK.so, 2.5)],
      bands: [{ series: [1, 2], fill: INK.band }],
      hooks: { setCursor: [(u) => { if (u.cursor.idx != null) this.#say(u.cursor.idx); }] },
    };
  }

  close() { this.plot?.destroy(); }
}

/** The times of `n` of the records, as the service chose them: evenly with both ends. */
function thinned(seconds, n) {
  if (seconds.length === n) return seconds;
  return Array.from({ length: n }, (_, i) => seconds[Math.round((i * (seconds.length - 1)) / (n - 1))]);
}

const NAMES = { "site.gpu_max_c": "Hottest GPU", "site.it_kw": "IT power", "site.facility_kw": "Facility power", "site.sold_kw": "Heat sold", "site.rejected_kw": "Heat rejected",
  "loop.supply_c": "Facility supply", "loop.return_c": "Facility return", "loop.flow_lpm": "Facility flow", "loop.dp_kpa": "Facility pressure", "cdu.tcs_supply_c": "Coolant supply",
  "cdu.tcs_return_c": "Coolant return", "cdu.tcs_flow_lpm": "Coolant flow", "cdu.heat_kw": "Heat of CDU", "rack.gpu_max_c": "Hottest GPU of", "rack.power_kw": "Power of",
  "ups.charge_pct": "Battery" };

export function title(name) {
  const [column, asset] = name.split(" ");
  return `${NAMES[column] ?? column}${asset ? ` ${asset}` : ""}`;
}

function room(low, high) {
  if (!known(low) || !known(high)) return [0, 1];
  const middle = (low + high) / 2, half = Math.max((high - low) * 0.56, Math.abs(middle) * 0.005, 1e-6);
  return [middle - half, middle + half];
}
