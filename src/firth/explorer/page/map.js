/** The points: regl-scatterplot, with a view that can be read, set and moved. */

import createScatterplot from "./vendor/regl-scatterplot.esm.js";
import { CLUSTERS, colour, ramp } from "./colours.js";

const HIGHEST_ZOOM = 400;
// So many highlighted points have no outlines.
const CROWD = 200;

export class PointMap {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {{onView: () => void, onHover: (row: number) => void, onPick: (row: number) => void,
   *   onLasso: (polygon: number[]) => void}} heard
   */
  constructor(canvas, heard) {
    this.canvas = canvas;
    this.heard = heard;
    this.points = new Float32Array(0);
    const { width, height } = canvas.getBoundingClientRect();
    this.plot = createScatterplot({
      canvas, width, height,
      backgroundColor: colour("map"),
      lassoInitiator: false, lassoLineWidth: 2, lassoMinDelay: 8, lassoMinDist: 2,
      opacityInactiveScale: 0.35, opacityInactiveMax: 0.5,
      pointOutlineWidth: 2, pointSizeSelected: 3, deselectOnDblClick: false, deselectOnEscape: false,
      spatialIndexUseWorker: false,
    });
    this.plot.subscribe("view", () => heard.onView());
    this.plot.subscribe("pointOver", (row) => heard.onHover(row));
    this.plot.subscribe("pointOut", () => heard.onHover(-1));
    this.plot.subscribe("select", ({ points }) => { if (points.length === 1 && !this.isDrawing) heard.onPick(points[0]); });
    this.plot.subscribe("lassoStart", () => { this.isDrawing = true; });
    this.plot.subscribe("lassoEnd", ({ coordinates }) => {
      heard.onLasso(coordinates.flat());
      setTimeout(() => { this.isDrawing = false; });
    });
  }

  /**
   * Draw points.
   * @param {Float32Array} points x and y of each.
   * @param {Uint8Array|undefined} labels The cluster of each.
   * @param {(row: number) => number} weight From 0, rare, to 1, frequent.
   * @param {boolean} isMoving Whether points move to their new places.
   */
  async draw(points, labels, weight, isMoving = false) {
    this.points = points;
    const n = points.length / 2;
    const x = new Float32Array(n), y = new Float32Array(n), valueB = new Float32Array(n);
    for (let row = 0; row < n; row++) {
      x[row] = points[2 * row];
      y[row] = points[2 * row + 1];
      valueB[row] = weight(row);
    }
    const valueA = labels ?? new Uint8Array(n);
    this.plot.set(this.style(n));
    await this.plot.draw({ x, y, valueA, valueB }, {
      zDataType: "categorical", wDataType: "continuous",
      transition: isMoving && n <= 300_000, transitionDuration: 700, preventFilterReset: true,
    });
  }

  /** Return what depends on the theme, the colours chosen, and the number of points. */
  style(n) {
    const largest = n > 200_000 ? 4 : n > 50_000 ? 5 : 7;
    const smallest = n > 200_000 ? 1 : n > 50_000 ? 1.5 : 2.5;
    return {
      backgroundColor: colour("map"),
      colorBy: this.byFrequency ? "valueB" : "valueA",
      pointColor: this.byFrequency ? ramp() : CLUSTERS,
      pointColorActive: colour("accent"), pointColorHover: colour("accent"),
      lassoColor: colour("accent"),
      sizeBy: "valueB",
      pointSize: Array.from({ length: 16 }, (_, i) => smallest + (largest - smallest) * (i / 15)),
      opacity: n > 200_000 ? 0.3 : n > 50_000 ? 0.45 : 0.6,
    };
  }

  /** Colour by frequency or by cluster, and take up the theme. */
  async restyle(byFrequency) {
    this.byFrequency = byFrequency;
    await this.plot.set(this.style(this.points.length / 2));
  }

  /** Highlight rows. */
  select(rows) {
    const isCrowd = rows.length > CROWD;
    this.plot.set({ pointSizeSelected: isCrowd ? 0 : 3, pointOutlineWidth: isCrowd ? 0 : 2 });
    if (rows.length) this.plot.select(rows, { preventEvent: true });
    else this.plot.deselect({ preventEvent: true });
  }

  /** Return x, y and scale of the view: a point p is at scale · p + (x, y), 1 being half the height. */
  get view() {
    const matrix = this.plot.get("cameraView");
    return { x: matrix[12], y: matrix[13], scale: matrix[0] };
  }

  set view({ x, y, scale }) {
    const s = Math.min(Math.max(scale, 0.2), HIGHEST_ZOOM);
    this.plot.view([s, 0, 0, 0, 0, s, 0, 0, 0, 0, 1, 0, x, y, 0, 1]);
  }

  /** Zoom about a point of the page, or the middle. */
  zoom(factor, clientX, clientY) {
    const { x, y, scale } = this.view;
    const box = this.canvas.getBoundingClientRect(), half = box.height / 2;
    const px = clientX === undefined ? 0 : (clientX - box.left - box.width / 2) / half;
    const py = clientY === undefined ? 0 : -(clientY - box.top - half) / half;
    const next = Math.min(Math.max(scale * factor, 0.2), HIGHEST_ZOOM), by = next / scale;
    this.view = { x: px + (x - px) * by, y: py + (y - py) * by, scale: next };
  }

  /** Move by pixels. */
  pan(dx, dy) {
    const { x, y, scale } = this.view, half = this.canvas.clientHeight / 2;
    this.view = { x: x + dx / half, y: y - dy / half, scale };
  }

  /**
   * Fly to points, so that all are seen beside the panel.
   * @param {number[][]} places
   * @param {{left: number, right: number, top: number, bottom: number}} free The pixels that nothing covers.
   * @param {number} closest The highest scale.
   */
  fly(places, free, closest = 12) {
    const xs = places.map((place) => place[0]), ys = places.map((place) => place[1]);
    const left = Math.min(...xs), right = Math.max(...xs), low = Math.min(...ys), high = Math.max(...ys);
    const { clientWidth: width, clientHeight: height } = this.canvas, half = height / 2;
    const wide = (free.right - free.left) / half, tall = (free.bottom - free.top) / half;
    const scale = Math.min(closest, (0.72 * wide) / Math.max(right - left, 1e-6), (0.72 * tall) / Math.max(high - low, 1e-6));
    const middleX = ((free.left + free.right) / 2 - width / 2) / half;
    const middleY = -((free.top + free.bottom) / 2 - half) / half;
    this.glide({ x: middleX - (scale * (left + right)) / 2, y: middleY - (scale * (low + high)) / 2, scale });
  }

  /** Go to a view in some steps, or at once where motion is not wanted. */
  glide(target) {
    cancelAnimationFrame(this.gliding);
    this.target = target;
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) { this.view = target; return; }
    const from = this.view, begun = performance.now();
    const step = (now) => {
      const share = Math.min(1, Math.max(0, (now - begun) / 600)), eased = 1 - (1 - share) ** 3;
      const scale = from.scale * (target.scale / from.scale) ** eased;
      // What is in the middle goes on a straight line, whatever the zoom.
      const span = target.scale - from.scale;
      const along = Math.abs(span) < 1e-9 ? eased : (scale - from.scale) / span;
      this.view = { x: from.x + (target.x - from.x) * along, y: from.y + (target.y - from.y) * along, scale };
      if (share < 1) this.gliding = requestAnimationFrame(step);
    };
    this.gliding = requestAnimationFrame(step);
  }

  /** Be at once where it is gliding to. */
  arrive() {
    cancelAnimationFrame(this.gliding);
    this.view = this.target;
  }

  /** Switch the lasso on or off. */
  set lasso(isOn) { this.plot.set({ mouseMode: isOn ? "lasso" : "panZoom" }); }

  /** Take up a new size of the canvas. */
  resize() {
    const { width, height } = this.canvas.parentElement.getBoundingClientRect();
    this.plot.set({ width, height });
  }
}

/**
 * Return the rows of the points within a polygon.
 * @param {Float32Array} points
 * @param {number[]} polygon x and y of each corner.
 */
export function rowsWithin(points, polygon) {
  const corners = polygon.length / 2, rows = [];
  let left = Infinity, right = -Infinity, low = Infinity, high = -Infinity;
  for (let i = 0; i < corners; i++) {
    left = Math.min(left, polygon[2 * i]); right = Math.max(right, polygon[2 * i]);
    low = Math.min(low, polygon[2 * i + 1]); high = Math.max(high, polygon[2 * i + 1]);
  }
  for (let row = 0; row < points.length / 2; row++) {
    const x = points[2 * row], y = points[2 * row + 1];
    if (x < left || x > right || y < low || y > high) continue;
    let inside = false;
    for (let i = 0, j = corners - 1; i < corners; j = i++) {
      const ax = polygon[2 * i], ay = polygon[2 * i + 1], bx = polygon[2 * j], by = polygon[2 * j + 1];
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
    }
    if (inside) rows.push(row);
  }
  return rows;
}

/** Return a polygon of few corners, so that a link is short. */
export function simplified(polygon, most = 40) {
  const corners = polygon.length / 2;
  if (corners <= most) return polygon;
  return Array.from({ length: most }, (_, i) => Math.floor((i * corners) / most)).flatMap((i) => [polygon[2 * i], polygon[2 * i + 1]]);
}
