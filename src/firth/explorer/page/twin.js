/** A second map beside the first: that of the other set, on which the same words are marked. */

import { CLUSTERS } from "./colours.js";
import { listenToMapKeys } from "./keys.js";
import { Stage } from "./stage.js";
import { waitForUmap } from "./umap.js";

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
      onHover: (row) => app.stage.hover(this.rowIn(app.set, this.set, row)),
    });
    const { view } = this.stage.map;
    listenToMapKeys(this.stage.part("points"), view, () => this.stage.fit());
    const actions = { in: () => view.zoom(1.5), out: () => view.zoom(1 / 1.5), fit: () => this.stage.fit() };
    for (const each of root.querySelectorAll("[data-second]")) each.addEventListener("click", actions[each.dataset.second]);
    WIDE.addEventListener("change", async () => { await this.arrange(); await app.show(false); });
  }

  /** Whether two maps are asked for, and there is room for them. */
  get isOn() { return this.app.state.maps === "2" && this.app.sets?.length > 1 && WIDE.matches; }

  /** Return the row of a word in another set, -1 if that lacks it. */
  rowIn(wanted, given, row) { return row < 0 ? -1 : (wanted.rows.get(given.list[row]) ?? -1); }

  /** Show the second map, or take it away. */
  async arrange() {
    const { app, isOn, root, stage } = this, isNew = root.hidden === isOn;
    root.hidden = !isOn;
    stage.hover(-1);
    app.stage.part("name").hidden = !isOn;
    document.body.dataset.maps = isOn ? "2" : "1";
    if (isNew) {
      app.stage.resize();
      if (!app.placeView()) app.stage.fit(true);
    }
    if (!isOn) { this.set = null; return; }
    const set = app.sets.find((each) => each !== app.set), { colour, layout } = app.state;
    await Promise.all([set.load(), app.set.loadClusters()]);
    if (layout === "umap") await this.loadUmap(set);
    // Something else was asked for meanwhile.
    if (!this.isOn || set === app.set) return;
    const isOther = set !== this.set;
    this.set = set;
    stage.resize();
    stage.restyle(colour === "frequency");
    await stage.show(set, layout, this.clusters());
    if (isOther || isNew) stage.fit(true);
  }

  async loadUmap(set) {
    const tell = (message) => this.app.tell(message);
    try {
      if (set.layouts.umap || (await waitForUmap(set.name, tell))) await set.points("umap");
    } catch (error) {
      tell(error.message);
    }
  }

  /** Return the clusters of the first set for the words of the second: colours mean the same on both maps. */
  clusters() {
    const { app, set } = this;
    return Uint8Array.from(set.list.slice(0, set.shown), (_, row) => app.set.labels[this.rowIn(app.set, set, row)] ?? CLUSTERS);
  }

  /** Name the word on which the mouse is on the first map. */
  point(row) {
    if (this.set) this.stage.hover(this.rowIn(this.set, this.app.set, row));
  }

  /** Mark the words that are marked on the first map, and fly there. */
  mark({ marked = [], selected = marked }, flies) {
    const { app, set, stage } = this;
    if (!set) return;
    const there = (rows) => rows.map((row) => this.rowIn(set, app.set, row)).filter((row) => row >= 0 && row < set.shown);
    const found = there(marked);
    stage.mark({ marked: found, selected: there(selected) });
    if (flies && found.length) stage.fly(found.map((row) => stage.place(row)));
  }
}
