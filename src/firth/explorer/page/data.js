/** The words of one set and where they are: arrays, the most frequent word first. */

import { ask, askBytes } from "./api.js";

export class WordSet {
  /** @param {any} described What the route `sets` tells of it. */
  constructor(described) {
    Object.assign(this, described);
    /** @type {string[]} */
    this.list = [];
    /** @type {Map<string, number>} */
    this.rows = new Map();
    /** @type {Record<string, Float32Array>} */
    this.layouts = {};
  }

  /** Fetch all but layouts other than the first, once. */
  load() { return (this.loading ??= this.fetchWords()); }

  async fetchWords() {
    const asked = { set: this.name };
    const [list, frequencies] = await Promise.all([
      ask("words", asked), askBytes("counts", asked), this.points("pca"),
    ]);
    this.list = list;
    this.frequencies = new Float64Array(frequencies);
    // Of a word that is there twice, the first row counts.
    for (let row = list.length - 1; row >= 0; row--) this.rows.set(list[row], row);
    this.folded = list.map((word) => word.toLowerCase());
  }

  /** Fetch the clusters, which take longer than the points, once. */
  loadClusters() { return (this.clustering ??= this.fetchClusters()); }

  async fetchClusters() {
    const asked = { set: this.name };
    const [labels, legend] = await Promise.all([askBytes("clusters", asked), ask("legend", asked)]);
    this.labels = new Uint8Array(labels);
    this.legend = legend;
  }

  /**
   * Return the points of a layout: x and y of each word.
   * @param {string} layout
   */
  async points(layout) {
    this.layouts[layout] ??= new Float32Array(
      await askBytes("points", { set: this.name, layout }),
    );
    return this.layouts[layout];
  }

  /** Return how frequent a word is among those on the map, from 0 to 1, by its rank. */
  weight(row) {
    return 1 - Math.log(row + 1) / Math.log(this.list.length + 1);
  }

  /**
   * Return words that begin with a text, then words that contain it, the most frequent first.
   * @param {string} text
   * @param {number} most
   */
  complete(text, most) {
    const wanted = text.toLowerCase();
    if (!wanted) return [];
    const starting = [], containing = [];
    for (let row = 0; row < this.folded.length && starting.length < most; row++) {
      if (this.folded[row].startsWith(wanted)) starting.push(row);
      else if (containing.length < most && this.folded[row].includes(wanted)) containing.push(row);
    }
    const exact = this.rows.get(text);
    const rows = [...starting, ...containing].filter((row) => row !== exact);
    if (exact !== undefined) rows.unshift(exact);
    return rows.slice(0, most).map((row) => this.list[row]);
  }
}
