/** Curves of the run over its words. */

import { FONT, colour, sharpContext, t } from "../base.js";
import { currentFrame, data, isLive, nearestFrame, state } from "./state.js";
import { seek } from "./time.js";

// Pixels to the left of a curve, and to its right.
const LEFT = 46, RIGHT = 8;
const isKnown = ([, y]) => y !== null && y !== undefined;

/**
 * Draw a curve.
 * @param {HTMLCanvasElement} canvas
 * @param {[number, number|null][]} values Words and value of each frame.
 * @param {[number, number][]} dots Values of their own.
 * @param {(value: number) => string} format
 */
export function drawChart(canvas, values, dots, format) {
  const { context, width, height } = sharpContext(canvas);
  const known = [...values, ...dots].filter(isKnown);
  if (width < 50) return;
  if (known.length < 2) {
    tellOfNone(context, height);
    return;
  }
  const chart = scaleOf(known, width, height);
  drawAxes(context, chart, format);
  drawCurve(context, values, chart.place);
  context.fillStyle = colour("strong");
  for (const dot of dots) {
    context.beginPath();
    context.arc(...chart.place(dot), 3, 0, 2 * Math.PI);
    context.fill();
  }
}

function tellOfNone(context, height) {
  context.font = `13px ${FONT}`;
  context.fillStyle = colour("soft");
  context.textBaseline = "middle";
  // A run that has ended, or was recorded, has no more of them.
  context.fillText(t(isLive && !state.reason ? "noCurve" : "shortRun"), 0, height / 2);
}

function scaleOf(known, width, height) {
  const bottom = height - 6, top = 8, total = Math.max(data.total, known.at(-1)[0], 1);
  const ys = known.map(([, y]) => y), low = Math.min(...ys), high = Math.max(...ys), span = high - low || 1;
  // A value that does not change is a line in the middle.
  const isFlat = high === low, middle = (top + bottom) / 2;
  const place = ([x, y]) => [
    LEFT + (x / total) * (width - LEFT - RIGHT), isFlat ? middle : bottom - ((y - low) / span) * (bottom - top),
  ];
  return { bottom, top, low, high, isFlat, middle, place, right: width - RIGHT };
}

function drawAxes(context, { bottom, top, low, high, isFlat, middle, place, right }, format) {
  context.font = `11px ${FONT}`;
  context.fillStyle = colour("soft");
  context.textAlign = "right";
  context.textBaseline = "middle";
  if (isFlat) context.fillText(format(high), LEFT - 6, middle);
  else {
    context.fillText(format(high), LEFT - 6, top + 2);
    context.fillText(format(low), LEFT - 6, bottom - 3);
  }
  context.strokeStyle = colour("faint");
  context.lineWidth = 1;
  context.beginPath();
  for (const y of [top, bottom]) { context.moveTo(LEFT, y); context.lineTo(right, y); }
  // Where epochs end.
  for (let k = 1; k <= data.facts.epochs && data.facts.epochs <= 40; k++) {
    const end = place([(k / data.facts.epochs) * data.total, low])[0];
    context.moveTo(end, bottom - 4); context.lineTo(end, bottom);
  }
  context.stroke();
  const x = place([currentFrame().words, low])[0];
  context.strokeStyle = colour("soft");
  context.beginPath();
  context.moveTo(x, top - 4); context.lineTo(x, bottom + 4);
  context.stroke();
}

function drawCurve(context, values, place) {
  context.strokeStyle = colour("accent");
  context.lineWidth = 1.8;
  context.beginPath();
  let isOpen = false;
  for (const value of values) {
    if (value[1] === null) { isOpen = false; continue; }
    if (isOpen) context.lineTo(...place(value)); else context.moveTo(...place(value));
    isOpen = true;
  }
  context.stroke();
}

/** Go to the frame at a click on a curve. */
export function seekOn(canvas, event) {
  const box = canvas.getBoundingClientRect();
  const wanted = ((event.clientX - box.left - LEFT) / (box.width - LEFT - RIGHT)) * Math.max(data.total, 1);
  seek(nearestFrame((frame) => Math.abs(frame.words - wanted)));
}
