/** Links, copies and files of what is shown. */

import { byId } from "./dom.js";
import { saveDrawing, savePicture, saveTable } from "./exports.js";
import { number, text } from "./i18n.js";
import { write } from "./state.js";

/** Return words as a table. */
export function wordTable({ set, stage }, rows, name) {
  return {
    name, header: ["word", "count", "rank", "cluster", "x", "y"],
    rows: rows.map((row) => [set.list[row], set.frequencies[row] ?? "", row + 1, set.labels?.[row] ?? "", ...stage.place(row)]),
  };
}

/**
 * Save what is shown: a picture, a drawing or a table.
 * @param {any} app
 * @param {"png"|"svg"|"csv"} kind
 */
export async function save(app, kind) {
  const { set, shown, stage } = app, name = shown?.title || set.name;
  if (kind === "csv") {
    const table = shown.table ?? (() => wordTable(app, stage.rowsInView(), name));
    app.tell(text("saved", saveTable(table())));
    return;
  }
  stage.drawNow();
  stage.redraw();
  if (kind === "png") {
    app.tell(text("saved", await savePicture(name, byId("points"), byId("labels"))));
    return;
  }
  const rows = stage.rowsInView(), saved = saveDrawing({ name, rows, set, stage });
  const part = saved.drawn < rows.length ? ` ${text("pictured", number(saved.drawn), number(rows.length))}` : "";
  app.tell(text("saved", saved.name) + part);
}

/** Copy words, one a line. */
export async function copyWords(app, rows) {
  await navigator.clipboard.writeText(rows.map((row) => app.set.list[row]).join("\n"));
  app.tell(text("wordsCopied", number(rows.length)));
}

/** Copy the address of what is shown. */
export async function copyLink(app) {
  write(app.state, false);
  try {
    await navigator.clipboard.writeText(location.href);
    app.tell(text("copied"));
  } catch {
    // The browser does not let pages write there.
    app.tell(text("linkIs"));
  }
}
