/** What a live page asks of the server of the run. */

import { $, reload } from "../base.js";
import { data, decodeNear, isLive, state, take, update, wishes } from "./state.js";

// Milliseconds between two questions, between two if the last failed, and after which an answer is late.
const PAUSE = 1500, LONG_PAUSE = 6000, LATE = 4000;
const asking = new Set();

/** Ask; what goes wrong is kept as the trouble that the page tells. */
async function ask(path, read) {
  let isFailing = false;
  try {
    const answer = await fetch(path);
    isFailing = !answer.ok;
    if (isFailing) throw new Error(String(answer.status));
    return await read(answer);
  } catch (error) {
    // An answer that is no JSON was cut off by something between.
    state.trouble = isFailing || error instanceof SyntaxError ? "failing" : "gone";
    update();
    throw error;
  }
}

/** Ask for new frames, again and again. */
export async function poll() {
  const late = setTimeout(() => { state.trouble ??= "late"; update(); }, LATE);
  try {
    const after = state.frames.length ? state.frames.at(-1).number : -1;
    const told = await ask(`frames?run=${data.run || 0}&after=${after}&words=${state.chosen.join(",")}`, (answer) => answer.json());
    state.trouble = null;
    // Another run, of another model, or of another command.
    if (told.run !== (data.run || 0)) { reload({ typed: $("word").value, chosen: wishes() }); return; }
    if (told.run) {
      Object.assign(state, { epochs: told.epochs, reason: told.reason });
      take(told.kept, told.frames);
    }
    fetchMissing();
  } catch { /* It is told. */ }
  clearTimeout(late);
  $("save").hidden = !state.frames.length || state.trouble === "gone";
  update();
  setTimeout(poll, state.trouble ? LONG_PAUSE : PAUSE);
}

/** Ask for the neighbours of chosen words in frames that lack them; a recording has them. */
export function fetchMissing() {
  if (!isLive) return;
  for (const row of state.chosen) if (state.frames.some(({ near }) => !near.has(row))) fetchNear(row);
}

async function fetchNear(row) {
  if (asking.has(row)) return;
  asking.add(row);
  try {
    const told = await ask(`neighbours?run=${data.run}&word=${row}`, (answer) => answer.json());
    for (const [which, near] of told.frames) {
      state.frames.find((each) => each.number === which)?.near.set(row, decodeNear(near));
    }
    update();
  } catch { /* It is told, and asked for again with the next frames. */ }
  asking.delete(row);
}

/** Save the recording so far; a link would save what the server says is wrong as well. */
export async function save(event) {
  event.preventDefault();
  const link = document.createElement("a"), busy = $("save");
  if (busy.ariaBusy) return;
  busy.ariaBusy = "true";
  try {
    link.href = URL.createObjectURL(await ask(busy.href, (answer) => answer.blob()));
    link.download = busy.download;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  } catch { /* It is told. */ }
  busy.ariaBusy = null;
}
