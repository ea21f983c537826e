/** The words of one set and where they are: arrays, the most frequent word first. */

import { ask, askNumbers, broken } from "./api.js";

/** Return how frequent a word is among n, from 0 (the rarest) to 1 (the most frequent), by its rank. */
export const weightOf = (row, n) => 1 - Math.log(row + 1) / Math.log(n + 1);

/** Return how many of n words have at least some weight above 0, which is also the first row that has less. */
export const rowsAbove = (weight, n) => Math.min(n, Math.floor((n + 1) ** (1 - weight) + 1e-9));

export class WordSet {
  /** @param {any} described What the route `sets` tells of it. */
  constructor(described) {
    Object.assign(this, described);
    /** @type {string[]} */
    this.list = [];
    /** @type {Record<string, Float32Array>} */
    this.layouts = {};
    /** @type {Record<string, Promise<Float32Array>>} */
    this.fetching = {};
  }

  /** Fetch all but layouts other than the first, once. */
  load() { return (this.loading ??= this.fetchWords().catch((error) => this.fail("loading", error))); }

  /** Forget what could not be fetched: it may be there when it is asked for again. */
  fail(what, error) {
    this[what] = undefined;
    throw error;
  }

  async fetchWords() {
    const asked = { set: this.name };
    const [list, frequencies] = await Promise.all([
      ask("words", asked),
      askNumbers("counts", asked, Float64Array, (n) => n === 0 || n === this.shown),
      this.points("pca"),
    ]);
    if (list.length !== this.shown) throw broken();
    Object.assign(this, { list, frequencies });
  }

  /**
   * The row of each word. Like `folded` it is made when it is first needed: the picture does not wait for it.
   * @type {Map<string, number>}
   */
  get rows() {
    // Of a word that is there twice, the first row counts.
    if (!this.indexed) {
      this.indexed = new Map();
      for (let row = this.list.length - 1; row >= 0; row--) this.indexed.set(this.list[row], row);
    }
    return this.indexed;
  }

  /** Return the row of a word, that of another set, say, or -1 if it is not on this map. */
  rowOf(word) { return this.rows.get(word) ?? -1; }

  /** Return whether a row that the service tells is on the map, which has the most frequent words. */
  isOnMap(row) { return row >= 0 && row < this.shown; }

  get folded() { return (this.lowered ??= this.list.map((word) => word.toLowerCase())); }

  /** Fetch the clusters, which take longer than the points, once. */
  loadClusters() { return (this.clustering ??= this.fetchClusters().catch((error) => this.fail("clustering", error))); }

  /** Load the clusters; that they cannot be had is noted, because the map is there without them. */
  async tryClusters() {
    this.unclustered = undefined;
    try {
      await this.loadClusters();
    } catch (error) {
      if (error.kind === "no_server") throw error;
      this.unclustered = error;
    }
  }

  async fetchClusters() {
    const asked = { set: this.name };
    const [labels, legend] = await Promise.all([
      askNumbers("clusters", asked, Uint8Array, (n) => n === this.shown), ask("legend", asked),
    ]);
    Object.assign(this, { labels, legend });
  }

  /**
   * Return the points of a layout, fetched once: x and y of each word.
   * @param {string} layout
   */
  points(layout) { return (this.fetching[layout] ??= this.fetchPoints(layout)); }

  async fetchPoints(layout) {
    try {
      const isWhole = (n) => n === 2 * this.shown;
      return (this.layouts[layout] = await askNumbers("points", { set: this.name, layout }, Float32Array, isWhole));
    } catch (error) {
      // It may be there when it is asked for again.
      delete this.fetching[layout];
      throw error;
    }
  }

  /** Return the name of a layout, or of PCA while its points are not there. */
  shownLayout(layout) { return this.layouts[layout] ? layout : "pca"; }

  /** Return the points of a layout, or those of PCA while they are not there. */
  shownPoints(layout) { return this.layouts[this.shownLayout(layout)]; }

  /** Return how frequent a word is among those on the map, from 0 to 1, by its rank. */
  weight(row) { return weightOf(row, this.list.length); }

  /**
   * Return words that begin with a text, then words that contain it, the most frequent first.
   * @param {string} text
   * @param {number} most
   */
  complete(text, most) {
    const wanted = text.toLowerCase();
    if (!wanted) return [];
    const starting = [], containing = [], { folded } = this;
    for (let row = 0; row < folded.length && starting.length < most; row++) {
      if (folded[row].startsWith(wanted)) starting.push(row);
      else if (containing.length < most && folded[row].includes(wanted)) containing.push(row);
    }
    const exact = this.rows.get(text);
    const rows = [...starting, ...containing].filter((row) => row !== exact);
    if (exact !== undefined) rows.unshift(exact);
    return rows.slice(0, most).map((row) => this.list[row]);
  }
}
