// Two scales that stay apart for the common colour blindnesses: water runs blue to orange, margin dark blue to bright orange.
import { known } from "./format.js";

const TEMPERATURE = [[25, "#3f7fd6"], [35, "#67a9e0"], [42, "#b9c7cf"], [50, "#e9b45c"], [60, "#f08a2c"], [75, "#e2622a"]];
const MARGIN = [[0, "#ff8a4c"], [4, "#f6b040"], [8, "#c9a85a"], [14, "#4c6e87"], [22, "#37648c"], [35, "#2a4f78"]];
export const UNKNOWN = "#55606b";
export const MARGIN_STOPS = MARGIN.map(([k]) => k);
export const TEMPERATURE_STOPS = TEMPERATURE.map(([c]) => c);

const channels = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));

function scale(stops, v) {
  if (!known(v)) return UNKNOWN;
  if (v <= stops[0][0]) return stops[0][1];
  const i = stops.findIndex(([x]) => v <= x);
  if (i < 0) return stops.at(-1)[1];
  const [[x0, c0], [x1, c1]] = [stops[i - 1], stops[i]];
  const [a, b] = [channels(c0), channels(c1)];
  const f = (v - x0) / (x1 - x0);
  return `#${a.map((p, k) => Math.round(p + f * (b[k] - p)).toString(16).padStart(2, "0")).join("")}`;
}

export const temperature = (c) => scale(TEMPERATURE, c);
export const margin = (k) => scale(MARGIN, k);

/** Relative luminance by WCAG 2.1, to choose dark or light ink on a coloured cell. */
export function luminance(hex) {
  const [r, g, b] = channels(hex).map((p) => p / 255).map((p) => (p <= 0.04045 ? p / 12.92 : ((p + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
export const ink = (hex) => (luminance(hex) > 0.179 ? "#000000" : "#ffffff") // black and white alike reach 4.58 at 0.179;
