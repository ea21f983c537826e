/** Parts that several views of the panel have. */

import { element, wordButton } from "./dom.js";
import { number, percent, text } from "./i18n.js";

/** Return the head of a view. */
export function head(title, told, onBack) {
  return element("header", { class: "head" },
    onBack ? element("button", { type: "button", class: "back", onclick: onBack }, `← ${text("back")}`) : null,
    element("h1", { tabindex: "-1", title }, element("bdi", {}, title)),
    told ? element("p", { class: "told" }, told) : null);
}

/** Return a section with a heading and a hint. */
export function section(name, hint, ...children) {
  return element("section", {}, element("h2", {}, name), hint ? element("p", { class: "hint" }, hint) : null, ...children);
}

/** Return an ordered list of words with bars for their scores. */
export function scores(found, onWord, { least = 0, most = 1 } = {}) {
  const share = (value) => `${100 * Math.max(0, Math.min(1, (value - least) / (most - least || 1)))}%`;
  return element("ol", { class: "scores" }, ...found.map((each) => {
    const bar = element("span", { class: "bar", "aria-hidden": "true" }, element("span", { class: "fill" }));
    bar.style.setProperty("--score", share(each.score));
    if (each.low !== null && each.low !== undefined) {
      const range = element("span", { class: "range" });
      range.style.setProperty("--low", share(each.low));
      range.style.setProperty("--high", share(each.high));
      bar.append(range);
    }
    const told = each.kept === null || each.kept === undefined ? null
      : element("span", { class: "kept", title: text("kept", percent(each.kept)) }, percent(each.kept));
    return element("li", {}, wordButton(String(each.word), () => onWord(String(each.word))), bar,
      element("span", { class: "number" }, number(each.score, 2)), told);
  }));
}

/** Return words as small buttons. */
export const chips = (words, onWord) =>
  element("ul", { class: "chips" }, ...words.map((word) => element("li", {}, wordButton(word, () => onWord(word)))));

/** Return a button of an action. */
export const action = (name, onclick, attributes = {}) =>
  element("button", { type: "button", class: "action", onclick, ...attributes }, name);
