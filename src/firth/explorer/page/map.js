/** The map: points in a view, painted when something has changed, moved and asked by hand. */

import { CLUSTERS, clusterColours, colour, ramp } from "./colours.js";
import { weightOf } from "./data.js";
import { Gestures } from "./gestures.js";
import { gridOf, simplified } from "./picking.js";
import { Painter, pixelOf } from "./points.js";
import { View, isStill } from "./view.js";

const MOVE_MILLISECONDS = 700;
// Milliseconds of a frame in which points are painted while something moves: about half of a sixtieth of a second more
// is left to the browser at 30 frames a second.
const BUDGET = 16;
// Milliseconds without a change after which nothing moves.
const REST = 150;
const LEAST_PAINTED = 20_000;

export class PointMap {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {Element} trail The polyline of a lasso that is being drawn.
   * @param {{onView: () => void, onHover: (row: number) => void, onPick: (row: number) => void,
   *   onLasso: (polygon: number[]) => void}} heard
   */
  constructor(canvas, trail, heard) {
    Object.assign(this, { canvas, trail, heard, byFrequency: false, turn: 0 });
    this.painter = new Painter(canvas);
    this.view = new View(() => { this.paintSoon(); heard.onView(); });
    this.points = new Float32Array(0);
    this.codes = new Uint8Array(0);
    this.selected = new Uint32Array(0);
    this.pace = 1e-4;
    this.gestures = new Gestures(canvas, {
      pan: (dx, dy) => this.view.pan(dx, dy),
      zoom: (factor, x, y) => this.view.zoom(factor, x, y),
      click: (x, y, reach) => { const row = this.rowAt(x, y, reach); if (row >= 0) heard.onPick(row); },
      hover: (x, y, reach) => heard.onHover(this.rowAt(x, y, reach)),
      leave: () => heard.onHover(-1),
      draw: (path) => this.trace(path),
      lasso: (path) => this.takePixels(path),
    });
    this.restyle(false);
  }

  /**
   * Show points.
   * @param {Float32Array} points x and y of each, the most frequent word first.
   * @param {Uint8Array|undefined} labels The cluster of each.
   * @param {boolean} isMoving Whether they move to their new places.
   */
  async draw(points, labels, isMoving = false) {
    const before = this.points, turn = ++this.turn;
    this.labels = labels;
    this.points = points;
    this.shown = points;
    this.code();
    if (isMoving && before.length === points.length && !isStill()) await this.move(before, turn);
    this.paintSoon();
  }

  /** Move points from their places before, in some steps. */
  move(before, turn) {
    const between = new Float32Array(this.points.length), begun = performance.now();
    return new Promise((resolve) => {
      const step = (now) => {
        const share = Math.min(1, Math.max(0, (now - begun) / MOVE_MILLISECONDS)), eased = share * share * (3 - 2 * share);
        if (turn !== this.turn || share === 1) {
          if (turn === this.turn) this.shown = this.points;
          resolve();
          return;
        }
        for (let i = 0; i < between.length; i++) between[i] = before[i] + eased * (this.points[i] - before[i]);
        this.shown = between;
        this.paintSoon();
        requestAnimationFrame(step);
      };
      step(begun);
    });
  }

  /**
   * Find the place of each point in the palette.
   *
   * Most words are rare. The root of the weight spreads them over the ramp; else nearly all had its first colours.
   */
  code() {
    const n = this.points.length / 2, steps = this.palette.length;
    if (!this.byFrequency) { this.codes = this.labels ?? new Uint8Array(n).fill(CLUSTERS); return; }
    this.codes = Uint8Array.from({ length: n }, (_, row) => Math.floor(Math.sqrt(weightOf(row, n)) * (steps - 1)));
  }

  /** Colour by frequency or by cluster, and take up the theme. */
  restyle(byFrequency) {
    this.byFrequency = byFrequency;
    this.colours = byFrequency ? ramp() : clusterColours();
    this.palette = Int32Array.from(this.colours, pixelOf);
    this.background = pixelOf(colour("map"));
    this.accent = pixelOf(colour("accent"));
    this.code();
    this.paintSoon();
  }

  /** Return the colour of a row. */
  colourOf(row) { return this.colours[this.codes[row]]; }

  /** Highlight rows. */
  select(rows) {
    this.selected = Uint32Array.from(rows).sort();
    this.paintSoon();
  }

  /** Paint in the next frame. */
  paintSoon() {
    this.changed = performance.now();
    this.frame ??= requestAnimationFrame(() => { this.frame = null; this.paintInTime(); });
  }

  /**
   * Paint as many points as a frame has time for while something moves, and all of them when it rests.
   *
   * Words are in the order of their frequency, so it is the rarest that are left out meanwhile.
   */
  paintInTime() {
    const n = this.points.length / 2, isMoving = this.changed - (this.changedBefore ?? 0) < REST;
    this.changedBefore = this.changed;
    const most = isMoving ? Math.max(LEAST_PAINTED, Math.floor(BUDGET / this.pace)) : n;
    this.paint(most);
    clearTimeout(this.resting);
    if (most < n) this.resting = setTimeout(() => this.paint(), REST);
  }

  /** Paint the first points, or all. */
  paint(most = Infinity) {
    const begun = performance.now(), n = this.points.length / 2;
    const { view, codes, palette, background, accent, selected } = this;
    this.painter.paint({ points: this.shown ?? this.points, codes, palette, view, background, accent, selected, most });
    // Milliseconds a point; what a frame costs without points is among them.
    const pace = (performance.now() - begun) / Math.max(1, Math.min(n, most));
    this.pace = 0.7 * this.pace + 0.3 * pace;
  }

  /** Return the row of the point at a pixel, -1 if there is none within reach. */
  rowAt(x, y, reach) {
    return this.places.nearest(...this.view.placeAt(x, y), reach * this.view.pixel);
  }

  /** Return the corners of a path of pixels as places of the map. */
  polygon(path) { return path.flatMap((_, i) => (i % 2 ? [] : this.view.placeAt(path[i], path[i + 1]))); }

  /** Show a path of pixels that is being drawn; an empty one when it ends. */
  trace(path) { this.trail.setAttribute("points", path.join(" ")); }

  /** Take the words within a path of pixels as a region. */
  takePixels(path) { this.heard.onLasso(simplified(this.polygon(path))); }

  /** Return the rows of the points within a polygon. */
  rowsWithin(polygon) { return this.places.within(polygon); }

  get places() { return gridOf(this.points); }

  /** Switch the lasso on or off. */
  set lasso(isOn) { this.gestures.isLasso = isOn; }

  /** Take up the size of the page: at most two pixels of the canvas for one of the page. */
  resize() {
    const { clientWidth, clientHeight } = this.canvas.parentElement;
    this.painter.resize(clientWidth, clientHeight, Math.min(2, devicePixelRatio || 1));
    this.view.resize(clientWidth, clientHeight);
    // A canvas of a new size is empty.
    this.paint();
  }
}
