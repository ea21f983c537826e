/** Links, copies and files of what is shown. */

import { saveTable } from "./exports.js";
import { number, sentences, text } from "./i18n.js";
import { NAME_AT, NAME_SIZE, saveDrawing, savePicture } from "./pictures.js";
import { write } from "./state.js";

/**
 * Return words as a table.
 * @param {any} app
 * @param {number[]} rows Rows of the set on the first map.
 * @param {string} name
 * @param {string[]} others Words that only the other set has.
 */
export function wordTable({ stage }, rows, name, others = []) {
  const { set } = stage;
  return {
    name, header: ["word", "count", "rank", "cluster", "x", "y"],
    rows: [
      ...rows.map((row) => [set.list[row], set.frequencies[row] ?? "", row + 1, set.labels?.[row] ?? "", ...stage.place(row)]),
      ...others.map((word) => [word, "", "", "", "", ""]),
    ],
  };
}

/** Add to a table of words where each is on the maps that are shown: of the second set, with its name. */
function addPlaces({ header, rows, ...table }, { set, stage, twin }) {
  const maps = [...(header.includes("x") ? [] : [{ set, stage, of: "" }]), { ...twin, of: ` (${twin.set.name})` }];
  const at = header.indexOf("word");
  const places = (word) => maps.flatMap((map) => {
    const row = map.set.rowOf(word);
    return row < 0 ? ["", ""] : map.stage.place(row);
  });
  return {
    ...table, header: [...header, ...maps.flatMap(({ of }) => [`x${of}`, `y${of}`])],
    rows: rows.map((cells) => [...cells, ...places(cells[at])]),
  };
}

/** Return the maps that are seen, from the left: of the first, what the panel does not cover. */
function mapsShown({ stage, twin }) {
  const { left, bottom } = stage.seen();
  if (!twin.set) return [{ stage, left, bottom, name: null }];
  return [{ stage, left, bottom, name: stage.set.name }, { stage: twin.stage, left: 0, bottom, name: twin.set.name }];
}

/** Return the boxes of a picture in which no label can be read: what is cut off, and the name of the set. */
function coveredBy({ stage, left, bottom, name }) {
  const { width, height } = stage.map.view, beside = [[0, 0, left, height], [0, bottom, width, height - bottom]];
  if (!name) return beside;
  return [...beside, [left, height - 2 * NAME_AT, 2 * NAME_AT + stage.labels.measure(name, 1.1 * NAME_SIZE), 2 * NAME_AT]];
}

/**
 * Save what is shown: a picture, a drawing or a table.
 * @param {any} app
 * @param {"png"|"svg"|"csv"} kind
 */
export async function save(app, kind) {
  const { set, shown, stage, twin } = app, name = shown?.title || set.name;
  if (kind === "csv") {
    const table = shown?.table?.() ?? wordTable(app, stage.rowsInView(), name, twin.othersInView());
    app.tell(text("saved", saveTable(twin.set ? addPlaces(table, app) : table)));
    return;
  }
  const maps = mapsShown(app);
  for (const each of maps) each.stage.drawNow(coveredBy(each));
  if (kind === "png") app.tell(text("saved", await savePicture(name, maps)));
  else {
    const saved = saveDrawing(name, maps);
    app.tell(sentences(text("saved", saved.name), saved.drawn < saved.seen ? text("pictured", number(saved.drawn), number(saved.seen)) : null));
  }
  // The cards cover labels again.
  for (const each of maps) each.stage.redraw();
}

/** Copy words, one a line. */
export async function copyWords(app, words) {
  try {
    await navigator.clipboard.writeText(words.join("\n"));
    app.tell(text("wordsCopied", number(words.length)));
  } catch {
    // The browser does not let pages write there.
    app.tell(text("notCopied"));
  }
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
