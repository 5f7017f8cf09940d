// The site and its newest frame, asked by class and column.
import { known } from "./format.js";

export const UNSEEN = 0, BELIEVED = 1, SUSPECT = 2, STALE = 3;
const OLD_S = 15; // a reading older than this is not shown as the present

export class Model {
  constructor(site, hall) {
    this.site = site;
    this.hall = site.halls.find((h) => h.id === hall) ?? site.halls[0];
    this.frame = null;
    this.assets = Object.fromEntries(Object.entries(site.assets).map(([cls, all]) => [cls, this.#mine(all)]));
  }

  #mine(all) {
    const wanted = [this.hall.id, this.site.site_level];
    return all.map(([hall, id, parent, feeds], row) => ({ hall, id, parent, feeds, row })).filter((a) => wanted.includes(a.hall));
  }

  has(cls) { return (this.assets[cls] ?? []).length > 0; }

  /** Places in `assets.feed` of the feeds that reach this hall's racks. */
  get feeds() {
    const mine = new Set(this.assets.rack.flatMap((a) => a.feeds));
    return (this.assets.feed ?? []).map((a, i) => ({ ...a, i })).filter((a) => mine.has(a.id));
  }

  columns(cls) {
    const c = this.site.classes[cls];
    return c ? [...c.measured, ...c.virtual] : [];
  }

  unit(column) { return this.site.quantities[column]?.unit ?? "1"; }

  /** Measured `m`, modelled `v`, std `s`, residual `r`, verdict `q`, `age` of one column of the i-th asset of this hall. */
  at(cls, column, i = 0) {
    const block = this.frame?.c?.[cls];
    const k = this.columns(cls).indexOf(column);
    if (!block || k < 0 || i >= block.v.length) return { m: null, v: null, s: null, r: null, q: UNSEEN, age: null, measured: false };
    const measured = k < this.site.classes[cls].measured.length;
    return {
      v: block.v[i][k], s: block.s[i][k], measured,
      m: measured ? block.m[i][k] : null, r: measured ? block.r[i][k] : null,
      q: measured ? Number(block.q[i][k]) : UNSEEN, age: measured ? block.age[i] : null,
    };
  }

  /** Mean or sum over this hall's assets of a class; sensors that are not believed are left out and counted in `doubt`. */
  over(cls, column, how) {
    const all = (this.assets[cls] ?? []).map((_, i) => this.at(cls, column, i));
    const fine = all.filter((x) => x.q !== SUSPECT && !old(x) && known(x.m));
    const scale = how === "sum" ? all.length : 1;
    const mean = (xs) => (xs.length ? (scale * xs.reduce((a, b) => a + b, 0)) / xs.length : null);
    return {
      m: mean(fine.map((x) => x.m)), v: mean(all.map((x) => x.v).filter(known)), s: null, age: null, measured: all.some((x) => x.measured),
      r: null, q: fine.length ? BELIEVED : UNSEEN, doubt: all.filter((x) => x.q === SUSPECT).length,
    };
  }
}

export const old = (x) => x.q === STALE || (known(x.age) && x.age > OLD_S);

/** What to put first and what beside it: a sensor that is believed and fresh comes first, otherwise the twin. */
export function reading(x) {
  if (!x.measured) return { main: x.v, kind: "virtual" };
  if (x.q === SUSPECT) return { main: x.v, second: x.m, kind: "suspect" };
  if (old(x)) return { main: x.v, second: x.m, kind: "stale" };
  if (!known(x.m)) return { main: x.v, kind: known(x.v) ? "absent" : "unknown" };
  return { main: x.m, second: x.v, delta: known(x.r) ? x.r : known(x.v) ? x.m - x.v : null, kind: "measured" };
}
