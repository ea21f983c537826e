/** The words of a region that a lasso drew, or of a cluster: read, save, copy, subtract. */

import { element } from "./dom.js";
import { isolated, number, text } from "./i18n.js";
import { action, chips, head } from "./parts.js";
import { copyWords, save, wordTable } from "./saving.js";
import { textNumbers } from "./state.js";
import { wordsWithin } from "./within.js";

const MOST_LISTED = 300;
const MOST_MARKED = 40;

/** Return the edges of a polygon. */
function edges(polygon) {
  const corner = (i) => [polygon[(2 * i) % polygon.length], polygon[(2 * i + 1) % polygon.length]];
  return Array.from({ length: polygon.length / 2 }, (_, i) => ({ from: corner(i), to: corner(i + 1) }));
}

/** @param {any} app */
export async function regionView(app) {
  const { set, stage, state } = app;
  const { rows, others, there } = await wordsWithin(app);
  const title = state.cluster ? text("clusterOf", (set.legend.words[Number(state.cluster)] ?? []).map(isolated).join(", ")) : text("region");
  const words = [...rows.map((row) => set.list[row]), ...others], listed = words.slice(0, MOST_LISTED);
  const node = element("div", {}, head(title, text("regionOf", number(words.length)), () => app.go({})));
  if (words.length) {
    node.append(
      element("p", { class: "actions" },
        action(text("saveWords"), () => save(app, "csv")),
        action(text("copyWords"), () => copyWords(app, words)),
        rows.length ? action(text("subtract"), () => app.subtractRegion(), { title: text("subtractHint") }) : null),
      others.length ? element("p", { class: "hint lacking" }, text("lacking", number(others.length), set.name)) : "",
      chips(listed, (word) => app.submit(word)));
    if (words.length > listed.length) node.append(element("p", { class: "hint" }, text("more", number(words.length - listed.length))));
  } else node.append(element("p", { class: "intro" }, text("regionEmpty")));
  const lines = state.region ? edges(textNumbers(state.region)) : [];
  const marking = (chosen, own) => ({ selected: chosen, marked: chosen.slice(0, MOST_MARKED), lines: own });
  return {
    node, title, table: () => wordTable(app, rows, title, others), ...marking(rows, there ? [] : lines),
    places: rows.length ? rows.slice(0, 5000).map((row) => stage.place(row)) : undefined,
    there: there && marking(there, lines),
  };
}
