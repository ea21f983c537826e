/** What is shown as files: PNG, SVG, CSV. */

import { colour } from "./colours.js";
import { FONT, arrowHead } from "./labels.js";
import { look } from "./points.js";
import { projector } from "./view.js";

const MOST_IN_SVG = 20_000;

/** Have the browser keep a file; return its name. */
function keep(name, blob) {
  const safe = name.replace(/[^\p{L}\p{N}+\-]+/gu, "-").slice(0, 60) || "words";
  const suffix = { "image/png": "png", "image/svg+xml": "svg", "text/csv": "csv" }[blob.type];
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `${safe}.${suffix}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  return link.download;
}

/**
 * Save a table. A cell that a spreadsheet would take for a formula begins with an apostrophe.
 * @param {{name: string, header: string[], rows: any[][]}} table
 */
export function saveTable({ name, header, rows }) {
  const cell = (value) => {
    let shown = String(value);
    if (typeof value === "string" && /^[=+\-@\t\r]/.test(shown)) shown = `'${shown}`;
    return /[",\n\r]/.test(shown) ? `"${shown.replaceAll('"', '""')}"` : shown;
  };
  const lines = [header, ...rows].map((row) => row.map(cell).join(","));
  // The mark tells spreadsheets that it is UTF-8.
  return keep(name, new Blob([`\ufeff${lines.join("\r\n")}\r\n`], { type: "text/csv" }));
}

/** Save points and labels as they are seen. */
export async function savePicture(name, points, labels) {
  const picture = document.createElement("canvas");
  picture.width = labels.width;
  picture.height = labels.height;
  const context = picture.getContext("2d");
  context.fillStyle = colour("map");
  context.fillRect(0, 0, picture.width, picture.height);
  context.drawImage(points, 0, 0, picture.width, picture.height);
  context.drawImage(labels, 0, 0);
  const blob = await new Promise((resolve) => { picture.toBlob(resolve, "image/png"); });
  return keep(name, blob);
}

/**
 * Save what is seen as a drawing; return its name and how many points it has.
 * @param {{name: string, rows: number[], set: any, stage: any}} given
 */
export function saveDrawing({ name, rows, set, stage }) {
  const { labels, map, points } = stage, { view } = map, { width, height } = view;
  const { smallest, largest, opacity } = look(points.length / 2, view.scale * height);
  const at = projector(view, width, height);
  const svg = document.implementation.createDocument("http://www.w3.org/2000/svg", "svg");
  const add = (tag, attributes, content, parent = svg.documentElement) => {
    const made = svg.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
    // XML has no control characters.
    if (content) made.textContent = content.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd");
    parent.append(made);
    return made;
  };
  const round = (value) => value.toFixed(1);
  for (const [key, value] of Object.entries({ viewBox: `0 0 ${width} ${height}`, width, height, "font-family": FONT })) {
    svg.documentElement.setAttribute(key, value);
  }
  add("title", {}, name);
  add("rect", { width, height, fill: colour("map") });
  const dots = add("g", { "fill-opacity": opacity.toFixed(2) });
  for (const row of rows.slice(0, MOST_IN_SVG)) {
    const [x, y] = at(points[2 * row], points[2 * row + 1]);
    add("circle", { cx: round(x), cy: round(y), r: round(smallest + (largest - smallest) * set.weight(row)), fill: map.colourOf(row) }, "", dots);
  }
  for (const { from, to, isArrow } of labels.lines) {
    const ends = [at(...from), at(...to)], [[x1, y1], [x2, y2]] = ends.map((place) => place.map(round));
    add("line", { x1, y1, x2, y2, stroke: colour("accent"), "stroke-width": isArrow ? 2.5 : 1, "stroke-opacity": isArrow ? 1 : 0.35 });
    if (isArrow) add("polygon", { points: arrowHead(...ends).map((corner) => corner.map(round).join(",")).join(" "), fill: colour("accent") });
  }
  for (const { text, x, y, anchor, size, isMarked } of labels.chosen) {
    add("text", {
      x: round(x), "text-anchor": anchor, y: round(y + size / 3), "font-size": round(size), "font-weight": isMarked ? 650 : 500,
      fill: colour(isMarked ? "accent-ink" : "ink"), stroke: colour("map"), "stroke-width": 3, "paint-order": "stroke",
    }, text);
  }
  for (const { text, x, y, half } of labels.steps) {
    add("rect", { x: round(x - half), y: round(y - 11), width: round(2 * half), height: 22, rx: 7, fill: colour("accent") });
    add("text", { x: round(x), y: round(y + 4.5), "text-anchor": "middle", "font-size": 13, "font-weight": 650, fill: colour("on-accent") }, text);
  }
  const content = new XMLSerializer().serializeToString(svg);
  return { name: keep(name, new Blob([content], { type: "image/svg+xml" })), drawn: Math.min(rows.length, MOST_IN_SVG) };
}
