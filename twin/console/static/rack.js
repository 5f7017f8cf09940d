// One rack in full, in a dialog that follows the plant while it is open.
import { ink, margin } from "./colours.js";
import { $, h } from "./dom.js";
import { known, num, signed, style } from "./format.js";
import { text } from "./text.js";

const PERIOD_MS = 1000;

export class RackDialog {
  constructor(model) {
    this.model = model;
    this.dialog = $("rack-dialog");
    this.dialog.onclose = () => clearInterval(this.timer);
    this.dialog.onclick = (e) => { if (e.target === this.dialog) this.dialog.close(); };
  }

  open(rack) {
    this.rack = rack;
    const close = h("button", { type: "button", class: "close", text: "×", "aria-label": text.close, onclick: () => this.dialog.close() });
    this.body = h("div", { text: text.loading });
    this.dialog.replaceChildren(h("header", {}, h("h2", { id: "rack-title", text: `${rack.hall} / ${rack.id}` }), close), this.body);
    this.dialog.setAttribute("aria-labelledby", "rack-title");
    this.dialog.showModal();
    this.#load();
    clearInterval(this.timer);
    this.timer = setInterval(() => this.#load(), PERIOD_MS);
  }

  async #load() {
    const { rack } = this;
    try {
      const answer = await fetch(`/api/rack/${encodeURIComponent(rack.hall)}/${encodeURIComponent(rack.id)}`);
      if (answer.ok && rack === this.rack) this.#show(await answer.json());
    } catch {
      // the page's banner already says that the connection is lost; the next round tries again
    }
  }

  #show(rack) {
    const about = [this.model.hall.rack_title, rack.cdu, `${text.feed.toLowerCase()} ${rack.feeds.join(" + ")}`].filter(Boolean).join(" · ");
    this.body.replaceChildren(h("p", { class: "about", text: about }), this.#table(rack), ...gpus(rack));
  }

  #table(rack) {
    const head = h("tr", {}, ...["quantity", "measured", "modelled", "residual", "verdict"].map((k) => h("th", { scope: "col", text: text[k] })));
    const rows = rack.columns.map((c) => {
      const q = this.model.site.quantities[c.name];
      const st = style(q.unit);
      return h("tr", { class: c.verdict }, h("th", { scope: "row", text: st.unit ? `${q.title}, ${st.unit}` : q.title }),
        h("td", { text: num(c.measured, st.digits) }), h("td", { text: num(c.modelled, st.digits) }),
        h("td", { text: known(c.residual) ? signed(c.residual, st.digits + 1) : "" }), h("td", { text: c.verdict === "virtual" ? text.only_twin : c.verdict }));
    });
    return h("table", {}, h("thead", {}, head), h("tbody", {}, ...rows));
  }
}

function gpus(rack) {
  if (!rack.gpu_c.length) return [];
  const cells = rack.gpu_c.map((c, i) => {
    const seen = rack.gpu_measured_c[i];
    const colour = margin(known(c) ? rack.throttle_c - c : null);
    const cell = h("li", { text: num(c, 0), title: `${i}: ${text.twin} ${num(c, 1)}, ${text.sensor} ${num(seen, 1)} °C, ${num(rack.gpu_w[i], 0)} W` });
    cell.style.backgroundColor = colour;
    cell.style.color = ink(colour);
    return cell;
  });
  return [h("h3", { text: text.gpus }), h("ol", { class: "gpus", "aria-label": text.gpus }, ...cells)];
}
