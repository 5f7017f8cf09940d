// Where the parts stand. `wide` is a ring for a desk or a wall, `tall` a column for a phone. Units are those of the drawing.
const WIDE = { w: 1240, card: { w: 206, h: 220 }, left: 8, gapTcs: 52, tallW: 168, top: 84, bottom: 332, feeds: 574, row: 656 };

const centre = (b) => [b.x + b.w / 2, b.y + b.h / 2];
const at = (list, key) => list.find((p) => p.key === key);

/** Boxes of cards and labels, and pipes `{after, points}` where `after` names the water they carry. */
export function wide(parts, feeds) {
  const { card, top, bottom } = WIDE;
  const height = bottom + card.h - top;
  const boxes = { rack: { x: WIDE.left, y: top, w: WIDE.tallW, h: height, columns: 1 } };
  boxes.cdu = { x: WIDE.left + WIDE.tallW + WIDE.gapTcs, y: top, w: WIDE.tallW, h: height, columns: 1 };
  const start = boxes.cdu.x + WIDE.tallW;
  const upper = parts.filter((p) => ["district", "heatpump", "cooler", "tower"].includes(p.key));
  const lower = ["pump", "tank"].map((key) => at(parts, key)).filter(Boolean);
  spread(boxes, upper, start + 142, top);
  spread(boxes, lower, start + 142, bottom);
  boxes.ret = { x: start + 10, y: top - 2, w: 128, h: 70 };
  boxes.supply = { x: start + 10, y: bottom - 2, w: 128, h: 70 };
  const y = { top: top + 108, bottom: bottom + 108 };
  const first = boxes[upper[0]?.key] ?? { x: WIDE.w - 60 };
  const pipes = [
    { after: "hot", points: [[boxes.rack.x + WIDE.tallW, top + 60], [boxes.cdu.x, top + 60]] },
    { after: "cold", points: [[boxes.cdu.x, bottom + 60], [boxes.rack.x + WIDE.tallW, bottom + 60]] },
    { after: "ret", points: [[start, y.top], [first.x, y.top]] },
    ...upper.slice(0, -1).map((p, i) => ({ after: p.key, points: [[boxes[p.key].x + card.w, y.top], [boxes[upper[i + 1].key].x, y.top]] })),
  ];
  return { w: WIDE.w, h: WIDE.row, boxes, pipes: pipes.concat(down(boxes, upper, lower, y, start)), ...around(boxes, upper, feeds) };
}

function spread(boxes, row, from, y) {
  const { card, w } = WIDE;
  const step = row.length > 1 ? Math.min(card.w + 44, (w - 22 - card.w - from) / (row.length - 1)) : 0;
  const single = row.length === 1 ? (w - 22 - card.w - from) / 2 : 0; // a lone card stands in the middle
  row.forEach((p, i) => { boxes[p.key] = { x: from + single + i * step, y, w: Math.min(card.w, step ? step - 18 : card.w), h: card.h, columns: 1 }; });
}

/** From the last cooler down to the lower row and back to the CDUs. */
function down(boxes, upper, lower, y, start) {
  const last = boxes[upper.at(-1)?.key];
  const back = [...lower].reverse();
  const x = last ? last.x + last.w / 2 : WIDE.w - 60;
  const stops = back.map((p) => boxes[p.key]);
  const pipes = [{ after: upper.at(-1)?.key ?? "ret", points: [[x, last ? last.y + last.h : y.top], [x, y.bottom], [stops[0].x + stops[0].w, y.bottom]] }];
  back.forEach((p, i) => {
    const end = stops[i + 1] ? stops[i + 1].x + stops[i + 1].w : start;
    pipes.push({ after: p.key, points: [[stops[i].x, y.bottom], [end, y.bottom]] });
  });
  return pipes;
}

/** Network above what sells to it, weather above what rejects to it, feeds along the foot. */
function around(boxes, upper, feeds) {
  const sells = upper.filter((p) => ["district", "heatpump"].includes(p.key)).map((p) => boxes[p.key]);
  const rejects = upper.filter((p) => ["cooler", "tower"].includes(p.key)).map((p) => boxes[p.key]);
  const band = (list) => list.length && { x: list[0].x, y: 4, w: list.at(-1).x + list.at(-1).w - list[0].x, h: 52 };
  const each = (WIDE.w - WIDE.left - 22 - 18 * (feeds - 1)) / Math.max(feeds, 1);
  return {
    network: band(sells), weather: band(rejects), arrows: sells.map((b) => [centre(b)[0], b.y, 57]), vents: rejects.map((b) => [centre(b)[0], b.y, 57]),
    feeds: Array.from({ length: feeds }, (_, i) => ({ x: WIDE.left + i * (each + 18), y: WIDE.feeds, w: each, h: 76 })),
  };
}

const TALL = { w: 374, head: 52, slot: 66, note: 20, gap: 26, label: 66, x: 34 };

export function tall(parts, feeds) {
  const boxes = {}, pipes = [];
  const w = TALL.w - TALL.x - 4;
  let y = 4;
  const rows = [];
  for (const p of parts) {
    rows.push(p.key);
    if (p.key === "cdu") rows.push("ret");
  }
  rows.push("supply");
  const sells = ["district", "heatpump"].filter((k) => at(parts, k));
  const rejects = ["cooler", "tower"].filter((k) => at(parts, k));
  const result = { w: TALL.w, arrows: [], vents: [] };
  for (const key of rows) {
    const isLabel = key === "ret" || key === "supply";
    if (key === sells[0]) { result.network = { x: TALL.x, y, w, h: 54 }; y += 54 + TALL.gap; }
    if (key === rejects[0]) { result.weather = { x: TALL.x, y, w, h: 54 }; y += 54 + TALL.gap; }
    const height = isLabel ? TALL.label : TALL.head + TALL.note + TALL.slot * Math.ceil(at(parts, key).slots.length / 2);
    boxes[key] = isLabel ? { x: TALL.x + 34, y, w: w - 34, h: height } : { x: TALL.x, y, w, h: height, columns: 2 };
    y += isLabel ? height + 18 : height + TALL.gap;
  }
  const spine = TALL.x + 18;
  const order = parts.map((p) => p.key);
  order.slice(1, -1).forEach((key, i) => {
    const [from, to] = [boxes[key], boxes[order[i + 2]]];
    pipes.push({ after: key === "cdu" ? "ret" : key, points: [[spine, from.y + from.h], [spine, to.y]] });
  });
  const [rack, cdu, pump] = [boxes.rack, boxes.cdu, boxes[order.at(-1)]];
  pipes.push({ after: "hot", points: [[spine, rack.y + rack.h], [spine, cdu.y]] }, { after: "cold", points: [[spine + w - 36, cdu.y], [spine + w - 36, rack.y + rack.h]] });
  pipes.push({ after: order.at(-1), points: [[spine, pump.y + pump.h], [spine, y - 8], [14, y - 8], [14, cdu.y + cdu.h / 2], [TALL.x, cdu.y + cdu.h / 2]] });
  y += 18;
  result.feeds = Array.from({ length: feeds }, (_, i) => ({ x: 4, y: y + i * 86, w: TALL.w - 8, h: 76 }));
  return { ...result, h: y + feeds * 86, boxes, pipes };
}
