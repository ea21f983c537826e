/** Labels over the points: the most frequent words in view that do not cover each other, and paths. */

import { colour } from "./colours.js";
import { look } from "./points.js";
import { projector } from "./view.js";

const CELL = 8;
// Every label is wider.
const LEAST_WIDTH = 14;
// Least pixels from a point to its label, and from the rim of a point, which is larger where it is marked.
const GAP = 6, RIM_GAP = 3, MARKED_RIM_GAP = 7;
// Characters of a label.
const LONGEST = 40;
// Where the name of a step may stand on its arrow.
const ON_ARROW = [0.5, 0.34, 0.66, 0.2, 0.8];
// Pixels from the middle of such a name to that of one below it.
const STEP_ROOM = 25;
// Words in view that are tried: after so many, the rest would find few places.
const MOST_TRIED = 30_000;
// Milliseconds for which labels are moved and not drawn.
const MOST_MOVED = 400;
export const FONT = "system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif";
const STEP_FONT = `650 13px ${FONT}`;

/** Return a word as a label has it: the beginning of a long one. */
const shortened = (word) => (word.length > LONGEST && [...word].length > LONGEST ? `${[...word].slice(0, LONGEST - 1).join("")}…` : word);

/** Return the corners of the head of an arrow. */
export function arrowHead([ax, ay], [bx, by]) {
  const angle = Math.atan2(by - ay, bx - ax);
  return [[bx, by], ...[-0.4, 0.4].map((side) => [bx - 13 * Math.cos(angle + side), by - 13 * Math.sin(angle + side)])];
}

/** Boxes that are taken, on a grid of small cells. */
class Taken {
  constructor(width, height) {
    this.columns = Math.ceil(width / CELL) + 1;
    this.rows = Math.ceil(height / CELL) + 1;
    this.cells = new Uint8Array(this.columns * this.rows);
  }

  /** Return whether a place is free: most words of a crowd are ruled out before they are measured. */
  isFree(x, y) {
    return !this.cells[Math.floor(y / CELL) * this.columns + Math.floor(x / CELL)];
  }

  /** Take a box unless a part of it is taken; return whether it was free. */
  take(left, top, width, height) {
    const [a, b, c, d] = this.cellsOf(left, top, width, height);
    for (let y = c; y <= d; y++) for (let x = a; x <= b; x++) if (this.cells[y * this.columns + x]) return false;
    this.cover(left, top, width, height);
    return true;
  }

  /** Take a box, whatever is there. */
  cover(left, top, width, height) {
    const [a, b, c, d] = this.cellsOf(left, top, width, height);
    for (let y = c; y <= d && a <= b; y++) this.cells.fill(1, y * this.columns + a, y * this.columns + b + 1);
  }

  cellsOf(left, top, width, height) {
    return [Math.max(0, Math.floor(left / CELL)), Math.min(this.columns - 1, Math.floor((left + width) / CELL)),
      Math.max(0, Math.floor(top / CELL)), Math.min(this.rows - 1, Math.floor((top + height) / CELL))];
  }
}

/**
 * Choose the words that have labels.
 * @param {{points: Float32Array, list: string[], marked: number[], view: any, width: number, height: number,
 *   measure: (word: string, size: number) => number, weight: (row: number) => number, most?: number,
 *   covered?: number[][]}} given `covered` are boxes in which no label can be read: left, top, width, height.
 * @returns {{word: string, text: string, x: number, y: number, anchor: "start" | "end", size: number, isMarked: boolean}[]} Where the
 *   text begins, or ends: labels are to the right of their points, and those of marked words, where there is no room, to
 *   the left.
 */
export function chooseLabels(given) {
  const { points, list, marked, view, width, height, measure, weight } = given;
  const most = given.most ?? Math.round(Math.min(220, (width * height) / 7000));
  const half = height / 2, taken = new Taken(width, height), chosen = [], isMarked = new Set(marked);
  const { smallest, largest } = look(list.length, view.scale * height);
  for (const box of given.covered ?? []) taken.cover(...box);
  let tried = 0;
  const consider = (row, size, bold) => {
    const x = width / 2 + (view.scale * points[2 * row] + view.x) * half;
    const y = half - (view.scale * points[2 * row + 1] + view.y) * half;
    if (x < 4 || x > width - 4 || y < 10 || y > height - 10) return;
    tried++;
    const radius = smallest + (largest - smallest) * weight(row);
    const gap = Math.max(GAP, radius + (bold ? MARKED_RIM_GAP : RIM_GAP)), near = gap - 4;
    if (!bold && (!taken.isFree(x + near, y) || !taken.isFree(x + near + LEAST_WIDTH - 2, y))) return;
    const text = shortened(list[row]), wide = measure(text, size) + 10;
    const take = (left) => taken.take(left, y - size * 0.75, wide, size * 1.5);
    const label = { word: list[row], text, y, size, isMarked: bold };
    if (x + near + wide <= width && take(x + near)) chosen.push({ ...label, x: x + gap, anchor: "start" });
    else if (bold && x >= near + wide && take(x - near - wide)) chosen.push({ ...label, x: x - gap, anchor: "end" });
  };
  for (const row of marked) if (row < list.length) consider(row, row === marked[0] ? 17 : 14, true);
  for (let row = 0; row < list.length && chosen.length < most && tried < MOST_TRIED; row++) {
    if (!isMarked.has(row)) consider(row, 10.5 + 4.5 * weight(row), false);
  }
  return chosen;
}

export class Labels {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d", { willReadFrequently: true });
    this.widths = new Map();
    this.marked = [];
    this.lines = [];
    this.chosen = [];
    this.steps = [];
  }

  /** Return nearly the width of a word: that of its characters, each measured once, since thousands of words are tried. */
  measure(word, size) {
    let width = 0;
    for (const character of word) {
      let own = this.widths.get(character);
      if (own === undefined) {
        this.context.font = `500 12px ${FONT}`;
        own = this.context.measureText(character).width / 12;
        this.widths.set(character, own);
      }
      width += own;
    }
    return width * size;
  }

  /**
   * Draw labels and lines for a view.
   * @param {{points: Float32Array, view: any, set: any, covered?: number[][]}} given `covered` are boxes in which no
   *   label can be read.
   */
  draw({ points, view, set, covered = [] }) {
    this.drawn = { x: view.x, y: view.y, scale: view.scale, at: performance.now() };
    this.canvas.style.transform = "";
    const { clientWidth: width, clientHeight: height } = this.canvas, ratio = devicePixelRatio || 1;
    if (this.canvas.width !== Math.round(width * ratio) || this.canvas.height !== Math.round(height * ratio)) {
      this.canvas.width = Math.round(width * ratio);
      this.canvas.height = Math.round(height * ratio);
    }
    const context = this.context;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    const at = projector(view, width, height);
    this.steps = this.placeSteps(context, at);
    this.chosen = chooseLabels({
      points, view, width, height, list: set.list, marked: this.marked,
      covered: [...covered, ...this.steps.map(({ x, y, half }) => [x - half, y - 11, 2 * half, 22]), ...this.tips(at)],
      measure: (word, size) => this.measure(word, size), weight: (row) => set.weight(row),
    });
    this.drawLines(context, at);
    this.drawWords(context);
    this.drawSteps(context);
  }

  /**
   * Move the labels that are drawn to a view of the same scale, which is cheaper than to draw them.
   * @returns {boolean} Whether they could be moved; others have to be drawn from time to time.
   */
  move(view) {
    const { drawn, canvas } = this, half = canvas.clientHeight / 2;
    if (!drawn || Math.abs(view.scale / drawn.scale - 1) > 1e-6 || performance.now() - drawn.at > MOST_MOVED) return false;
    canvas.style.transform = `translate(${(view.x - drawn.x) * half}px, ${(drawn.y - view.y) * half}px)`;
    return true;
  }

  drawLines(context, at) {
    for (const { from, to, isArrow } of this.lines) {
      const [ax, ay] = at(...from), [bx, by] = at(...to);
      context.strokeStyle = context.fillStyle = colour("accent");
      context.globalAlpha = isArrow ? 0.95 : 0.35;
      context.lineWidth = isArrow ? 2.5 : 1;
      context.beginPath();
      context.moveTo(ax, ay);
      context.lineTo(bx, by);
      context.stroke();
      if (isArrow) {
        context.beginPath();
        for (const corner of arrowHead([ax, ay], [bx, by])) context.lineTo(...corner);
        context.fill();
      }
    }
    context.globalAlpha = 1;
  }

  /** Return where the names of steps stand: in the middle of their arrows, unless they would cover each other. */
  placeSteps(context, at) {
    const placed = [];
    context.font = STEP_FONT;
    for (const { from, to, label } of this.lines) {
      if (!label) continue;
      const [ax, ay] = at(...from), [bx, by] = at(...to), text = shortened(label);
      const half = context.measureText(text).width / 2 + 7;
      const places = ON_ARROW.map((share) => [ax + share * (bx - ax), ay + share * (by - ay)]);
      // Where arrows are short, above and below the middle.
      const [middleX, middleY] = places[0];
      for (let step = 1; step <= placed.length + 1; step++) {
        for (const side of [-1, 1]) places.push([middleX, middleY + side * step * STEP_ROOM]);
      }
      const isFree = ([x, y]) => placed.every((other) => Math.abs(other.x - x) > other.half + half || Math.abs(other.y - y) >= STEP_ROOM);
      const [x, y] = places.find(isFree) ?? places[0];
      placed.push({ x, y, half, text });
    }
    return placed;
  }

  /** Return the boxes of the heads of arrows. */
  tips(at) {
    return this.lines.filter(({ isArrow }) => isArrow).map(({ to }) => at(...to)).map(([x, y]) => [x - 8, y - 8, 16, 16]);
  }

  drawSteps(context) {
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.font = STEP_FONT;
    for (const { x, y, half, text } of this.steps) {
      context.fillStyle = colour("accent");
      context.beginPath();
      context.roundRect(x - half, y - 11, 2 * half, 22, 7);
      context.fill();
      context.fillStyle = colour("on-accent");
      context.fillText(text, x, y + 0.5);
    }
    context.textAlign = "start";
  }

  drawWords(context) {
    const [ink, halo, accent] = ["ink", "map", "accent-ink"].map(colour);
    context.textBaseline = "middle";
    context.lineJoin = "round";
    context.strokeStyle = halo;
    for (const { text, x, y, anchor, size, isMarked } of this.chosen) {
      context.textAlign = anchor;
      context.font = `${isMarked ? 650 : 500} ${size}px ${FONT}`;
      context.lineWidth = isMarked ? 5 : 3.5;
      context.fillStyle = isMarked ? accent : ink;
      context.globalAlpha = isMarked ? 1 : 0.92;
      context.strokeText(text, x, y);
      context.fillText(text, x, y);
    }
    context.textAlign = "start";
    context.globalAlpha = 1;
  }
}
