/** The words of a region that a lasso drew, or of a cluster: read, save, copy, subtract. */

import { element } from "./dom.js";
import { number, text } from "./i18n.js";
import { action, chips, head } from "./parts.js";
import { copyWords, save, wordTable } from "./saving.js";
import { textNumbers } from "./state.js";

const MOST_LISTED = 300;
const MOST_MARKED = 40;

/** Return the edges of a polygon. */
function edges(polygon) {
  const corner = (i) => [polygon[(2 * i) % polygon.length], polygon[(2 * i + 1) % polygon.length]];
  return Array.from({ length: polygon.length / 2 }, (_, i) => ({ from: corner(i), to: corner(i + 1) }));
}

/** @param {any} app */
export async function regionView(app) {
  const { set, state } = app;
  const rows = app.stage.rowsOf(state);
  const title = state.cluster ? text("clusterOf", set.legend.words[Number(state.cluster)].join(", ")) : text("region");
  const table = () => wordTable(app, rows, title);
  const listed = rows.slice(0, MOST_LISTED).map((row) => set.list[row]);
  const node = element("div", {}, head(title, text("regionOf", number(rows.length)), () => app.go({})));
  if (rows.length) {
    node.append(
      element("p", { class: "actions" },
        action(text("saveWords"), () => save(app, "csv")),
        action(text("copyWords"), () => copyWords(app, rows)),
        action(text("subtract"), () => app.subtractRegion(), { title: text("subtractHint") })),
      chips(listed, (word) => app.submit(word)));
    if (rows.length > listed.length) node.append(element("p", { class: "hint" }, text("more", number(rows.length - listed.length))));
  } else node.append(element("p", { class: "intro" }, text("regionEmpty")));
  return {
    node, title, table, selected: rows, marked: rows.slice(0, MOST_MARKED),
    places: rows.length ? rows.slice(0, 5000).map((row) => app.stage.place(row)) : undefined, lines: state.region ? edges(textNumbers(state.region)) : [],
  };
}
