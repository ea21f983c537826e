/** UMAP in the background: begun, watched, and shown when it is there. */

import { ask, send } from "./api.js";
import { number, telling, text } from "./i18n.js";

const PAUSE = 700;

/** Return how far a UMAP is, in words. */
function told({ stage, done, total, message, kind }) {
  if (message) return text("umapFailed", telling({ kind, message }));
  if (stage === "done") return text("umapReady");
  return stage === "layout" ? text("umapLayout", number(done), number(total)) : text("umapNeighbours");
}

/** The UMAPs of one set, or of two at once. */
export class Umaps {
  /** @param {any} app */
  constructor(app) {
    this.app = app;
    /** @type {Map<any, Promise<boolean>>} */
    this.running = new Map();
    this.lines = new Map();
  }

  /** Fetch the points of a set if they are kept; nothing is begun. */
  async fetchKept(set) {
    if (set.layouts.umap) return;
    try {
      if ((await ask("umap", { set: set.name })).stage === "done") await set.points("umap");
    } catch (error) {
      // Then they are asked for again when the map is there, and what is wrong is told.
      if (error.kind === "no_server") throw error;
    }
  }

  /** Wait until the points of a set are there, beginning them where they are not; return whether they are. */
  make(set) {
    if (set.layouts.umap) return Promise.resolve(true);
    if (!this.running.has(set)) {
      this.running.set(set, this.watch(set).finally(() => {
        this.running.delete(set);
        if (!this.running.size) this.lines.clear();
        this.app.press();
      }));
      this.app.press();
    }
    return this.running.get(set);
  }

  async watch(set) {
    const asked = { set: set.name };
    try {
      let progress = await send("umap", asked);
      while (progress.stage === "neighbours" || progress.stage === "layout") {
        this.tell(set, told(progress));
        await new Promise((resolve) => { setTimeout(resolve, PAUSE); });
        progress = await ask("umap", asked);
      }
      if (progress.stage === "done") await set.points("umap");
      this.tell(set, told(progress));
      return progress.stage === "done";
    } catch (error) {
      if (error.kind === "no_server") this.isLost = true;
      else this.tell(set, text("umapFailed", telling(error)));
      return false;
    }
  }

  /** Go on after the service was lost, if it was waited for. */
  resume() {
    const { app, isLost } = this;
    this.isLost = false;
    if (isLost && app.wanted === "umap" && app.state.layout !== "umap") app.useLayout("umap", true);
  }

  /** Tell how far that of a set is, a line for each; of two sets with their names. */
  tell(set, message) {
    this.lines.set(set, this.app.sets.length > 1 ? `${set.name} · ${message}` : message);
    this.app.tell(this.app.sets.map((each) => this.lines.get(each)).filter(Boolean).join("\n"));
  }
}
