/** The chosen words with their neighbours. */

import { $, element, refill, t } from "../base.js";
import { choose, forget } from "./choosing.js";
import { currentFrame, nearOf, state, words } from "./state.js";

export function showNeighbours() {
  refill($("chosen"), ...state.chosen.map((row) => element("div", { class: "word" },
    element("div", {}, element("strong", {}, words[row]),
      element("button", { type: "button", "aria-label": `${t("remove")}: ${words[row]}`, onclick: () => forget(row) }, "×")),
    isMissing(row) ? element("p", { class: "soft" }, t(state.trouble && state.trouble !== "late" ? "notThere" : "fetching"))
      : element("ol", {}, ...neighboursOf(row)))));
}

function isMissing(row) {
  return Boolean(state.frames.length) && !currentFrame().near.has(row);
}

function neighboursOf(row) {
  const [ids, cosines] = nearOf(row), before = state.frames[Math.round(state.at) - 1];
  const old = new Set(before?.near.get(row)?.[0] ?? ids);
  return [...ids].map((id, k) => {
    const bar = element("b");
    bar.style.width = `${(cosines[k] / 255) * 100}%`;
    return element("li", { class: old.has(id) ? "" : "new" },
      element("button", { type: "button", onclick: () => choose(id) }, words[id]),
      element("i", { "aria-hidden": "true" }, bar),
      element("span", {}, (cosines[k] / 255).toFixed(2)));
  });
}
