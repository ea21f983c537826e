/** Labels of words on the map, which do not cover each other. */

import { FONT, colour } from "../base.js";
import { nearOf, state, words } from "./state.js";

const LONGEST = 24;
const widths = new Map();
let labelled = new Set();

/** Boxes that are taken, by cells of the map that they touch. */
class Boxes {
  constructor() {
    this.cells = new Map();
  }

  covers(box) {
    for (const key of cellsOf(box)) {
      for (const other of this.cells.get(key) || []) {
        if (box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3]) return true;
      }
    }
    return false;
  }

  add(box) {
    for (const key of cellsOf(box)) this.cells.set(key, [...(this.cells.get(key) || []), box]);
  }
}

function* cellsOf([left, top, right, bottom]) {
  for (let x = Math.floor(left / 60); x <= Math.floor(right / 60); x++) {
    for (let y = Math.floor(top / 24); y <= Math.floor(bottom / 24); y++) yield x * 4096 + y;
  }
}

function widthOf(context, text) {
  const key = context.font + text;
  if (!widths.has(key)) widths.set(key, context.measureText(text).width);
  return widths.get(key);
}

/** Draw labels: chosen words, their neighbours, those of the last drawing, then the frequent words. */
export function drawLabels(context, places, width, height) {
  const near = new Set(state.chosen.flatMap((row) => [...nearOf(row)[0]]));
  const most = Math.max(30, Math.min(260, (width * height) / 4200));
  const boxes = new Boxes(), now = new Set();
  const [halo, strong, ink, soft] = ["halo", "strong", "ink", "soft"].map(colour);
  const inks = { chosen: strong, near: ink, usual: soft };
  const label = (row, kind) => {
    if (now.has(row) || now.size >= most) return;
    const [x, y] = places[row], size = kind === "chosen" ? 15 : 12.5;
    context.font = `${kind === "usual" ? 400 : 650} ${size}px ${FONT}`;
    const text = words[row].length > LONGEST ? `${words[row].slice(0, LONGEST - 1)}…` : words[row];
    const wide = widthOf(context, text), isRight = x + 6 + wide < width - 2;
    const [top, bottom] = [y - size * 0.66, y + size * 0.66];
    const box = isRight ? [x + 5, top, x + 8 + wide, bottom] : [x - 8 - wide, top, x - 5, bottom];
    if (x < 0 || top < 2 || x > width || bottom > height - 2 || (kind !== "chosen" && boxes.covers(box))) return;
    boxes.add(box);
    now.add(row);
    context.lineWidth = 3;
    context.lineJoin = "round";
    context.textBaseline = "middle";
    context.strokeStyle = halo;
    context.fillStyle = inks[kind];
    context.strokeText(text, box[0] + 1, y);
    context.fillText(text, box[0] + 1, y);
  };
  for (const row of state.chosen) label(row, "chosen");
  for (const row of near) label(row, "near");
  for (const row of labelled) label(row, "usual");
  for (let row = 0; row < words.length && now.size < most; row++) label(row, "usual");
  labelled = now;
}
