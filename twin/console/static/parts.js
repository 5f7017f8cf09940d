// What each part of a loop shows. A slot is {label, of, unit, mega}; a note is one line of lesser values.
import { known, num, value } from "./format.js";
import { reading } from "./model.js";
import { text } from "./text.js";

const one = (cls, column) => (m) => m.at(cls, column);
const mean = (cls, column) => (m) => m.over(cls, column, "mean");
const sum = (cls, column) => (m) => m.over(cls, column, "sum");
const slot = (label, of, unit, mega = false) => ({ label, of, unit, mega });
const plain = (cls, column, mega = false) => (m) => {
  const { main } = reading(m.at(cls, column));
  return column.endsWith("_count") ? num(main, 0) : value(main, m.unit(column), mega);
};
/** A note from words and values: `note("load", plain(...))`. */
const note = (...parts) => (m) => parts.map((p) => (typeof p === "string" ? p : p(m))).join(" ");
const rackPower = (m) => {
  const [v, seen] = m.frame?.racks?.power_kw ?? [null, null];
  return { v, m: seen, s: null, r: null, q: 1, age: null, measured: true };
};
const extreme = (key, pick) => (m) => {
  const all = (m.frame?.racks?.[key] ?? []).filter(known);
  return { v: all.length ? pick(...all) : null, measured: false, q: 0 };
};

const PARTS = {
  rack: {
    slots: [slot(text.it, rackPower, "kW", true), slot(text.hottest, extreme("max", Math.max), "degC"),
      slot(text.margin, extreme("margin", Math.min), "K")],
    notes: [(m) => `${m.assets.rack.length} ${text.rack.toLowerCase()}`],
  },
  cdu: {
    slots: [slot(text.from_racks, mean("cdu", "tcs_return_c"), "degC"), slot(text.heat, sum("cdu", "heat_kw"), "kW", true),
      slot(text.to_racks, mean("cdu", "tcs_supply_c"), "degC")],
    notes: [(m) => `${m.assets.cdu.length} ${text.units}`, (m) => `${text.pumps} ${value(reading(m.over("cdu", "speed_pct", "mean")).main, "%")}`],
  },
  district: {
    slots: [slot(text.heat, one("district", "heat_kw"), "kW", true), slot(text.leaving, one("district", "out_c"), "degC")],
    notes: [note(plain("district", "dh_return_c"), "→", plain("district", "dh_supply_c")), note(text.valve, plain("district", "valve_pct"))],
  },
  heatpump: {
    slots: [slot(text.heat, one("heatpump", "heat_kw"), "kW", true), slot(text.leaving, one("heatpump", "source_out_c"), "degC")],
    notes: [note(text.cop, (m) => num(m.at("heatpump", "cop_ratio").v, 1), "·", plain("heatpump", "power_kw", true)),
      note(text.load, plain("heatpump", "load_pct"))],
  },
  cooler: {
    slots: [slot(text.heat, one("cooler", "heat_kw"), "kW", true), slot(text.leaving, one("cooler", "out_c"), "degC")],
    notes: [note(text.fans, plain("cooler", "fan_pct")), note(plain("cooler", "running_count"), text.running, "·", plain("cooler", "power_kw"))],
  },
  tower: {
    slots: [slot(text.heat, one("tower", "heat_kw"), "kW", true), slot(text.leaving, one("tower", "supply_c"), "degC")],
    notes: [note(text.fans, plain("tower", "fan_pct"), "·", plain("tower", "running_count"), text.running),
      note(text.water, plain("tower", "water_lph"))],
  },
  tank: {
    slots: [slot(text.top, one("tank", "top_c"), "degC"), slot(text.bottom, one("tank", "bottom_c"), "degC")],
    notes: [note(text.charge, plain("tank", "charge_pct")), note(text.level, plain("tank", "level_pct"))],
  },
  pump: {
    slots: [slot(text.speed, one("pump", "speed_pct"), "%"), slot(text.flow, one("loop", "flow_lpm"), "L/min")],
    notes: [note(plain("pump", "running_count"), text.running, "·", plain("pump", "power_kw")), note("Δp", plain("loop", "dp_kpa"))],
  },
  ret: { slots: [slot(text.ret, one("loop", "return_c"), "degC")] },
  supply: { slots: [slot(text.supply, one("loop", "supply_c"), "degC")] },
};

/** Temperature (degC) of the water that leaves each part of the facility loop. */
const LEAVING = {
  ret: ["loop", "return_c"], district: ["district", "out_c"], heatpump: ["heatpump", "source_out_c"], cooler: ["cooler", "out_c"],
  tower: ["tower", "supply_c"], tank: ["tank", "bottom_c"], pump: ["loop", "supply_c"],
};

export const REMOVES = ["district", "heatpump", "cooler", "tower"]; // in the order the water meets them

/** The parts of this hall in the order of its water, `[{key, title, slots, note}]`. */
export function partsOf(model) {
  const keys = ["rack", "cdu", ...REMOVES, "tank", "pump"].filter((cls) => model.has(cls));
  return keys.map((key) => ({ key, title: text[key], equipment: model.hall.titles[key], ...PARTS[key] }));
}
export const label = (key) => ({ key, ...PARTS[key] });

/** Believed temperature of the water after a part, or of the technology loop for `hot` and `cold`. */
export function waterAfter(model, key) {
  if (key === "hot" || key === "cold") {
    const x = model.over("cdu", key === "hot" ? "tcs_return_c" : "tcs_supply_c", "mean");
    return x.m ?? x.v;
  }
  const [cls, column] = LEAVING[key];
  const x = model.at(cls, column);
  return x.q === 1 && known(x.m) ? x.m : x.v;
}
