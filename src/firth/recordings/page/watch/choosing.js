/** The words whose ways and neighbours are shown. */

import { fetchMissing } from "./server.js";
import { state, update } from "./state.js";

const MOST_CHOSEN = 8;

export function choose(row) {
  if (!state.chosen.includes(row)) {
    state.chosen = [row, ...state.chosen].slice(0, MOST_CHOSEN);
    fetchMissing();
  }
  update();
}

export function forget(row) {
  state.chosen = state.chosen.filter((each) => each !== row);
  update();
}
