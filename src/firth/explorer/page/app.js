/** The application: sets, state, map and panel together. */

import { ask, askOf } from "./api.js";
import { gradient } from "./colours.js";
import { closeOne, listenToButtons, listenToStage, press, showSets, useLasso } from "./controls.js";
import { byId, later } from "./dom.js";
import { knownForm, parseEquation, withoutLastSign } from "./equation.js";
import { current, speak, telling, text } from "./i18n.js";
import { listenToPageKeys } from "./keys.js";
import { Panel } from "./panel.js";
import { SearchBox } from "./search.js";
import { watchServer } from "./server.js";
import { Stage } from "./stage.js";
import { isOverview, numbersText, questionOf, QUESTIONS, read, textNumbers, write } from "./state.js";
import { Twin } from "./twin.js";
import { Umaps } from "./umap.js";
import { WordSet } from "./data.js";

export class App {
  async start() {
    this.state = read();
    speak(this.state.lang ?? current());
    this.umaps = new Umaps(this);
    watchServer(this);
    this.panel = new Panel(this);
    this.search = new SearchBox((given) => this.submit(given), () => this.go({}));
    this.search.value = questionOf(this.state);
    this.search.takeUp();
    this.list = later(() => this.shown?.onView?.(), 150);
    this.keepView = later(() => this.writeView(), 400);
    this.stage = new Stage(byId("stage"), {
      onPick: (row) => this.submit(this.set.list[row]),
      onLasso: (polygon) => this.takeRegion(polygon),
      onRest: () => this.rest(),
      onHover: (row) => this.twin.point(row),
    });
    this.twin = new Twin(this, byId("second"));
    this.rectangle = listenToStage(this, this.stage, byId("zoom"));
    listenToButtons(this);
    listenToPageKeys(() => closeOne(this) || this.go({}));
    addEventListener("popstate", () => this.restore());
    addEventListener("hashchange", () => this.restore());
    await this.begin();
  }

  /** What is shown in the panel. */
  get shown() { return this.panel.shown; }

  /** Ask what there is, and open a set, first or when the service is back; return whether it is there. */
  async begin() {
    byId("loading").hidden = false;
    let described;
    try {
      described = await ask("sets");
    } catch (error) {
      this.panel.fail(error, () => this.begin());
      return false;
    }
    askOf(described.vectors);
    this.corpus = described.corpus;
    this.sets = described.sets.map((each) => new WordSet(each));
    showSets(this);
    return this.open(this.setOf(this.state));
  }

  fail(error) {
    byId("loading").hidden = true;
    this.tell(telling(error), 0);
  }

  setOf(state) { return this.sets.find((set) => set.name === state.set) ?? this.sets[0]; }

  /** Show a set: its points at once, its words and its colours when they are there; return whether it is there. */
  async open(set) {
    byId("loading").hidden = false;
    this.isOpening = true;
    this.set = set;
    this.panel.wait(text("loading"));
    let isPlaced;
    try {
      isPlaced = await this.openWords(set);
    } catch (error) {
      if (set === this.set) this.panel.fail(error, () => this.open(set));
      return false;
    }
    // Another set was chosen meanwhile.
    if (set !== this.set) return true;
    byId("loading").hidden = true;
    document.body.dataset.ready = "points";
    // Drawn in the next frame, and seen before the one after it.
    requestAnimationFrame(() => requestAnimationFrame(() => performance.mark("picture")));
    const { early } = this;
    this.early = undefined;
    const isShown = early ? this.submit(early) : this.show(!isPlaced);
    // Without a service, the set is opened again when it is back.
    await this.colourByCluster(!isPlaced).catch((error) => { if (error.kind !== "no_server") throw error; });
    const isThere = await isShown;
    if (set !== this.set || !(set.labels || set.unclustered)) return false;
    document.body.dataset.ready = "all";
    this.isOpening = false;
    if (this.state.layout === "umap" && !set.layouts.umap) this.useLayout("umap", isPlaced);
    return isThere;
  }

  /** Show the points of a set, and load its words; return whether the address says a view. */
  async openWords(set) {
    const words = set.load();
    // A failure is told where the words are waited for.
    words.catch(() => {});
    await set.points("pca");
    if (this.state.layout === "umap") await this.umaps.fetchKept(set);
    if (set !== this.set) return false;
    this.stage.map.restyle(this.state.colour === "frequency");
    await this.layOut();
    this.twin.makeRoom();
    const isPlaced = this.placeView();
    if (!isPlaced) this.stage.fit(true);
    await words;
    if (set !== this.set) return false;
    this.search.completeBy((given, most) => set.complete(given, most));
    this.stage.redraw();
    return isPlaced;
  }

  /** Give the words the colours of their clusters, and show the second map, if it is asked for. */
  async colourByCluster(flies = false) {
    const { set } = this;
    await set.tryClusters();
    this.shown?.onClusters?.();
    if (set !== this.set) return;
    await this.layOut();
    await this.twin.arrange();
    // The first map may have been moved meanwhile.
    this.panel.mark(false, flies);
  }

  press() { press(this); }

  async layOut(isMoving = false) {
    await this.stage.show(this.set, this.state.layout, this.set.labels, isMoving);
    press(this);
  }

  /** Go to the view that the address says; return whether it says one. */
  placeView() {
    const [x, y, scale, ...more] = textNumbers(this.state.view ?? "");
    if (scale === undefined || more.length) return false;
    this.stage.map.view.set({ x, y, scale });
    return true;
  }

  /** Show a layout when it is there; `isPlaced` keeps the view. */
  async useLayout(layout, isPlaced = false) {
    const { set, state, twin } = this, isOther = layout !== state.layout;
    this.wanted = layout;
    if (layout === "umap" && !set.layouts.umap) {
      const isThere = this.umaps.make(set);
      // That of the second map is made at the same time.
      if (twin.set && !twin.set.layouts.umap) this.umaps.make(twin.set);
      if (!(await isThere) || set !== this.set || this.wanted !== layout) return;
    }
    state.layout = layout;
    // A region was drawn on the other layout, and so was a view.
    if (isOther) Object.assign(state, { region: undefined, on: undefined, view: undefined });
    write(state, isOther);
    await this.layOut(true);
    await twin.arrange();
    if (!isPlaced && !state.word && !state.equation) this.stage.fit();
    await this.show(!isPlaced);
  }

  /**
   * Show something else.
   * @param {Record<string, string>} asked The word, equation, region, cluster; nothing is the overview.
   */
  async go(asked, { flies = true } = {}) {
    Object.assign(this.state, QUESTIONS, asked);
    // The view is told when it has been reached.
    if (flies) this.state.view = undefined;
    write(this.state, true);
    if (flies && isOverview(this.state)) this.twin.showAll();
    this.isSubtracting = false;
    this.search.value = questionOf(this.state);
    return this.show(flies);
  }

  /** Show a region that was drawn on a map, on the second one `on` its set: the lasso has done its work. */
  takeRegion(polygon, on) {
    useLasso(this, false);
    return this.go({ region: numbersText(polygon), on }, { flies: false });
  }

  /** Take a word or an equation. */
  submit(given) {
    // It is read when the words are there.
    if (!this.set?.list.length) {
      this.early = given;
      return false;
    }
    const { rows } = this.set;
    if (!rows.has(given)) given = withoutLastSign(given);
    const region = this.isSubtracting ? { region: this.state.region, on: this.state.on, cluster: this.state.cluster } : {};
    if (this.isSubtracting || parseEquation(given, rows)) return this.go({ ...region, equation: given });
    return this.go({ word: knownForm(given, rows) });
  }

  /** Show what an address says. */
  async restore() {
    const before = this.state;
    this.state = { ...QUESTIONS, ...read() };
    this.search.value = questionOf(this.state);
    if (!this.sets) return;
    if (this.state.lang && this.state.lang !== current()) speak(this.state.lang);
    const set = this.setOf(this.state);
    if (set !== this.set) { await this.open(set); return; }
    if (before.colour !== this.state.colour) this.restyle();
    if (this.state.layout === "umap" && !set.layouts.umap) this.useLayout("umap", Boolean(this.state.view));
    else if (before.layout !== this.state.layout) await this.layOut(true);
    await this.twin.arrange();
    press(this);
    const isPlaced = this.placeView();
    if (!isPlaced && isOverview(this.state)) this.twin.showAll();
    await this.show(!isPlaced);
  }

  /** Put the view of the state into the panel, and mark its words on the map; return whether it is there. */
  show(flies) { return this.panel.show(flies); }

  /** Take up a view in which the map rests. */
  rest() {
    this.list();
    if (document.body.dataset.ready) this.keepView();
  }

  writeView() {
    const { x, y, scale } = this.stage.map.view;
    this.state.view = numbersText([x, y, scale]);
    write(this.state, false);
  }

  subtractRegion() {
    this.isSubtracting = true;
    this.tell(text("choose"));
    this.search.value = "";
    this.search.focus();
  }

  continueEquation(begun) {
    this.search.value = begun;
    this.search.focus();
  }

  /** Tell something for some seconds; 0 keeps it. */
  tell(message, seconds = 5) {
    const status = byId("status");
    status.textContent = message;
    status.hidden = false;
    clearTimeout(this.telling);
    if (seconds) this.telling = setTimeout(() => { status.hidden = true; }, 1000 * seconds);
  }

  async changeLanguage() {
    this.state.lang = current() === "zh" ? "en" : "zh";
    speak(this.state.lang);
    press(this);
    write(this.state, false);
    await this.show(false);
  }

  /** Take up the colours of the state, and the theme. */
  restyle() {
    for (const stage of [this.stage, this.twin.stage]) stage.restyle(this.state.colour === "frequency");
    for (const each of document.querySelectorAll(".ramp")) each.style.background = gradient();
  }

  async useColour(wanted) {
    this.state.colour = wanted;
    write(this.state, false);
    this.restyle();
    press(this);
    await this.show(false);
  }

  /** Show one map, or two beside each other. */
  async useMaps(wanted) {
    Object.assign(this.state, { maps: wanted, view: undefined });
    write(this.state, false);
    press(this);
    await this.twin.arrange();
    await this.show(true);
  }

  async useSet(set) {
    Object.assign(this.state, { set: set.name, view: undefined, region: undefined, on: undefined, cluster: undefined });
    write(this.state, true);
    await this.open(set);
  }
}
