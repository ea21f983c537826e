/** The application: sets, state, map and panel together. */

import { ask } from "./api.js";
import { equationView } from "./answers.js";
import { gradient } from "./colours.js";
import { listenToButtons, listenToStage, press, showSets } from "./controls.js";
import { byId, element, later } from "./dom.js";
import { parseEquation } from "./equation.js";
import { homeView } from "./home.js";
import { current, speak, telling, text } from "./i18n.js";
import { listenToPageKeys } from "./keys.js";
import { movedView } from "./moved.js";
import { regionView } from "./region.js";
import { SearchBox } from "./search.js";
import { watchServer } from "./server.js";
import { Stage } from "./stage.js";
import { numbersText, read, textNumbers, write } from "./state.js";
import { Twin } from "./twin.js";
import { Umaps } from "./umap.js";
import { unknownView } from "./unknown.js";
import { WordSet } from "./data.js";
import { wordView } from "./word.js";

// What is asked for anew when another word, equation or region is shown.
const QUESTIONS = { word: undefined, equation: undefined, region: undefined, on: undefined, cluster: undefined, moved: undefined };

/** Return the name of what a state shows, and what makes its view. */
function viewOf(state) {
  if (state.equation) return ["equation", equationView];
  if (state.word) return ["word", wordView];
  if (state.region || state.cluster) return ["region", regionView];
  return state.moved ? ["moved", movedView] : ["home", homeView];
}

export class App {
  async start() {
    this.state = read();
    speak(this.state.lang ?? current());
    this.umaps = new Umaps(this);
    watchServer(this);
    this.search = new SearchBox((given) => this.submit(given), () => this.go({}));
    this.list = later(() => this.shown?.onView?.(), 150);
    this.keepView = later(() => this.writeView(), 400);
    this.stage = new Stage(byId("stage"), {
      onPick: (row) => this.submit(this.set.list[row]),
      onLasso: (polygon) => this.go({ region: numbersText(polygon) }, { flies: false }),
      onRest: () => this.rest(),
      onHover: (row) => this.twin.point(row),
    });
    this.twin = new Twin(this, byId("second"));
    this.rectangle = listenToStage(this, this.stage, byId("zoom"));
    listenToButtons(this);
    listenToPageKeys(() => this.go({}));
    const described = await ask("sets");
    this.corpus = described.corpus;
    this.sets = described.sets.map((each) => new WordSet(each));
    showSets(this);
    await this.open(this.setOf(this.state));
    addEventListener("popstate", () => this.restore());
    addEventListener("hashchange", () => this.restore());
  }

  fail(error) {
    byId("loading").hidden = true;
    this.tell(telling(error), 0);
  }

  setOf(state) { return this.sets.find((set) => set.name === state.set) ?? this.sets[0]; }

  /** Show a set: its points at once, its words and its colours when they are there. */
  async open(set) {
    byId("loading").hidden = false;
    this.isOpening = true;
    this.set = set;
    const loading = set.load();
    // A failure is told where the words are waited for.
    loading.catch(() => {});
    await set.points("pca");
    if (this.state.layout === "umap") await this.umaps.fetchKept(set);
    this.stage.map.restyle(this.state.colour === "frequency");
    await this.layOut();
    this.twin.makeRoom();
    const isPlaced = this.placeView();
    if (!isPlaced) this.stage.fit(true);
    await loading;
    this.search.complete = (given, most) => set.complete(given, most);
    this.stage.redraw();
    byId("loading").hidden = true;
    document.body.dataset.ready = "points";
    // Drawn in the next frame, and seen before the one after it.
    requestAnimationFrame(() => requestAnimationFrame(() => performance.mark("picture")));
    await set.loadClusters();
    await this.layOut();
    await this.twin.arrange();
    await this.show(!isPlaced);
    document.body.dataset.ready = "all";
    this.isOpening = false;
    if (this.state.layout === "umap" && !set.layouts.umap) this.useLayout("umap", isPlaced);
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
    this.isSubtracting = false;
    await this.show(flies);
  }

  /** Take a word or an equation. */
  submit(given) {
    const { rows } = this.set;
    const region = this.isSubtracting ? { region: this.state.region, on: this.state.on, cluster: this.state.cluster } : {};
    if (this.isSubtracting || parseEquation(given, rows)) return this.go({ ...region, equation: given });
    return this.go({ word: rows.has(given) || !rows.has(given.toLowerCase()) ? given : given.toLowerCase() });
  }

  /** Show what an address says. */
  async restore() {
    const before = this.state;
    this.state = { ...QUESTIONS, ...read() };
    if (this.state.lang && this.state.lang !== current()) speak(this.state.lang);
    const set = this.setOf(this.state);
    if (set !== this.set) { await this.open(set); return; }
    if (before.colour !== this.state.colour) this.restyle();
    if (this.state.layout === "umap" && !set.layouts.umap) this.useLayout("umap", Boolean(this.state.view));
    else if (before.layout !== this.state.layout) await this.layOut(true);
    await this.twin.arrange();
    press(this);
    const isPlaced = this.placeView();
    await this.show(!isPlaced);
  }

  /** Put the view of the state into the panel, and mark its words on the map. */
  async show(flies) {
    const { stage, state } = this, [name, view] = viewOf(state);
    const turn = (this.turn = (this.turn ?? 0) + 1);
    this.search.value = state.equation ?? state.word ?? "";
    let shown;
    try {
      shown = await view(this);
    } catch (error) {
      // It is told, and this is shown when the service is back.
      if (error.kind === "no_server") return;
      const given = state.equation ?? state.word ?? "";
      shown = given && error.kind === "unknown_word"
        ? await unknownView(this, given) : { node: this.problem(error), title: given };
    }
    // Something else was asked for meanwhile.
    if (turn !== this.turn) return;
    this.shown = shown;
    const hadFocus = byId("content").contains(document.activeElement);
    byId("content").replaceChildren(shown.node);
    // What was pressed is gone: keys go on from the new heading, which a screen reader reads.
    if (hadFocus) byId("content").querySelector("h1")?.focus({ preventScroll: true });
    else byId("heard").textContent = shown.title;
    byId("panel").scrollTop = 0;
    byId("content").scrollTop = 0;
    document.title = shown.title === this.set.name ? `${this.set.name} · Firth` : `${shown.title} · ${this.set.name} · Firth`;
    stage.mark(shown);
    this.twin.mark(shown, flies);
    const places = shown.places ?? (shown.marked ?? []).map((row) => stage.place(row));
    if (flies && places.length) stage.fly(places, shown.closest);
    document.body.dataset.view = name;
    this.list();
  }

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

  /** Return what says that something went wrong. */
  problem(error) {
    return element("div", {},
      element("button", { type: "button", class: "back", onclick: () => this.go({}) }, `← ${text("back")}`),
      element("h1", { class: "problem", role: "alert", tabindex: "-1" }, telling(error)));
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
