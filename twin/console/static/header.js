// Who, when, how fresh, and the five figures that matter.
import { $, h, put } from "./dom.js";
import { age, clock, day, known, num } from "./format.js";
import { text } from "./text.js";

const SELLS = ["erf", "sold"]; // for a site with a district network
const KPIS = [
  { key: "pue", column: "pue_ratio", digits: 3, unit: "" }, { key: "erf", column: "erf_ratio", digits: 3, unit: "" },
  { key: "it", column: "it_kw", digits: 2, unit: "MW", scale: 1e-3 }, { key: "sold", column: "sold_kw", digits: 2, unit: "MW", scale: 1e-3 },
  { key: "cooling", column: "cooling_kw", digits: 2, unit: "MW", scale: 1e-3 },
  { key: "margin", column: "gpu_margin_k", digits: 1, unit: "K", low: 5 },
];
const REPLAY_MS = 3_600_000; // further apart, event time is a replay and a lag says nothing

export class Header {
  constructor(model) {
    this.model = model;
    const { site } = model;
    document.title = `${site.name} · Boucle`;
    put($("site-name"), site.name);
    const racks = site.assets.rack.length;
    put($("site-size"), text.size(num(racks, 0), num(racks * site.gpus_per_rack, 0)));
    const wanted = KPIS.filter(({ key }) => (site.network ? key !== "cooling" : !SELLS.includes(key)));
    this.cells = wanted.map((kpi) => ({ kpi, node: h("b", { text: "–" }), box: h("div") }));
    $("kpis").replaceChildren(...this.cells.map(({ kpi, node, box }) => {
      box.append(h("dt", { text: text[kpi.key] }), h("dd", {}, node, kpi.unit ? h("small", { text: ` ${kpi.unit}` }) : ""));
      return box;
    }));
  }

  update(frame) {
    for (const { kpi, node, box } of this.cells) {
      const v = this.model.at("site", kpi.column).v;
      put(node, num(known(v) ? v * (kpi.scale ?? 1) : null, kpi.digits));
      box.className = kpi.low !== undefined && known(v) && v < kpi.low ? "low" : "";
    }
    if (frame.ts === null) return;
    const zone = this.model.site.timezone;
    put($("event-time"), clock(frame.ts, zone));
    $("event-time").title = `${day(frame.ts, zone)}, ${zone}`;
    const lag = frame.now - frame.ts;
    put($("lag"), Math.abs(lag) > REPLAY_MS ? day(frame.ts, zone) : lag < -1500 ? text.ahead(age(-lag / 1000)) : text.lag(`${num(Math.max(0, lag) / 1000, 1)} s`));
  }
}

/** The state of the stream, for the chip, the banner and the whole page. */
export function showState(state, since) {
  document.body.dataset.state = state;
  put($("connection").querySelector("b"), text[{ wait: "connecting", live: "live", silent: "silent", lost: "lost" }[state]]);
  const banner = $("banner");
  banner.hidden = state === "live" || (state === "wait" && since < 3);
  const say = { lost: text.lost_banner, silent: text.silent_banner }[state];
  put(banner, banner.hidden ? "" : say ? say(age(since)) : text.wait_banner);
}
