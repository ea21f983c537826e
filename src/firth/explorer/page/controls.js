/** The buttons of the page: what they do, and what they show as chosen. */

import { toggleTheme } from "./colours.js";
import { byId, element } from "./dom.js";
import { current, text } from "./i18n.js";
import { listenToMapKeys } from "./keys.js";
import { briefNames } from "./names.js";
import { Rectangle } from "./rectangle.js";
import { copyLink, save } from "./saving.js";

/**
 * Listen to the keys of a map, and to its buttons of zoom; return what draws a region by keys.
 * @param {any} app
 * @param {import("./stage.js").Stage} stage
 * @param {HTMLElement} root What holds the buttons.
 */
export function listenToStage(app, stage, root) {
  // It hears keys before the map does.
  const rectangle = new Rectangle(stage, () => useLasso(app, false));
  const { view } = stage.map, actions = { in: () => view.zoom(1.5), out: () => view.zoom(1 / 1.5), fit: () => stage.fit() };
  listenToMapKeys(stage.part("points"), view, actions.fit, () => useLasso(app, true, rectangle));
  for (const each of root.querySelectorAll("[data-zoom]")) each.addEventListener("click", actions[each.dataset.zoom]);
  return rectangle;
}

/**
 * Listen to the buttons.
 * @param {any} app
 */
export function listenToButtons(app) {
  const click = (id, callback) => byId(id).addEventListener("click", callback);
  // A key that presses a button is a click of no mouse.
  click("lasso", (event) => {
    const isOn = byId("lasso").getAttribute("aria-pressed") !== "true";
    useLasso(app, isOn, event.detail === 0 ? app.rectangle : null);
  });
  click("link", () => copyLink(app));
  click("language", () => app.changeLanguage());
  click("theme", () => { toggleTheme(); app.restyle(); });
  click("maps", () => app.useMaps(app.state.maps === "2" ? "1" : "2"));
  click("more", () => toggle("more", "options"));
  // What is open is closed by a press elsewhere.
  document.addEventListener("pointerdown", ({ target }) => {
    if (byId("more").getAttribute("aria-expanded") === "true" && !target.closest("#tools")) toggle("more", "options");
  });
  click("grip", () => toggle("grip", "panel"));
  for (const each of document.querySelectorAll("[data-save]")) each.addEventListener("click", () => save(app, each.dataset.save));
  for (const each of document.querySelectorAll("[data-layout]")) each.addEventListener("click", () => app.useLayout(each.dataset.layout));
  for (const each of document.querySelectorAll("[data-colour]")) each.addEventListener("click", () => app.useColour(each.dataset.colour));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => app.restyle());
}

/** Show a button for each of several sets. */
export function showSets(app) {
  const place = byId("sets");
  place.hidden = app.sets.length < 2;
  briefNames(app.sets.map((set) => set.name)).forEach((name, i) => { app.sets[i].brief = name; });
  place.replaceChildren(...app.sets.map((set) => element("button", {
    type: "button", "data-set": set.name, title: set.name, onclick: () => app.useSet(set),
  }, element("bdi", {}, set.brief))));
  byId("both").hidden = place.hidden;
}

/** Show on the buttons what is chosen. */
export function press({ state, set, umaps }) {
  const mark = (selector, isOn) => document.querySelectorAll(selector).forEach((each) => {
    each.setAttribute("aria-pressed", String(isOn(each)));
  });
  mark("[data-layout]", (each) => each.dataset.layout === set?.shownLayout(state.layout));
  mark("[data-colour]", (each) => each.dataset.colour === state.colour);
  mark("#maps", () => state.maps === "2");
  mark("[data-set]", (each) => each.dataset.set === set?.name);
  document.querySelector("[data-layout=umap]").toggleAttribute("aria-busy", umaps.running.size > 0);
  const language = byId("language");
  language.textContent = current() === "zh" ? "English" : "中文";
  language.lang = current() === "zh" ? "en" : "zh";
}

/**
 * Switch the lasso of the map, or of both maps, on or off.
 * @param {any} app
 * @param {boolean} isOn
 * @param {import("./rectangle.js").Rectangle|null} byKeys What draws it, if keys do.
 */
export function useLasso(app, isOn, byKeys = null) {
  for (const { map } of [app.stage, app.twin.stage]) map.lasso = isOn;
  document.body.toggleAttribute("data-lasso", isOn);
  byId("lasso").setAttribute("aria-pressed", String(isOn));
  if (isOn) app.tell(text(byKeys ? "crossOn" : "lassoOn"), byKeys ? 12 : 5);
  else if ([text("crossOn"), text("lassoOn")].includes(byId("status").textContent)) byId("status").hidden = true;
  if (isOn) byKeys?.begin();
}

/** Close the options of a small screen, or end the lasso; return whether one of them was there to close. */
export function closeOne(app) {
  if (byId("lasso").getAttribute("aria-pressed") === "true") {
    useLasso(app, false);
    return true;
  }
  if (byId("more").getAttribute("aria-expanded") !== "true") return false;
  toggle("more", "options");
  byId("more").focus();
  return true;
}

function toggle(button, target) {
  const isOpen = byId(button).getAttribute("aria-expanded") !== "true";
  byId(button).setAttribute("aria-expanded", String(isOpen));
  byId(target).dataset.open = String(isOpen);
}
