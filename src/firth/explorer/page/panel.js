/** The panel: the view of the state, told to be waited for until it is there, and what goes wrong. */

import { equationView } from "./answers.js";
import { byId, element } from "./dom.js";
import { homeView } from "./home.js";
import { telling, text } from "./i18n.js";
import { movedView } from "./moved.js";
import { action } from "./parts.js";
import { regionView } from "./region.js";
import { questionOf } from "./state.js";
import { unknownView } from "./unknown.js";
import { wordView } from "./word.js";

// Milliseconds after which what is waited for is told: most answers are there before.
const PATIENCE = 300;

/** Return the name of what a state shows, and what makes its view. */
function viewOf(state) {
  if (state.equation) return ["equation", equationView];
  if (state.word) return ["word", wordView];
  if (state.region || state.cluster) return ["region", regionView];
  return state.moved ? ["moved", movedView] : ["home", homeView];
}

export class Panel {
  /** @param {any} app */
  constructor(app) {
    Object.assign(this, { app, turn: 0, shown: null });
  }

  /** Tell what is waited for, if it takes a while; what is there is that of before, and looks so. */
  wait(message) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      byId("waited").hidden = false;
      byId("waited-for").textContent = message;
      byId("content").setAttribute("aria-busy", "true");
    }, PATIENCE);
  }

  /** What was waited for is there, or will not come. */
  endWait() {
    clearTimeout(this.timer);
    byId("waited").hidden = true;
    byId("content").removeAttribute("aria-busy");
  }

  /** Put the view of the state into the panel, and mark its words on the map; return whether it is there. */
  async show(flies) {
    const { app } = this, { state } = app, [name, view] = viewOf(state), given = questionOf(state);
    // It is shown when the words are there.
    if (!app.set?.list.length) return false;
    const turn = ++this.turn;
    this.wait(given ? text("askingFor", given) : text("asking"));
    let shown;
    try {
      shown = await view(app);
    } catch (error) {
      if (turn !== this.turn) return false;
      // It is told, and this is shown when the service is back. Until then it is waited for.
      if (error.kind === "no_server") return false;
      shown = given && error.kind === "unknown_word"
        ? await unknownView(app, given) : { node: this.problem(error, () => this.show(flies), true), title: given };
    }
    // Something else was asked for meanwhile.
    if (turn !== this.turn) return false;
    this.put(shown);
    this.mark(flies);
    document.body.dataset.view = name;
    app.list();
    return true;
  }

  put(shown) {
    const { set } = this.app, content = byId("content");
    this.endWait();
    this.shown = shown;
    const hadFocus = content.contains(document.activeElement);
    content.replaceChildren(shown.node);
    // What was pressed is gone: keys go on from the new heading, which a screen reader reads.
    if (hadFocus) content.querySelector("h1")?.focus({ preventScroll: true });
    else byId("heard").textContent = shown.title;
    byId("panel").scrollTop = 0;
    content.scrollTop = 0;
    if (set) document.title = shown.title && shown.title !== set.name ? `${shown.title} · ${set.name} · Firth` : `${set.name} · Firth`;
  }

  /** Mark the words of what is shown on the maps, and fly there: on both, or on the second alone. */
  mark(flies, secondFlies = flies) {
    const { shown, app: { stage, twin } } = this;
    if (!shown) return;
    stage.mark(shown);
    twin.mark(shown, secondFlies);
    const places = shown.places ?? (shown.marked ?? []).map((row) => stage.place(row));
    if (flies && places.length) stage.fly(places, shown.closest);
  }

  /** Tell in the panel what went wrong before there was anything to show, and offer to try again. */
  fail(error, again) {
    byId("loading").hidden = true;
    // The page goes on by itself when the service is back.
    if (error.kind === "no_server") return;
    this.turn++;
    this.put({ node: this.problem(error, again, false), title: telling(error) });
  }

  /** Return what says that something went wrong. */
  problem(error, again, canGoBack) {
    return element("div", {},
      canGoBack ? element("button", { type: "button", class: "back", onclick: () => this.app.go({}) }, `← ${text("back")}`) : null,
      element("h1", { class: "problem", role: "alert", tabindex: "-1" }, telling(error)),
      action(text("again"), again));
  }
}
