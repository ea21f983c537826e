/** A region drawn by keys: the arrows move a cross, and two of its places are corners of a rectangle. */

import { byId } from "./dom.js";
import { number, text } from "./i18n.js";

// Pixels of a step, and of one with Shift.
const STEP = 20, LARGE_STEP = 100;
// Pixels within which a word is at the cross.
const REACH = 30;
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class Rectangle {
  /**
   * @param {import("./stage.js").Stage} stage
   * @param {() => void} onEnd Called when it is drawn or given up.
   */
  constructor(stage, onEnd) {
    Object.assign(this, { stage, onEnd, at: null, corner: null });
    this.canvas = stage.part("points");
    this.cross = stage.part("cross");
    this.canvas.addEventListener("keydown", (event) => { if (this.at && this.key(event)) event.preventDefault(); });
    this.canvas.addEventListener("blur", () => this.end());
  }

  /** Put the cross in the middle of the map. */
  begin() {
    const { left, right, top, bottom } = this.stage.free();
    this.at = [(left + right) / 2, (top + bottom) / 2];
    this.corner = null;
    this.canvas.focus();
    this.show();
  }

  /** Take a key; return whether it meant something here. */
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    if (MOVES[event.key]) this.move(MOVES[event.key], event.shiftKey ? LARGE_STEP : STEP);
    else if (event.key === "Enter" || event.key === " ") this.set();
    else if (event.key === "Escape") this.end();
    else return false;
    // The keys of the map and of the page mean something else.
    event.stopImmediatePropagation();
    return true;
  }

  move(direction, step) {
    const { width, height } = this.stage.map.view;
    this.at = [width, height].map((most, axis) => Math.min(Math.max(this.at[axis] + step * direction[axis], 0), most));
    this.show();
  }

  /** Set a corner, or take the words between two. */
  set() {
    if (!this.corner) {
      this.corner = this.at;
      this.show();
      return;
    }
    const path = this.path();
    this.end();
    this.stage.map.takePixels(path);
  }

  /** Return the corners in pixels, one after the other. */
  path() {
    const [[ax, ay], [bx, by]] = [this.corner, this.at];
    return [ax, ay, bx, ay, bx, by, ax, by];
  }

  show() {
    const { map } = this.stage, [x, y] = this.at, row = map.rowAt(x, y, REACH);
    this.cross.hidden = false;
    Object.assign(this.cross.style, { left: `${x}px`, top: `${y}px` });
    const path = this.corner ? this.path() : [];
    map.trace([...path, ...path.slice(0, 2)]);
    this.stage.hover(row);
    const word = row < 0 ? text("crossNone") : text("crossAt", this.stage.set.list[row]);
    const size = () => number(map.rowsWithin(map.polygon(path)).length);
    byId("heard").textContent = this.corner ? `${text("regionOf", size())}. ${word}` : word;
  }

  end() {
    if (!this.at) return;
    this.at = this.corner = null;
    this.cross.hidden = true;
    this.stage.map.trace([]);
    this.stage.hover(-1);
    this.onEnd();
  }
}
