/** What is seen on the map, or on both, as a picture (PNG) or a drawing (SVG). */

import { colour } from "./colours.js";
import { keep } from "./exports.js";
import { FONT, arrowHead } from "./labels.js";
import { look } from "./points.js";
import { projector } from "./view.js";

const MOST_IN_SVG = 20_000;
const SVG = "http://www.w3.org/2000/svg";
// Size of the name of a set, and how far it is from the edges.
export const NAME_SIZE = 15, NAME_AT = 20;

/**
 * Save maps as they are seen.
 * @param {string} name
 * @param {{stage: any, left: number, bottom: number, name: string|null}[]} maps From the left; of each, what is right
 *   of `left` and above `bottom`, which all share.
 */
export async function savePicture(name, maps) {
  const picture = document.createElement("canvas"), ratio = devicePixelRatio || 1;
  const widths = maps.map(({ stage, left }) => Math.round((stage.map.view.width - left) * ratio));
  picture.width = widths.reduce((sum, width) => sum + width, 0);
  picture.height = Math.round(maps[0].bottom * ratio);
  const context = picture.getContext("2d");
  context.fillStyle = colour("map");
  context.fillRect(0, 0, picture.width, picture.height);
  let from = 0;
  maps.forEach(({ stage, left, name: own }, i) => {
    const width = widths[i], { height } = picture;
    context.save();
    context.beginPath();
    context.rect(from, 0, width, height);
    context.clip();
    const { view } = stage.map, at = from - left * ratio;
    for (const layer of ["points", "labels"]) context.drawImage(stage.part(layer), at, 0, view.width * ratio, view.height * ratio);
    if (own) {
      Object.assign(context, { font: `650 ${NAME_SIZE * ratio}px ${FONT}`, lineWidth: 5 * ratio, lineJoin: "round" });
      Object.assign(context, { strokeStyle: colour("map"), fillStyle: colour("ink") });
      const place = [from + NAME_AT * ratio, height - NAME_AT * ratio];
      context.strokeText(own, ...place);
      context.fillText(own, ...place);
    }
    context.restore();
    context.fillStyle = colour("line");
    if (i) context.fillRect(from, 0, ratio, height);
    from += width;
  });
  const blob = await new Promise((resolve) => { picture.toBlob(resolve, "image/png"); });
  return keep(name, blob);
}

const round = (value) => value.toFixed(1);

/** Add an element to a drawing. */
function add(parent, tag, attributes, content = "") {
  const made = parent.ownerDocument.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  // XML has no control characters.
  if (content) made.textContent = content.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd");
  parent.append(made);
  return made;
}

/**
 * Save what is seen as a drawing; return its name and how many points it has.
 * @param {string} name
 * @param {{stage: any, left: number, bottom: number, name: string|null}[]} maps
 */
export function saveDrawing(name, maps) {
  const drawing = document.implementation.createDocument(SVG, "svg"), root = drawing.documentElement;
  const height = maps[0].bottom;
  const width = maps.reduce((sum, { stage, left }) => sum + stage.map.view.width - left, 0);
  for (const [key, value] of Object.entries({ viewBox: `0 0 ${width} ${height}`, width, height, "font-family": FONT })) {
    root.setAttribute(key, value);
  }
  add(root, "title", {}, name);
  add(root, "rect", { width, height, fill: colour("map") });
  let from = 0, seen = 0, drawn = 0;
  for (const { stage, left, name: own } of maps) {
    const wide = stage.map.view.width - left, rows = stage.rowsInView(left, height);
    // What is beyond its edges is cut off.
    const part = add(root, "svg", { x: from, width: wide, height, viewBox: `${left} 0 ${wide} ${height}`, overflow: "hidden" });
    drawMap(part, stage, rows.slice(0, MOST_IN_SVG));
    seen += rows.length;
    drawn += Math.min(rows.length, MOST_IN_SVG);
    if (from) add(root, "line", { x1: from, x2: from, y1: 0, y2: height, stroke: colour("line") });
    if (own) {
      add(root, "text", {
        x: from + NAME_AT, y: height - NAME_AT, "font-size": NAME_SIZE, "font-weight": 650, fill: colour("ink"),
        stroke: colour("map"), "stroke-width": 5, "paint-order": "stroke",
      }, own);
    }
    from += wide;
  }
  const content = new XMLSerializer().serializeToString(drawing);
  return { name: keep(name, new Blob([content], { type: "image/svg+xml" })), drawn, seen };
}

/** Draw the points of rows, and the lines and labels of a stage. */
function drawMap(part, { labels, map, points, set }, rows) {
  const { view } = map, { width, height } = view, at = projector(view, width, height);
  const { smallest, largest, opacity } = look(points.length / 2, view.scale * height);
  const dots = add(part, "g", { "fill-opacity": opacity.toFixed(2) });
  for (const row of rows) {
    const [x, y] = at(points[2 * row], points[2 * row + 1]);
    add(dots, "circle", { cx: round(x), cy: round(y), r: round(smallest + (largest - smallest) * set.weight(row)), fill: map.colourOf(row) });
  }
  for (const { from, to, isArrow } of labels.lines) {
    const ends = [at(...from), at(...to)], [[x1, y1], [x2, y2]] = ends.map((place) => place.map(round));
    add(part, "line", { x1, y1, x2, y2, stroke: colour("accent"), "stroke-width": isArrow ? 2.5 : 1, "stroke-opacity": isArrow ? 1 : 0.35 });
    if (isArrow) add(part, "polygon", { points: arrowHead(...ends).map((corner) => corner.map(round).join(",")).join(" "), fill: colour("accent") });
  }
  for (const { text, x, y, anchor, size, isMarked } of labels.chosen) {
    add(part, "text", {
      x: round(x), "text-anchor": anchor, y: round(y + size / 3), "font-size": round(size), "font-weight": isMarked ? 650 : 500,
      fill: colour(isMarked ? "accent-ink" : "ink"), stroke: colour("map"), "stroke-width": 3, "paint-order": "stroke",
    }, text);
  }
  for (const { text, x, y, half } of labels.steps) {
    add(part, "rect", { x: round(x - half), y: round(y - 11), width: round(2 * half), height: 22, rx: 7, fill: colour("accent") });
    add(part, "text", { x: round(x), y: round(y + 4.5), "text-anchor": "middle", "font-size": 13, "font-weight": 650, fill: colour("on-accent") }, text);
  }
}
