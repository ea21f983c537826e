/** The application: sets, state, map and panel together. */

import { ask } from "./api.js";
import { equationView } from "./answers.js";
import { toggleTheme } from "./colours.js";
import { byId, element, later } from "./dom.js";
import { parseEquation } from "./equation.js";
import { savePicture, saveDrawing, saveTable } from "./exports.js";
import { homeView } from "./home.js";
import { current, number, speak, text } from "./i18n.js";
import { listenToKeys } from "./keys.js";
import { Labels } from "./labels.js";
import { PointMap, rowsWithin, simplified } from "./map.js";
import { movedView } from "./moved.js";
import { regionView } from "./region.js";
import { SearchBox } from "./search.js";
import { numbersText, read, textNumbers, write } from "./state.js";
import { listenToTouch } from "./touch.js";
import { waitForUmap } from "./umap.js";
import { WordSet } from "./data.js";
import { wordView } from "./word.js";

// What is asked for anew when another word, equation or region is shown.
const QUESTIONS = { word: undefined, equation: undefined, region: undefined, cluster: undefined, moved: undefined };

export class App {
  async start() {
    this.state = read();
    speak(this.state.lang ?? current());
    this.search = new SearchBox((given) => this.submit(given), () => this.go({}));
    this.listen();
    const described = await ask("sets");
    this.corpus = described.corpus;
    this.sets = described.sets.map((each) => new WordSet(each));
    this.showSets();
    const first = this.sets.find((set) => set.name === this.state.set) ?? this.sets[0];
    // The data comes while the map is made.
    first.load().catch(() => {});
    this.labels = new Labels(byId("labels"));
    this.makeMap();
    await this.open(first);
    addEventListener("popstate", () => this.restore());
    addEventListener("hashchange", () => this.restore());
  }

  fail(error) {
    byId("loading").hidden = true;
    this.tell(error.message, 0);
  }

  /** Make the map; without WebGL, the lists remain. */
  makeMap() {
    this.list = later(() => this.shown?.onView?.(), 150);
    this.keepView = later(() => {
      const { x, y, scale } = this.map.view;
      this.state.view = numbersText([x, y, scale]);
      write(this.state, false);
    }, 400);
    try {
      this.map = new PointMap(byId("points"), {
        onView: () => this.follow(),
        onHover: (row) => this.hover(row),
        onPick: (row) => this.submit(this.set.list[row]),
        onLasso: (polygon) => this.go({ region: numbersText(simplified(polygon)) }, { flies: false }),
      });
    } catch (error) {
      console.warn(error);
      this.map = null;
      this.tell(text("noMap"), 0);
    }
    if (this.map) listenToTouch(byId("points"), this.map);
    listenToKeys(byId("points"), this.map, { fit: () => this.fit(), escape: () => this.go({}) });
    new ResizeObserver(() => this.resize()).observe(byId("stage"));
  }

  /** Show a set: its points at once, its colours when they are there. */
  async open(set) {
    byId("loading").hidden = false;
    this.set = set;
    await set.load();
    this.search.complete = (given, most) => set.complete(given, most);
    this.clusters = set.loadClusters();
    // A failure is told where the clusters are waited for.
    this.clusters.catch(() => {});
    await this.layOut(false);
    const view = textNumbers(this.state.view ?? "");
    if (this.map && view.length === 3) this.map.view = { x: view[0], y: view[1], scale: view[2] };
    else this.fit(true);
    byId("loading").hidden = true;
    document.body.dataset.ready = "points";
    await this.clusters;
    await this.layOut(false);
    await this.show(view.length !== 3);
    document.body.dataset.ready = "all";
    if (this.state.layout === "umap" && !set.layouts.umap) this.useLayout("umap");
  }

  /** Draw the points of the layout; another layout while UMAP is not there yet. */
  async layOut(isMoving) {
    const { set } = this;
    this.points = set.layouts[this.state.layout] ?? set.layouts.pca;
    if (this.map) {
      this.map.byFrequency = this.state.colour === "frequency";
      await this.map.draw(this.points, set.labels, (row) => set.weight(row), isMoving);
    }
    this.redraw();
    this.press();
  }

  async useLayout(layout) {
    const { set } = this;
    if (layout === "umap" && !set.layouts.umap) {
      if (this.waiting) return;
      this.waiting = true;
      this.press();
      try {
        if (!(await waitForUmap(set.name, (message) => this.tell(message)))) return;
        await set.points("umap");
      } catch (error) {
        this.tell(error.message);
        return;
      } finally {
        this.waiting = false;
        this.press();
      }
      if (set !== this.set) return;
    }
    this.state.layout = layout;
    // A region was drawn on the other layout.
    if (this.state.region) this.state.region = undefined;
    write(this.state, true);
    await this.layOut(true);
    if (!this.state.word && !this.state.equation) this.fit();
    await this.show(true);
  }

  /**
   * Show something else.
   * @param {Record<string, string>} asked The word, equation, region, cluster; nothing is the overview.
   */
  async go(asked, { flies = true } = {}) {
    Object.assign(this.state, QUESTIONS, asked);
    // The view is told when it has been reached.
    if (flies && this.map) this.state.view = undefined;
    write(this.state, true);
    this.isSubtracting = false;
    await this.show(flies);
  }

  /** Take a word or an equation. */
  submit(given) {
    const isWord = (word) => this.set.rows.has(word);
    const region = this.isSubtracting ? { region: this.state.region, cluster: this.state.cluster } : {};
    if (this.isSubtracting || parseEquation(given, isWord)) return this.go({ ...region, equation: given });
    return this.go({ word: isWord(given) || !isWord(given.toLowerCase()) ? given : given.toLowerCase() });
  }

  /** Show what an address says. */
  async restore() {
    const before = this.state;
    this.state = { ...QUESTIONS, ...read() };
    if (this.state.lang && this.state.lang !== current()) speak(this.state.lang);
    const set = this.sets.find((each) => each.name === this.state.set) ?? this.sets[0];
    if (set !== this.set) { await this.open(set); return; }
    if (this.state.layout === "umap" && !set.layouts.umap) this.useLayout("umap");
    else if (before.layout !== this.state.layout || before.colour !== this.state.colour) await this.layOut(true);
    const view = textNumbers(this.state.view ?? "");
    if (this.map && view.length === 3) this.map.view = { x: view[0], y: view[1], scale: view[2] };
    await this.show(view.length !== 3);
  }

  /** Put the view of the state into the panel, and mark its words on the map. */
  async show(flies) {
    const { state } = this;
    const view = state.equation ? equationView : state.word ? wordView
      : state.region || state.cluster ? regionView : state.moved ? movedView : homeView;
    const turn = (this.turn = (this.turn ?? 0) + 1);
    this.search.value = state.equation ?? state.word ?? "";
    let shown;
    try {
      shown = await view(this);
    } catch (error) {
      shown = { node: this.problem(error), title: state.word ?? state.equation ?? "" };
    }
    // Something else was asked for meanwhile.
    if (turn !== this.turn) return;
    this.shown = shown;
    byId("content").replaceChildren(shown.node);
    byId("panel").scrollTop = 0;
    byId("content").scrollTop = 0;
    document.title = shown.title === this.set.name ? `${this.set.name} · Firth` : `${shown.title} · ${this.set.name} · Firth`;
    this.labels.marked = shown.marked ?? [];
    this.labels.lines = shown.lines ?? [];
    this.map?.select(shown.selected ?? shown.marked ?? []);
    const places = shown.places ?? (shown.marked ?? []).map((row) => this.place(row));
    if (this.map && flies && places.length) this.map.fly(places, this.free(), shown.closest);
    document.body.dataset.view = state.equation ? "equation" : state.word ? "word"
      : state.region || state.cluster ? "region" : state.moved ? "moved" : "home";
    this.redraw();
    this.list();
  }

  /** Return what says that something went wrong. */
  problem(error) {
    return element("div", {},
      element("button", { type: "button", class: "back", onclick: () => this.go({}) }, `← ${text("back")}`),
      element("p", { class: "problem", role: "alert" }, error.message));
  }

  place(row) { return [this.points[2 * row], this.points[2 * row + 1]]; }

  /** Return the pixels of the map that no panel covers. */
  free() {
    const { clientWidth: width, clientHeight: height } = byId("stage");
    const panel = byId("panel").getBoundingClientRect(), search = byId("search").getBoundingClientRect();
    const isSheet = panel.width > width * 0.7;
    return isSheet
      ? { left: 12, right: width - 60, top: search.bottom, bottom: panel.top }
      : { left: panel.right, right: width - 70, top: 60, bottom: height };
  }

  fit(isAtOnce = false) {
    if (!this.map) return;
    const places = [[-1, -1], [1, 1]];
    this.map.fly(places, this.free(), 4);
    if (isAtOnce) this.map.arrive();
  }

  /** Follow the view of the map: labels move at once, and are drawn anew when it rests. */
  follow() {
    if (!this.points) return;
    this.rest ??= later(() => this.redraw(), 120);
    if (this.labels.move(this.map.view)) this.rest();
    else this.redraw();
  }

  redraw() {
    if (!this.map || !this.points || this.isDue) return;
    this.isDue = true;
    requestAnimationFrame(() => {
      this.isDue = false;
      this.labels.draw({ points: this.points, view: this.map.view, set: this.set });
      this.list();
      if (document.body.dataset.ready) this.keepView();
    });
  }

  resize() {
    this.map?.resize();
    this.redraw();
  }

  /** Show the word under the mouse. */
  hover(row) {
    const tip = byId("tip");
    tip.hidden = row < 0;
    byId("points").style.cursor = row < 0 ? "" : "pointer";
    if (row < 0) return;
    tip.textContent = this.set.list[row];
    const half = byId("stage").clientHeight / 2, { view } = this.map;
    tip.style.left = `${byId("stage").clientWidth / 2 + (view.scale * this.points[2 * row] + view.x) * half}px`;
    tip.style.top = `${half - (view.scale * this.points[2 * row + 1] + view.y) * half}px`;
  }

  /** Return the rows that have labels: the most frequent first. */
  labelled() { return this.map ? this.labels.chosen.map(({ row }) => row) : this.set.list.map((_, row) => row).slice(0, 200); }

  rowsInView() {
    if (!this.map) return this.set.list.map((_, row) => row);
    const { view } = this.map, aspect = byId("stage").clientWidth / byId("stage").clientHeight;
    const rows = [];
    for (let row = 0; row < this.set.list.length; row++) {
      const x = view.scale * this.points[2 * row] + view.x, y = view.scale * this.points[2 * row + 1] + view.y;
      if (Math.abs(x) <= aspect && Math.abs(y) <= 1) rows.push(row);
    }
    return rows;
  }

  /** Return the rows of the region or cluster of the state. */
  regionRows() {
    const { region, cluster } = this.state;
    if (region) return rowsWithin(this.points, textNumbers(region));
    const rows = [], wanted = Number(cluster);
    this.set.labels.forEach((label, row) => { if (label === wanted) rows.push(row); });
    return rows;
  }

  wordTable(rows, name) {
    const { set } = this;
    return {
      name, header: ["word", "count", "rank", "cluster", "x", "y"],
      rows: rows.map((row) => [set.list[row], set.frequencies[row] ?? "", row + 1, set.labels?.[row] ?? "", ...this.place(row)]),
    };
  }

  async copyWords(rows) {
    await navigator.clipboard.writeText(rows.map((row) => this.set.list[row]).join("\n"));
    this.tell(text("wordsCopied", number(rows.length)));
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

  async save(kind) {
    const name = this.shown?.title || this.set.name;
    if (kind === "csv") { this.tell(text("saved", saveTable((this.shown.table ?? (() => this.wordTable(this.rowsInView(), name)))()))); return; }
    if (!this.map) { this.tell(text("noMap")); return; }
    this.labels.draw({ points: this.points, view: this.map.view, set: this.set });
    if (kind === "png") { this.tell(text("saved", await savePicture(name, byId("points"), byId("labels")))); return; }
    const rows = this.rowsInView(), { clientWidth: width, clientHeight: height } = byId("stage");
    const saved = saveDrawing({ name, rows, points: this.points, view: this.map.view, width, height, set: this.set, labels: this.labels });
    const part = saved.drawn < rows.length ? ` ${text("pictured", number(saved.drawn), number(rows.length))}` : "";
    this.tell(text("saved", saved.name) + part);
  }

  async copyLink() {
    write(this.state, false);
    try {
      await navigator.clipboard.writeText(location.href);
      this.tell(text("copied"));
    } catch {
      // The browser does not let pages write there.
      this.tell(text("linkIs"));
    }
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
    this.press();
    write(this.state, false);
    await this.show(false);
  }

  async changeTheme() {
    toggleTheme();
    await this.map?.restyle(this.state.colour === "frequency");
    this.redraw();
  }

  async useColour(wanted) {
    this.state.colour = wanted;
    write(this.state, false);
    await this.map?.restyle(wanted === "frequency");
    this.press();
    await this.show(false);
  }

  showSets() {
    const place = byId("sets");
    place.hidden = this.sets.length < 2;
    place.replaceChildren(...this.sets.map((set) => element("button", {
      type: "button", "data-set": set.name, onclick: () => this.useSet(set),
    }, set.name)));
  }

  async useSet(set) {
    Object.assign(this.state, { set: set.name, view: undefined, region: undefined, cluster: undefined });
    write(this.state, true);
    await this.open(set);
  }

  /** Show on the buttons what is chosen. */
  press() {
    const { state } = this;
    const mark = (selector, isOn) => document.querySelectorAll(selector).forEach((each) => {
      each.setAttribute("aria-pressed", String(isOn(each)));
    });
    mark("[data-layout]", (each) => each.dataset.layout === (this.set?.layouts[state.layout] ? state.layout : "pca"));
    mark("[data-colour]", (each) => each.dataset.colour === state.colour);
    mark("[data-set]", (each) => each.dataset.set === this.set?.name);
    document.querySelector("[data-layout=umap]").toggleAttribute("aria-busy", Boolean(this.waiting));
    const language = byId("language");
    language.textContent = current() === "zh" ? "English" : "中文";
    language.lang = current() === "zh" ? "en" : "zh";
  }

  useLasso(isOn) {
    this.isLasso = isOn;
    if (this.map) this.map.lasso = isOn;
    byId("lasso").setAttribute("aria-pressed", String(isOn));
    if (isOn) this.tell(text("lassoOn"));
  }

  listen() {
    const click = (id, callback) => byId(id).addEventListener("click", callback);
    click("in", () => this.map?.zoom(1.5));
    click("out", () => this.map?.zoom(1 / 1.5));
    click("fit", () => this.fit());
    click("lasso", () => this.useLasso(!this.isLasso));
    click("link", () => this.copyLink());
    click("language", () => this.changeLanguage());
    click("theme", () => this.changeTheme());
    click("more", () => this.toggle("more", "options"));
    click("grip", () => this.toggle("grip", "panel"));
    for (const each of document.querySelectorAll("[data-save]")) each.addEventListener("click", () => this.save(each.dataset.save));
    for (const each of document.querySelectorAll("[data-layout]")) each.addEventListener("click", () => this.useLayout(each.dataset.layout));
    for (const each of document.querySelectorAll("[data-colour]")) each.addEventListener("click", () => this.useColour(each.dataset.colour));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", async () => {
      await this.map?.restyle(this.state.colour === "frequency");
      this.redraw();
    });
  }

  toggle(button, target) {
    const isOpen = byId(button).getAttribute("aria-expanded") !== "true";
    byId(button).setAttribute("aria-expanded", String(isOpen));
    byId(target).dataset.open = String(isOpen);
  }
}

