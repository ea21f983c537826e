/** What a live page asks of the server of the run. */

import { $ } from "../base.js";
import { data, decodeNear, isLive, state, take, update } from "./state.js";

const POLL_MS = 1500;

/** Ask for new frames, again and again. */
export async function poll() {
  try {
    const after = state.frames.length ? state.frames.at(-1).number : -1;
    const answer = await fetch(`frames?run=${data.run || 0}&after=${after}&words=${state.chosen.join(",")}`);
    if (!answer.ok) throw new Error(String(answer.status));
    const told = await answer.json();
    state.isGone = false;
    // Another run, of another model.
    if (told.run !== (data.run || 0)) { location.reload(); return; }
    if (told.run) {
      Object.assign(state, { epochs: told.epochs, reason: told.reason });
      take(told.kept, told.frames);
    }
    $("save").hidden = !state.frames.length;
  } catch {
    state.isGone = true;
    $("save").hidden = true;
  }
  update();
  setTimeout(poll, state.isGone ? 4 * POLL_MS : POLL_MS);
}

/** Ask for the neighbours of a word in all frames; a recording has them. */
export async function fetchNear(row) {
  if (!isLive || state.isGone) return;
  try {
    const told = await (await fetch(`neighbours?run=${data.run}&word=${row}`)).json();
    for (const [which, near] of told.frames || []) {
      state.frames.find((each) => each.number === which)?.near.set(row, decodeNear(near));
    }
    update();
  } catch { /* The next poll tells that the connection is gone. */ }
}
