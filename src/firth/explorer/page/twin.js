/** A second map beside the first: that of the other set, on which the same words are marked. */

import { CLUSTERS } from "./colours.js";
import { listenToStage } from "./controls.js";
import { element } from "./dom.js";
import { telling, text } from "./i18n.js";
import { action } from "./parts.js";
import { Stage } from "./stage.js";
import { turned } from "./turning.js";

// Room for the panel and for two maps.
const WIDE = matchMedia("(min-width: 1200px)");

export class Twin {
  /**
   * @param {any} app
   * @param {HTMLElement} root What holds the second map.
   */
  constructor(app, root) {
    Object.assign(this, { app, root, set: null });
    this.stage = new Stage(root, {
      onPick: (row) => app.submit(this.set.list[row]),
      onHover: (row) => app.stage.hover(app.set.rowOf(this.set.list[row])),
      onLasso: (polygon) => app.takeRegion(polygon, this.set.name),
    });
    listenToStage(app, this.stage, root);
    WIDE.addEventListener("change", async () => { await this.arrange(); await app.show(false); });
  }

  /** Whether two maps are asked for, and there is room for them. */
  get isOn() { return this.app.state.maps === "2" && this.app.sets?.length > 1 && WIDE.matches; }

  /** The set whose map is not the first; undefined if there is one set. */
  get other() { return this.app.sets.find((each) => each !== this.app.set); }

  /** Return the other set, if the region of the state was drawn on its map. */
  drawnOn() { return this.other?.name === this.app.state.on ? this.other : undefined; }

  /** Give both maps their room, or all of it to the first. */
  makeRoom() {
    const { app, isOn, root } = this, isNew = root.hidden === isOn;
    root.hidden = !isOn;
    app.stage.part("name").hidden = !isOn;
    document.body.dataset.maps = isOn ? "2" : "1";
    if (!isNew) return;
    app.stage.resize();
    if (!app.placeView()) app.stage.fit(true);
  }

  /** Show the second map, or take it away. */
  async arrange() {
    const { app, stage } = this;
    this.makeRoom();
    stage.hover(-1);
    if (!this.isOn) { this.set = null; return; }
    const set = this.other;
    if (!(await this.fetch(set))) return;
    const isOther = set !== this.set;
    this.set = set;
    if (isOther) stage.resize();
    stage.restyle(app.state.colour === "frequency");
    // Before points move, which takes a while: it may be there when they have.
    if (app.state.layout === "umap" && !set.layouts.umap) this.makeUmap(set);
    await stage.show(set, app.state.layout, this.clusters(), !isOther, this.points(set));
    if (isOther) stage.fit(true);
  }

  /** Wait for the UMAP of the second set: until then its PCA is shown. */
  async makeUmap(set) {
    const { app } = this;
    if (!(await app.umaps.make(set)) || set !== this.set || app.state.layout !== "umap") return;
    await this.arrange();
    await app.show(true);
  }

  /** Load what is shown of a set; return whether it is there, and still asked for. */
  async fetch(set) {
    const { app, stage } = this, loading = stage.part("loading"), failure = stage.part("failure");
    failure.hidden = true;
    loading.hidden = false;
    try {
      // Without its clusters, the colours of words are those of no cluster.
      await Promise.all([this.load(set), app.set.tryClusters()]);
    } catch (error) {
      // Else the map comes when the service is back.
      if (error.kind !== "no_server" && set !== app.set) {
        loading.hidden = true;
        failure.hidden = false;
        failure.replaceChildren(element("p", { role: "alert" }, telling(error)), action(text("again"), () => this.arrange()));
      }
      return false;
    }
    loading.hidden = true;
    // Something else may have been asked for meanwhile.
    return this.isOn && set !== app.set;
  }

  /** Load the words of a set, and return its points as they are shown. */
  async load(set) {
    await set.load();
    if (this.app.state.layout === "umap") await this.app.umaps.fetchKept(set);
    return this.points(set);
  }

  /** Return the points of the other set, turned until words lie as they do on the first map. */
  points(set) {
    const { app } = this, { layout } = app.state, own = set.shownPoints(layout), first = app.set.shownPoints(layout);
    if (this.turning?.own !== own || this.turning.first !== first) {
      const pairs = [];
      set.list.forEach((word, row) => {
        const there = app.set.rowOf(word);
        if (there >= 0) pairs.push([row, there]);
      });
      this.turning = { own, first, found: turned(own, first, pairs) };
    }
    return this.turning.found;
  }

  /** Return the clusters of the first set for the words of the second: colours mean the same on both maps. */
  clusters() {
    const { app, set } = this;
    return Uint8Array.from(set.list, (word) => app.set.labels?.[app.set.rowOf(word)] ?? CLUSTERS);
  }

  /** Return words in view that the first set lacks. */
  othersInView() {
    const { app, set, stage } = this;
    if (!set) return [];
    return stage.rowsInView().map((row) => set.list[row]).filter((word) => app.set.rowOf(word) < 0);
  }

  /** Name the word on which the mouse is on the first map. */
  point(row) {
    if (this.set) this.stage.hover(this.set.rowOf(this.app.set.list[row]));
  }

  /** Show all words on both maps. */
  showAll() {
    this.app.stage.fit();
    if (this.set) this.stage.fit();
  }

  /** Mark the words that are marked on the first map, or others of its own, and fly there. */
  mark({ marked = [], selected = marked, there }, flies) {
    const { app, set, stage } = this;
    if (!set) return;
    const same = (rows) => rows.map((row) => set.rowOf(app.set.list[row])).filter((row) => row >= 0);
    const shown = there ?? { marked: same(marked), selected: same(selected) };
    stage.mark(shown);
    if (flies && shown.marked.length) stage.fly(shown.marked.map((row) => stage.place(row)));
  }
}
