/** UMAP in the background: begun, watched, and shown when it is there. */

import { ask, send } from "./api.js";
import { number, text } from "./i18n.js";

const PAUSE = 700;

/**
 * Wait until the UMAP of a set is there, beginning it where it is not.
 * @param {string} name
 * @param {(message: string) => void} tell
 * @returns {Promise<boolean>} Whether there is one.
 */
export async function waitForUmap(name, tell) {
  const asked = { set: name };
  let progress = await send("umap", asked);
  while (progress.stage === "neighbours" || progress.stage === "layout") {
    tell(progress.stage === "layout"
      ? text("umapLayout", number(progress.done), number(progress.total)) : text("umapNeighbours"));
    await new Promise((resolve) => { setTimeout(resolve, PAUSE); });
    progress = await ask("umap", asked);
  }
  const isThere = progress.stage === "done";
  if (progress.message) tell(text("umapFailed", progress.message));
  else if (isThere) tell(text("umapReady"));
  return isThere;
}
