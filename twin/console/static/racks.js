// Racks of a hall, grouped by CDU and coloured by the margin of their hottest GPU. Halls too large to read are shown by CDU first.
import { ink, margin } from "./colours.js";
import { $, attr, h, put } from "./dom.js";
import { known, num, value } from "./format.js";
import { text } from "./text.js";

const TOO_MANY = 600;
const LEAK = 4, SILENT = 3, DOUBTED = 2;
const SILENT_COLOUR = "#232c35";

export class RackGrid {
  constructor(model, open) {
    this.model = model;
    this.open = open;
    this.cells = [];
    this.groups = this.#groups();
    this.byCdu = model.assets.rack.length > TOO_MANY;
    this.shown = null;
    this.#draw();
  }

  #groups() {
    const groups = this.model.assets.cdu.map((cdu) => ({ id: cdu.id, row: cdu.row, racks: [] }));
    const at = new Map(groups.map((g) => [g.row, g]));
    this.model.assets.rack.forEach((rack, i) => at.get(rack.parent)?.racks.push({ i, id: rack.id }));
    return groups;
  }

  #draw() {
    this.grid = h("div", { role: "group", "aria-label": text.rack_hint, class: this.byCdu ? "by-cdu" : "by-rack" });
    this.below = h("div", { class: "by-rack" });
    if (this.byCdu) this.grid.append(...this.groups.map((g) => this.#cell(g.id.replace(/^\D+/, ""), g.racks.map((r) => r.i), () => this.#expand(g), g.id)));
    else this.grid.append(...this.groups.map((g) => this.#group(g)));
    const across = Math.max(1, ...this.groups.map((g) => g.racks.length));
    for (const box of [this.grid, this.below]) box.style.setProperty("--across", Math.min(across, 10));
    $("rack-grid").replaceChildren(this.grid, this.below);
    for (const box of [this.grid, this.below]) box.addEventListener("keydown", (e) => this.#keys(e, box));
    put($("rack-line"), text.rack_hint);
  }

  #group(g) {
    const cells = g.racks.map((r) => this.#cell(null, [r.i], () => this.open(this.model.assets.rack[r.i]), r.id));
    return h("div", { class: "cdu", role: "group", "aria-label": g.id }, h("span", { text: g.id.replace(/^\D+-?/, ""), title: g.id }), ...cells);
  }

  #expand(g) {
    this.cells = this.cells.filter((c) => this.grid.contains(c.node));
    this.below.replaceChildren(this.#group(g));
    this.update();
  }

  #cell(name, racks, act, id) {
    const node = h("button", { type: "button", class: "rack", tabindex: this.cells.length ? -1 : 0, "data-id": id, onclick: act });
    const cell = { node, name, racks, id };
    for (const event of ["pointerenter", "focus"]) node.addEventListener(event, () => { this.shown = cell; this.#line(); });
    this.cells.push(cell);
    return node;
  }

  /** Arrow keys move within the grid as it is drawn; one tab stop for all. */
  #keys(event, box) {
    const all = [...box.querySelectorAll("button")];
    const i = all.indexOf(document.activeElement);
    const to = { ArrowRight: i + 1, ArrowLeft: i - 1, Home: 0, End: all.length - 1, ArrowDown: vertical(all, i, 1), ArrowUp: vertical(all, i, -1) }[event.key];
    if (i < 0 || to === undefined || !all[to]) return;
    event.preventDefault();
    all[i].tabIndex = -1;
    all[to].tabIndex = 0;
    all[to].focus();
  }

  update() {
    const racks = this.model.frame?.racks;
    if (!racks) return;
    for (const cell of this.cells) paint(cell, racks);
    this.#line();
  }

  #line() {
    const racks = this.model.frame?.racks;
    if (this.shown && racks) put($("rack-line"), describe(this.shown, racks));
  }
}

function vertical(all, i, way) {
  const here = all[i]?.getBoundingClientRect();
  if (!here) return undefined;
  const beyond = all.map((node, k) => ({ k, box: node.getBoundingClientRect() })).filter(({ box }) => (box.top - here.top) * way > 4);
  const near = ({ box }) => Math.abs(box.top - here.top) * 1000 + Math.abs(box.left - here.left);
  return beyond.sort((a, b) => near(a) - near(b))[0]?.k;
}

function worst(racks, frame) {
  let least = null, state = 0, power = 0;
  for (const i of racks) {
    const k = frame.margin[i];
    if (known(k) && (least === null || k < least)) least = k;
    state = Math.max(state, Number(frame.state[i]));
    power += frame.power[i] ?? 0;
  }
  return { least, state, power };
}

function paint({ node, name, racks, id }, frame) {
  const { least, state } = worst(racks, frame);
  const silent = racks.length === 1 && state === SILENT;
  const colour = state === LEAK ? "#ffffff" : silent ? SILENT_COLOUR : margin(least);
  if (node.dataset.colour !== colour) {
    node.dataset.colour = colour;
    node.style.backgroundColor = colour;
    node.style.color = ink(colour);
  }
  node.classList.toggle("silent", silent);
  node.classList.toggle("doubted", racks.length === 1 && state === DOUBTED);
  node.classList.toggle("leak", state === LEAK);
  put(node, name ?? (state === LEAK ? "≈" : known(least) ? String(Math.round(least)) : "–"));
  attr(node, "aria-label", `${id}: ${text.margin} ${num(least, 0)} K${state > 1 ? `, ${text.state[state]}` : ""}`);
}

function describe({ racks, id }, frame) {
  const { least, state, power } = worst(racks, frame);
  const hot = racks.length === 1 ? `, ${text.hottest.toLowerCase()} ${value(frame.max[racks[0]], "degC")}` : "";
  return `${id}: ${text.margin.toLowerCase()} ${value(least, "K")}${hot}, ${value(power, "kW")}${text.state[state] ? `, ${text.state[state]}` : ""}`;
}

/** Tiles of the halls, when there are several. */
export class HallStrip {
  constructor(model, choose) {
    this.model = model;
    const nav = $("halls");
    nav.hidden = model.site.halls.length < 2;
    this.tiles = model.site.halls.map((hall) => h("button", {
      type: "button", text: hall.id, "aria-current": hall.id === model.hall.id ? "true" : null, onclick: () => choose(hall.id),
    }));
    nav.replaceChildren(...this.tiles);
  }

  update(frame) {
    this.tiles.forEach((tile, i) => {
      const k = frame.halls?.margin?.[i];
      tile.style.backgroundColor = margin(k);
      tile.style.color = ink(margin(k));
      attr(tile, "title", `${value(frame.halls?.it?.[i], "kW", true)}, ${text.margin.toLowerCase()} ${value(k, "K")}`);
    });
  }
}
