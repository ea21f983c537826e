/** The answers to an equation, with the path of its partial sums on the map. */

import { send } from "./api.js";
import { element } from "./dom.js";
import { parseEquation } from "./equation.js";
import { isolated, number, text } from "./i18n.js";
import { head, scores, section } from "./parts.js";
import { wordsWithin } from "./within.js";

/** @param {any} app */
export async function equationView(app) {
  const { set, state } = app;
  const parsed = parseEquation(state.equation, set.rows) ?? [{ word: state.equation, weight: 1 }];
  const terms = parsed.map(({ word, weight }) => ({ words: [word], weight }));
  const region = state.region || state.cluster ? (await wordsWithin(app)).rows : [];
  // Of a link that was cut off.
  if (!terms.length) throw Object.assign(new Error(state.equation), { kind: "unknown_word" });
  if (region.length) terms.push({ words: region.map((row) => set.list[row]), weight: -1 });
  const found = await send("equation", {}, { set: set.name, layout: set.shownLayout(state.layout), terms, top: 10 })
    .catch((error) => {
      if (error.kind !== "no_direction") throw error;
      return { answers: [], path: [], composed: [] };
    });
  const shownTerms = parsed.map(({ word: given, weight }) => ({ word: isolated(given), weight })).map(({ word, weight }, i) => (i || weight < 0 ? `${weight < 0 ? "−" : "+"} ${word}` : word));
  if (region.length) shownTerms.push(text("dropMinus", number(region.length)));
  const title = shownTerms.join(" ");
  const node = element("div", {},
    head(title, text("equation"), () => app.go({})),
    found.composed.length ? element("p", { class: "hint" }, text("composedTerms", found.composed.map(isolated).join(", "))) : null,
    found.answers.length ? section(text("answers"), text("neighboursHint"), scores(found.answers, (word) => app.submit(word)))
      : section(text("answers"), text("noSum")));
  const lines = found.path.slice(1).map((to, i) => ({ from: found.path[i], to, isArrow: true, label: shownTerms[i + 1] }));
  const isOnMap = (row) => row !== undefined && row < set.shown;
  const answers = found.answers.slice(0, 5).map((each) => each.row).filter(isOnMap);
  const given = parsed.map(({ word }) => set.rows.get(word)).filter(isOnMap);
  if (answers.length) lines.push({ from: found.path.at(-1), to: app.stage.place(answers[0]) });
  return {
    node, title, lines, marked: [...new Set([...answers.slice(0, 1), ...given, ...answers])],
    places: [...found.path, ...[...answers.slice(0, 3), ...given].map((row) => app.stage.place(row))],
    table: () => ({ name: title, header: ["word", "score"], rows: found.answers.map((each) => [each.word, each.score]) }),
  };
}
