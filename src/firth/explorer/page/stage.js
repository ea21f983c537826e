/** A stage: the map of one set, labels over it, and the word under the mouse. */

import { byId, later } from "./dom.js";
import { Labels } from "./labels.js";
import { PointMap } from "./map.js";

// Milliseconds after which labels that were moved are drawn anew.
const REST = 120;
const MOST_LISTED = 200;

export class Stage {
  /**
   * @param {HTMLElement} root What holds its canvases.
   * @param {{onPick: (row: number) => void, onHover: (row: number) => void, onLasso: (polygon: number[]) => void,
   *   onRest?: () => void}} heard `onRest` is called when the labels of a view have been drawn.
   */
  constructor(root, heard) {
    Object.assign(this, { root, heard });
    this.part = (name) => root.querySelector(`.${name}`);
    this.labels = new Labels(this.part("labels"));
    this.map = new PointMap(this.part("points"), this.part("trail"), {
      onView: () => this.follow(), onPick: heard.onPick, onLasso: heard.onLasso,
      onHover: (row) => { this.hover(row); heard.onHover(row); },
    });
    this.redrawAtRest = later(() => this.redraw(), REST);
    new ResizeObserver(() => this.resize()).observe(root);
    // What a card no longer covers gets its labels. The list in the panel stays: it would follow its own size.
    const cards = new ResizeObserver(() => requestAnimationFrame(() => this.drawLabels()));
    for (const id of ["panel", "options"]) cards.observe(byId(id));
    this.resize();
  }

  /**
   * Show the points of a layout; another layout while that is not there yet.
   * @param {import("./data.js").WordSet} set
   * @param {string} layout
   * @param {Uint8Array|undefined} labels The cluster of each word.
   * @param {Float32Array} points Where the words are, if not where the layout has them.
   */
  async show(set, layout, labels, isMoving = false, points = set.shownPoints(layout)) {
    this.set = set;
    // A layout that is not there yet is not the one that is chosen.
    this.part("name").textContent = set.layouts[layout] ? set.brief : `${set.brief} · PCA`;
    this.part("name").title = set.name;
    this.points = points;
    this.hover(-1);
    await this.map.draw(this.points, labels, isMoving);
    this.redraw();
  }

  /** Colour by frequency or by cluster, and take up the theme. */
  restyle(byFrequency) {
    this.map.restyle(byFrequency);
    this.redraw();
  }

  /** Mark words, draw lines, and highlight points. */
  mark({ marked = [], lines = [], selected = marked }) {
    Object.assign(this.labels, { marked, lines });
    this.map.select(selected);
    this.redraw();
  }

  fly(places, closest = 12) { this.map.view.fly(this.map.view.around(places, this.free(), closest)); }

  /** Show all words. */
  fit(isAtOnce = false) {
    const target = this.map.view.around([[-1, -1], [1, 1]], this.free(), 4);
    if (isAtOnce) this.map.view.set(target);
    else this.map.view.fly(target);
  }

  /** Return the pixels of the map that no panel covers. */
  free() {
    const { left, width, height } = this.root.getBoundingClientRect();
    const panel = byId("panel").getBoundingClientRect(), search = byId("search").getBoundingClientRect();
    const isSheet = panel.width > width * 0.7 && panel.right > left + width * 0.7;
    return isSheet
      ? { left: 12, right: width - 60, top: search.bottom, bottom: panel.top }
      : { left: Math.max(12, panel.right - left), right: width - 70, top: 60, bottom: height };
  }

  /** Return what of the map is seen beside the panel, or above it, for a picture. */
  seen() {
    const { left, bottom } = this.free(), { width, height } = this.map.view;
    const isSheet = bottom < height;
    return { left: isSheet ? 0 : Math.round(Math.min(left, width / 2)), bottom: isSheet ? Math.round(Math.max(bottom, height / 4)) : height };
  }

  /** Follow the view of the map: labels move at once, and are drawn anew when it rests. */
  follow() {
    if (!this.points) return;
    if (this.labels.move(this.map.view)) this.redrawAtRest();
    else this.redraw();
  }

  redraw() {
    this.due ??= requestAnimationFrame(() => {
      this.due = null;
      this.drawLabels();
      this.heard.onRest?.();
    });
  }

  drawLabels(covered = this.cards()) {
    if (this.set?.list.length) this.labels.draw({ points: this.points, view: this.map.view, set: this.set, covered });
  }

  /** Return the boxes of what floats above the map: labels below it could not be read. */
  cards() {
    const own = this.root.getBoundingClientRect();
    return [...document.querySelectorAll(".card, .options[data-open=true]")].map((each) => each.getBoundingClientRect())
      .filter(({ left, right, width }) => width > 0 && right > own.left && left < own.right)
      .map(({ left, top, width, height }) => [left - own.left, top - own.top, width, height]);
  }

  /** Draw all of the map, now, as a picture has it: without the cards, but with room for what the picture covers. */
  drawNow(covered) {
    this.map.paint();
    this.drawLabels(covered);
  }

  resize() {
    this.map.resize();
    this.redraw();
  }

  /** Name a word on the map, that under the mouse; -1 for none. */
  hover(row) {
    const isOver = row >= 0 && row < (this.set?.list.length ?? 0);
    for (const name of ["tip", "ring"]) this.part(name).hidden = !isOver;
    this.part("points").style.cursor = isOver ? "pointer" : "";
    if (!isOver) return;
    this.part("tip").textContent = this.set.list[row];
    const [x, y] = this.map.view.pixelAt(...this.place(row));
    for (const name of ["tip", "ring"]) Object.assign(this.part(name).style, { left: `${x}px`, top: `${y}px` });
  }

  place(row) { return [this.points[2 * row], this.points[2 * row + 1]]; }

  /** Return the words that have labels, the most frequent first: those of the set that was drawn last. */
  labelled() { return this.labels.chosen.slice(0, MOST_LISTED).map(({ word }) => word); }

  /** Return the rows of the words in view, right of a pixel and above another. */
  rowsInView(from = 0, bottom = this.map.view.height) {
    const { view } = this.map, [left, high] = view.placeAt(from, 0), [right, low] = view.placeAt(view.width, bottom);
    const rows = [];
    for (let row = 0; row < this.set.list.length; row++) {
      const [x, y] = this.place(row);
      if (x >= left && x <= right && y >= low && y <= high) rows.push(row);
    }
    return rows;
  }
}
