/** The words whose ways and neighbours are shown. */

import { fetchNear } from "./server.js";
import { state, update } from "./state.js";

const MOST_CHOSEN = 8;

export function choose(row) {
  if (!state.chosen.includes(row)) {
    state.chosen = [row, ...state.chosen].slice(0, MOST_CHOSEN);
    fetchNear(row);
  }
  update();
}

export function forget(row) {
  state.chosen = state.chosen.filter((each) => each !== row);
  update();
}
