/** The view of the map: from places of the data to pixels and back, moved, zoomed, flown. */

export const LOWEST_SCALE = 0.2;
export const HIGHEST_SCALE = 400;
const FLIGHT_MILLISECONDS = 600;

/** Return whether the reader wants no motion. */
export const isStill = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/**
 * Return what tells where a place of the map is, in pixels from the left and from the top.
 * @param {{x: number, y: number, scale: number}} view
 */
export function projector({ x: left, y: up, scale }, width, height) {
  const half = height / 2;
  return (x, y) => [width / 2 + (scale * x + left) * half, half - (scale * y + up) * half];
}

/** A view: a place p is at scale · p + (x, y), where 1 is half the height and y goes up. */
export class View {
  /** @param {() => void} onChange */
  constructor(onChange) {
    Object.assign(this, { x: 0, y: 0, scale: 1, width: 1, height: 1, onChange });
  }

  /** Be elsewhere, at once. */
  set({ x, y, scale }) {
    cancelAnimationFrame(this.flight);
    this.be({ x, y, scale });
  }

  be({ x, y, scale }) {
    Object.assign(this, { x, y, scale: Math.min(Math.max(scale, LOWEST_SCALE), HIGHEST_SCALE) });
    this.onChange();
  }

  /** Take up a new size, in pixels of the page. */
  resize(width, height) {
    Object.assign(this, { width, height });
    this.onChange();
  }

  /** Return the place of the map at a pixel. */
  placeAt(px, py) {
    const half = this.height / 2;
    return [((px - this.width / 2) / half - this.x) / this.scale, ((half - py) / half - this.y) / this.scale];
  }

  /** Return the pixel of a place. */
  pixelAt(x, y) { return projector(this, this.width, this.height)(x, y); }

  /** Return how long a pixel is on the map. */
  get pixel() { return 2 / (this.height * this.scale); }

  /** Move by pixels. */
  pan(dx, dy) {
    const half = this.height / 2;
    this.set({ x: this.x + dx / half, y: this.y - dy / half, scale: this.scale });
  }

  /** Zoom about a pixel, which keeps its place; about the middle if none is given. */
  zoom(factor, px = this.width / 2, py = this.height / 2) {
    const half = this.height / 2, x = (px - this.width / 2) / half, y = (half - py) / half;
    const scale = Math.min(Math.max(this.scale * factor, LOWEST_SCALE), HIGHEST_SCALE), by = scale / this.scale;
    this.set({ x: x + (this.x - x) * by, y: y + (this.y - y) * by, scale });
  }

  /**
   * Return the view in which places are seen beside the panel.
   * @param {number[][]} places
   * @param {{left: number, right: number, top: number, bottom: number}} free The pixels that nothing covers.
   * @param {number} closest The highest scale.
   */
  around(places, free, closest) {
    let left = Infinity, right = -Infinity, low = Infinity, high = -Infinity;
    for (const [x, y] of places) {
      left = Math.min(left, x); right = Math.max(right, x);
      low = Math.min(low, y); high = Math.max(high, y);
    }
    const half = this.height / 2, wide = (free.right - free.left) / half, tall = (free.bottom - free.top) / half;
    const scale = Math.min(closest, (0.72 * wide) / Math.max(right - left, 1e-6), (0.72 * tall) / Math.max(high - low, 1e-6));
    const middleX = ((free.left + free.right) / 2 - this.width / 2) / half;
    const middleY = (half - (free.top + free.bottom) / 2) / half;
    return { x: middleX - (scale * (left + right)) / 2, y: middleY - (scale * (low + high)) / 2, scale };
  }

  /** Fly to another view, or be there at once where motion is not wanted. A hand on the map ends the flight. */
  fly(target) {
    cancelAnimationFrame(this.flight);
    if (isStill()) { this.be(target); return; }
    const from = { x: this.x, y: this.y, scale: this.scale }, begun = performance.now();
    const step = (now) => {
      const share = Math.min(1, Math.max(0, (now - begun) / FLIGHT_MILLISECONDS)), eased = 1 - (1 - share) ** 3;
      const scale = from.scale * (target.scale / from.scale) ** eased, span = target.scale - from.scale;
      // What is in the middle goes on a straight line, whatever the zoom.
      const along = Math.abs(span) < 1e-9 ? eased : (scale - from.scale) / span;
      this.be({ x: from.x + (target.x - from.x) * along, y: from.y + (target.y - from.y) * along, scale });
      if (share < 1) this.flight = requestAnimationFrame(step);
    };
    this.flight = requestAnimationFrame(step);
  }
}
