/** The map: a dot for each word, the ways of chosen words, and labels. */

import { $, colour, sharpContext } from "../base.js";
import { dotColours } from "./dots.js";
import { drawLabels } from "./labels.js";
import { HUES, nearOf, state, update, words } from "./state.js";
import { between } from "./time.js";

const TRAIL = 7;
let view = { zoom: 1, x: 0, y: 0 };

/** Where the words in view were drawn: x, y and row. */
export let placed = [];

// Where a word is between two frames, in the units of the points.
function placeOf(row, [low, high, part]) {
  const a = state.frames[low].points, b = state.frames[high].points;
  return [0, 1].map((axis) => a[2 * row + axis] * (1 - part) + b[2 * row + axis] * part);
}

function extentNow() {
  const [low, high, part] = between(), { extents } = state;
  return [0, 1].map((axis) => extents[low][axis] * (1 - part) + extents[high][axis] * part);
}

// What tells where on the screen a place is, if words reach as far as `extent`.
function projector(extent, { width, height }) {
  const scale = view.zoom * Math.min((width / 2 - 34) / extent[0], (height / 2 - 26) / extent[1]);
  return ([x, y]) => [width / 2 + view.x + x * scale, height / 2 + view.y - y * scale];
}

export function drawMap() {
  const { context, width, height } = sharpContext($("map"));
  placed = [];
  if (!state.frames.length || width < 50) return;
  const onScreen = projector(extentNow(), { width, height }), when = between();
  const places = words.map((_, row) => onScreen(placeOf(row, when)));
  drawDots(context, places, width, height);
  for (const row of state.chosen) drawTrail(context, row, places, { width, height });
  drawLabels(context, places, width, height);
}

function drawDots(context, places, width, height) {
  const buckets = Array.from({ length: HUES }, () => []), colours = dotColours();
  places.forEach(([x, y], row) => {
    if (x > -5 && y > -5 && x < width + 5 && y < height + 5) {
      buckets[state.hues[row]].push([x, y]);
      placed.push([x, y, row]);
    }
  });
  const radius = Math.min(4.5, 2.1 * Math.sqrt(view.zoom));
  buckets.forEach((dots, hue) => {
    context.fillStyle = colours[hue];
    context.beginPath();
    for (const [x, y] of dots) {
      context.moveTo(x + radius, y);
      context.arc(x, y, radius, 0, 2 * Math.PI);
    }
    context.fill();
  });
}

function drawTrail(context, row, places, size) {
  const first = Math.max(0, Math.floor(state.at) - TRAIL), end = Math.floor(state.at);
  // Each frame has a scale of its own: a word stands where it was seen.
  const steps = state.frames.slice(first, end + 1).map(({ points }, k) =>
    projector(state.extents[first + k], size)([points[2 * row], points[2 * row + 1]]));
  steps.push(places[row]);
  context.strokeStyle = colour("strong");
  context.lineWidth = 1.5;
  for (let k = 1; k < steps.length; k++) {
    context.globalAlpha = 0.05 + (0.5 * k) / steps.length;
    context.beginPath();
    context.moveTo(...steps[k - 1]);
    context.lineTo(...steps[k]);
    context.stroke();
  }
  context.globalAlpha = 0.8;
  context.strokeStyle = colour("soft");
  context.lineWidth = 1;
  context.beginPath();
  for (const other of nearOf(row)[0]) {
    context.moveTo(...places[row]);
    context.lineTo(...places[other]);
  }
  context.stroke();
  context.globalAlpha = 1;
  context.fillStyle = colour("strong");
  context.beginPath();
  context.arc(...places[row], 5, 0, 2 * Math.PI);
  context.fill();
}

/** Zoom about a point, in pixels from the middle. */
export function zoomAt(factor, x, y) {
  const zoom = Math.max(1, Math.min(40, view.zoom * factor)), grown = zoom / view.zoom;
  view = { zoom, x: x - (x - view.x) * grown, y: y - (y - view.y) * grown };
  if (zoom === 1) view = { zoom, x: 0, y: 0 };
  update();
}

/** Move by pixels; a map that is not zoomed stays where it is. */
export function pan(dx, dy) {
  if (view.zoom === 1) return;
  view = { ...view, x: view.x + dx, y: view.y + dy };
  update();
}

/** Return the row of the word at a pixel, null if there is none within reach. */
export function rowAt(x, y, reach) {
  let best = null, least = reach;
  for (const [px, py, row] of placed) {
    const distance = Math.hypot(px - x, py - y);
    if (distance < least) [best, least] = [row, distance];
  }
  return best;
}
