/** The words of a region or of a cluster, in one set or in two. */

import { gridOf } from "./picking.js";
import { textNumbers } from "./state.js";

/**
 * Return the words of the region or the cluster that is shown.
 * @param {any} app
 * @returns {Promise<{rows: number[], others: string[], there?: number[]}>} `rows` are those of the set of the panel,
 *   `others` words that it lacks; `there` are rows of the other set, if the region was drawn on its map.
 */
export async function wordsWithin({ set, stage, state, twin }) {
  if (!state.region) {
    await set.loadClusters();
    const rows = [], wanted = Number(state.cluster);
    set.labels.forEach((label, row) => { if (label === wanted) rows.push(row); });
    return { rows, others: [] };
  }
  const polygon = textNumbers(state.region), drawnOn = twin.drawnOn();
  if (!drawnOn) return { rows: stage.map.rowsWithin(polygon), others: [] };
  const there = gridOf(await twin.load(drawnOn)).within(polygon), rows = new Set(), others = [];
  for (const each of there) {
    const word = drawnOn.list[each], row = set.rowOf(word);
    if (row >= 0) rows.add(row);
    else others.push(word);
  }
  return { rows: [...rows], others, there };
}
