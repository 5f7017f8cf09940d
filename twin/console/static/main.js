// Puts the page together: the site once, then every frame to every part.
import { AlarmList } from "./alarms.js";
import { margin, MARGIN_STOPS, temperature, TEMPERATURE_STOPS } from "./colours.js";
import { $, h } from "./dom.js";
import { Header, showState } from "./header.js";
import { Inputs } from "./inputs.js";
import { Live } from "./live.js";
import { Model } from "./model.js";
import { RackDialog } from "./rack.js";
import { HallStrip, RackGrid } from "./racks.js";
import { Synoptic } from "./synoptic.js";
import { Trends } from "./trends.js";
import { WhatIf } from "./whatif.js";

const RETRY_MS = 2000;

function legend(node, stops, colour, unit) {
  node.replaceChildren(...stops.map((v) => {
    const box = h("i", { "aria-hidden": "true" });
    box.style.backgroundColor = colour(v);
    return h("span", {}, box, `${v}${unit}`);
  }));
}

class Page {
  constructor(site, hall, choose) {
    const model = new Model(site, hall);
    this.dialog = new RackDialog(model);
    this.synoptic = new Synoptic(model);
    this.trends = new Trends(model);
    this.whatif = new WhatIf(model);
    this.parts = [new Header(model), new AlarmList(model), new HallStrip(model, choose), this.synoptic,
      new RackGrid(model, (rack) => this.dialog.open(rack)), new Inputs(model), this.trends];
    let first = true;
    this.live = new Live(model.hall.id, (frame) => {
      model.frame = frame;
      this.parts.forEach((part) => part.update(frame));
      document.body.dataset.frames = String(Number(document.body.dataset.frames ?? 0) + 1);
      if (first && frame.ts !== null) { first = false; this.trends.reload(); }
    }, showState);
  }

  close() {
    this.live.close();
    this.synoptic.close();
    this.trends.close();
    this.whatif.close();
  }
}

async function start() {
  let site = null;
  while (site === null) {
    const answer = await fetch("/api/site").catch(() => null);
    site = answer?.ok ? await answer.json() : null;
    if (site === null) {
      showState("wait", RETRY_MS / 1000 + 1);
      await new Promise((resolve) => { setTimeout(resolve, RETRY_MS); });
    }
  }
  legend($("temp-legend"), TEMPERATURE_STOPS, temperature, " °C");
  legend($("margin-legend"), MARGIN_STOPS, margin, " K");
  const chosen = () => decodeURIComponent(location.hash.slice(1));
  let page = new Page(site, chosen(), (hall) => { location.hash = hall; });
  addEventListener("hashchange", () => {
    if (!site.halls.some((hall) => hall.id === chosen())) return;
    page.close();
    page = new Page(site, chosen(), (hall) => { location.hash = hall; });
  });
}

start();
