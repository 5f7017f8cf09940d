// Small helpers; text is always set as text.
const SVG = "http://www.w3.org/2000/svg";
export const $ = (id) => document.getElementById(id);

function fill(node, attributes, children) {
  for (const [k, v] of Object.entries(attributes)) {
    if (k === "text") node.textContent = v;
    else if (k.startsWith("on")) node.addEventListener(k.slice(2), v);
    else if (v !== null && v !== undefined && v !== false) node.setAttribute(k, v === true ? "" : v);
  }
  node.append(...children);
  return node;
}

export const h = (name, attributes = {}, ...children) => fill(document.createElement(name), attributes, children);
export const s = (name, attributes = {}, ...children) => fill(document.createElementNS(SVG, name), attributes, children);

/** Write only what changed: a page that runs for months should not touch what stands still. */
export function put(node, content) {
  if (node.textContent !== content) node.textContent = content;
}
export function attr(node, name, content) {
  if (node.getAttribute(name) !== content) node.setAttribute(name, content);
}
