/** Two sets: the words that moved most, after alignment. */

import { ask } from "./api.js";
import { element } from "./dom.js";
import { number, sentences, text } from "./i18n.js";
import { head, scores } from "./parts.js";

const ARROWS = 25;

/** @param {any} app */
export async function movedView(app) {
  const found = await ask("moved", { layout: app.sets[0].shownLayout(app.state.layout), top: 50 });
  const title = text("moved");
  const node = element("div", {},
    head(title, text("movedIntro", ...app.sets.map((set) => set.brief), number(found.shared), found.compared < found.shared ? number(found.compared) : null), () => app.go({})),
    element("p", { class: "hint" }, sentences(text("movedScore"), app.set === app.sets[0] ? text("arrows", app.sets[1].brief) : null)),
    element("p", { class: "hint" }, text("movedHint")),
    scores(found.words.map(({ word, cosine }) => ({ word, score: cosine })), (word) => app.submit(word)));
  const first = app.set === app.sets[0] ? found.words.filter(({ row }) => app.set.isOnMap(row)).slice(0, ARROWS) : [];
  return {
    node, title, marked: first.map(({ row }) => row),
    lines: first.map(({ here, there }) => ({ from: here, to: there, isArrow: true })),
    places: first.flatMap(({ here, there }) => [here, there]),
    table: () => ({
      name: title, header: ["word", "cosine", "x", "y", "x_moved", "y_moved"],
      rows: found.words.map(({ word, cosine, here, there }) => [word, cosine, ...here, ...there]),
    }),
  };
}
