// Numbers as a person reads them. Unknown is a dash, never NaN.
const UNITS = { degC: "°C", "1": "", "0/1": "" };
const DIGITS = { degC: 1, K: 1, kW: 0, MW: 2, "L/min": 0, "L/h": 0, kPa: 0, "%": 0, V: 0, Hz: 2, "1": 2, "0/1": 0, W: 0 };
export const DASH = "–";

export const known = (v) => typeof v === "number" && Number.isFinite(v);
const grouped = (v, digits) => v.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits }).replace(/,/g, "\u202f");

export function num(v, digits = 1) {
  return known(v) ? grouped(Object.is(v, -0) ? 0 : v, digits).replace(/^-(0(\.0+)?)$/, "$1") : DASH;
}

export function signed(v, digits = 1) {
  if (!known(v)) return DASH;
  const body = num(Math.abs(v), digits);
  return /[1-9]/.test(body) ? (v < 0 ? "−" : "+") + body : body;
}

/** Scale, digits and unit text for a quantity: large powers in MW. */
export function style(unit, mega = false) {
  if (unit === "kW" && mega) return { scale: 1e-3, digits: DIGITS.MW, unit: "MW" };
  return { scale: 1, digits: DIGITS[unit] ?? 1, unit: UNITS[unit] ?? unit };
}

export function value(v, unit, mega = false) {
  const s = style(unit, mega);
  return `${num(known(v) ? v * s.scale : null, s.digits)}${s.unit && s.unit !== "%" ? "\u00a0" : ""}${s.unit}`;
}

export function age(seconds) {
  if (!known(seconds)) return DASH;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

export function clock(ms, zone) {
  return new Date(ms).toLocaleTimeString("en-GB", { timeZone: zone });
}

export function day(ms, zone) {
  return new Date(ms).toLocaleDateString("en-GB", { timeZone: zone, weekday: "short", day: "numeric", month: "short" });
}
