/** What a hand does on the map: mouse, pen and fingers, all by pointer events. */

// Pixels that a pointer may move and still click; fingers are less steady.
const STEADY = 4, STEADY_FINGER = 9;
// Pixels within which a point is meant.
const REACH = 12, REACH_FINGER = 24;
const LASSO_STEP = 3;
// A wheel tells pixels, lines or pages. The pinch of a trackpad comes as a wheel with Ctrl, in small steps.
const WHEEL_UNITS = [1, 24, 300], WHEEL_ZOOM = 0.0016, TRACKPAD_ZOOM = 0.01, MOST_ZOOM = 0.5;

/**
 * Drag, zoom, pinch, click, hover, and the lasso: with its tool, or with Shift.
 *
 * Positions are pixels from the left and the top of the canvas.
 */
export class Gestures {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {{pan: (dx: number, dy: number) => void, zoom: (factor: number, x: number, y: number) => void,
   *   click: (x: number, y: number, reach: number) => void, hover: (x: number, y: number, reach: number) => void,
   *   leave: () => void, draw: (path: number[]) => void, lasso: (path: number[]) => void}} heard `draw` has the path of
   *   a lasso that is being drawn, and nothing when it ends; `lasso` has a finished one.
   */
  constructor(canvas, heard) {
    Object.assign(this, { canvas, heard, isLasso: false });
    /** @type {Map<number, {x: number, y: number}>} */
    this.pointers = new Map();
    this.stroke = null;
    canvas.addEventListener("pointerdown", (event) => this.down(event));
    canvas.addEventListener("pointermove", (event) => this.over(event));
    canvas.addEventListener("pointerleave", () => heard.leave());
    // A drag goes on outside of the canvas.
    addEventListener("pointermove", (event) => this.move(event));
    addEventListener("pointerup", (event) => this.up(event));
    addEventListener("pointercancel", (event) => this.cancel(event));
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
  }

  at({ clientX, clientY }) {
    const { left, top } = this.canvas.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  }

  down(event) {
    if (event.pointerType === "mouse" && event.button !== 0) return;
    const at = this.at(event), isFinger = event.pointerType === "touch";
    this.pointers.set(event.pointerId, at);
    this.heard.leave();
    if (this.pointers.size > 1) {
      // Two fingers pinch, whatever the first had begun, and what is left of them clicks nothing.
      this.endLasso();
      this.stroke = { isDone: true };
      return;
    }
    const isLasso = this.isLasso || event.shiftKey;
    this.stroke = { from: at, isFinger, isMoving: false, path: isLasso ? [at.x, at.y] : null };
  }

  move(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const at = this.at(event), all = [...this.pointers.values()];
    this.pointers.set(event.pointerId, at);
    if (all.length > 1) { this.pinch(all, [...this.pointers.values()]); return; }
    const { stroke } = this;
    if (stroke.isDone) return;
    stroke.isMoving ||= Math.hypot(at.x - stroke.from.x, at.y - stroke.from.y) > (stroke.isFinger ? STEADY_FINGER : STEADY);
    if (stroke.path) this.draw(stroke.path, at);
    else if (stroke.isMoving) {
      const { x, y } = stroke.last ?? stroke.from;
      this.heard.pan(at.x - x, at.y - y);
      stroke.last = at;
    }
  }

  draw(path, { x, y }) {
    if (Math.hypot(x - path.at(-2), y - path.at(-1)) < LASSO_STEP) return;
    path.push(x, y);
    this.heard.draw(path);
  }

  pinch([a, b], [c, d]) {
    const spread = Math.hypot(c.x - d.x, c.y - d.y) / Math.max(1, Math.hypot(a.x - b.x, a.y - b.y));
    this.heard.pan((c.x + d.x - a.x - b.x) / 2, (c.y + d.y - a.y - b.y) / 2);
    this.heard.zoom(spread, (c.x + d.x) / 2, (c.y + d.y) / 2);
  }

  up(event) {
    if (!this.pointers.delete(event.pointerId) || this.pointers.size) return;
    const { stroke } = this, { x, y } = this.at(event);
    this.endLasso();
    if (stroke.isDone) return;
    if (stroke.isMoving && stroke.path) this.heard.lasso(stroke.path);
    else if (!stroke.isMoving) this.heard.click(x, y, stroke.isFinger ? REACH_FINGER : REACH);
  }

  cancel(event) {
    if (!this.pointers.delete(event.pointerId)) return;
    this.endLasso();
    this.stroke = { isDone: true };
  }

  endLasso() { if (this.stroke?.path) this.heard.draw([]); }

  over(event) {
    if (event.pointerType === "touch" || this.pointers.size) return;
    const { x, y } = this.at(event);
    this.heard.hover(x, y, REACH);
  }

  wheel(event) {
    event.preventDefault();
    const { x, y } = this.at(event), turned = event.deltaY * WHEEL_UNITS[event.deltaMode];
    const steps = -turned * (event.ctrlKey ? TRACKPAD_ZOOM : WHEEL_ZOOM);
    this.heard.zoom(Math.exp(Math.min(Math.max(steps, -MOST_ZOOM), MOST_ZOOM)), x, y);
  }
}
