/** Labels over the points: the most frequent words in view that do not cover each other, and paths. */

import { colour } from "./colours.js";
import { projector } from "./view.js";

const CELL = 8;
// Every label is wider.
const LEAST_WIDTH = 14;
// Pixels from a point to its label.
const GAP = 6;
// Words in view that are tried: after so many, the rest would find few places.
const MOST_TRIED = 30_000;
// Milliseconds for which labels are moved and not drawn.
const MOST_MOVED = 400;
export const FONT = "system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif";

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
    const a = Math.max(0, Math.floor(left / CELL)), b = Math.min(this.columns - 1, Math.floor((left + width) / CELL));
    const c = Math.max(0, Math.floor(top / CELL)), d = Math.min(this.rows - 1, Math.floor((top + height) / CELL));
    for (let y = c; y <= d; y++) for (let x = a; x <= b; x++) if (this.cells[y * this.columns + x]) return false;
    for (let y = c; y <= d; y++) this.cells.fill(1, y * this.columns + a, y * this.columns + b + 1);
    return true;
  }
}

/**
 * Choose the words that have labels.
 * @param {{points: Float32Array, list: string[], marked: number[], view: any, width: number, height: number,
 *   measure: (word: string, size: number) => number, weight: (row: number) => number, most?: number}} given
 * @returns {{row: number, x: number, y: number, anchor: "start" | "end", size: number, isMarked: boolean}[]} Where the
 *   text begins, or ends: labels are to the right of their points, and those of marked words, where there is no room, to
 *   the left.
 */
export function chooseLabels(given) {
  const { points, list, marked, view, width, height, measure, weight } = given;
  const most = given.most ?? Math.round(Math.min(220, (width * height) / 7000));
  const half = height / 2, taken = new Taken(width, height), chosen = [], isMarked = new Set(marked);
  let tried = 0;
  const consider = (row, size, bold) => {
    const x = width / 2 + (view.scale * points[2 * row] + view.x) * half;
    const y = half - (view.scale * points[2 * row + 1] + view.y) * half;
    if (x < 4 || x > width - 4 || y < 10 || y > height - 10) return;
    tried++;
    if (!bold && (!taken.isFree(x + 2, y) || !taken.isFree(x + LEAST_WIDTH, y))) return;
    const wide = measure(list[row], size) + 10, take = (left) => taken.take(left, y - size * 0.75, wide, size * 1.5);
    const label = { row, y, size, isMarked: bold };
    if (x + wide <= width && take(x + 2)) chosen.push({ ...label, x: x + GAP, anchor: "start" });
    else if (bold && x >= wide && take(x - 2 - wide)) chosen.push({ ...label, x: x - GAP, anchor: "end" });
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
   * @param {{points: Float32Array, view: any, set: any}} given
   */
  draw({ points, view, set }) {
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
    this.chosen = chooseLabels({
      points, view, width, height, list: set.list, marked: this.marked,
      measure: (word, size) => this.measure(word, size), weight: (row) => set.weight(row),
    });
    const at = projector(view, width, height);
    this.drawLines(context, at);
    this.drawWords(context, set);
    this.drawSteps(context, at);
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
        const angle = Math.atan2(by - ay, bx - ax);
        context.beginPath();
        context.moveTo(bx, by);
        for (const side of [-0.4, 0.4]) context.lineTo(bx - 13 * Math.cos(angle + side), by - 13 * Math.sin(angle + side));
        context.fill();
      }
    }
    context.globalAlpha = 1;
  }

  /** Name the steps of a path in the middle of their arrows. */
  drawSteps(context, at) {
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.font = `650 13px ${FONT}`;
    for (const { from, to, label } of this.lines) {
      if (!label) continue;
      const [ax, ay] = at(...from), [bx, by] = at(...to);
      const x = (ax + bx) / 2, y = (ay + by) / 2, half = context.measureText(label).width / 2 + 7;
      context.fillStyle = colour("accent");
      context.beginPath();
      context.roundRect(x - half, y - 11, 2 * half, 22, 7);
      context.fill();
      context.fillStyle = colour("on-accent");
      context.fillText(label, x, y + 0.5);
    }
    context.textAlign = "start";
  }

  drawWords(context, set) {
    const [ink, halo, accent] = ["ink", "map", "accent-ink"].map(colour);
    context.textBaseline = "middle";
    context.lineJoin = "round";
    context.strokeStyle = halo;
    for (const { row, x, y, anchor, size, isMarked } of this.chosen) {
      context.textAlign = anchor;
      context.font = `${isMarked ? 650 : 500} ${size}px ${FONT}`;
      context.lineWidth = isMarked ? 5 : 3.5;
      context.fillStyle = isMarked ? accent : ink;
      context.globalAlpha = isMarked ? 1 : 0.92;
      context.strokeText(set.list[row], x, y);
      context.fillText(set.list[row], x, y);
    }
    context.textAlign = "start";
    context.globalAlpha = 1;
  }
}
