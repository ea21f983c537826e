/** A service that is lost: told, waited for, and taken up again. */

import { ask, onLost } from "./api.js";
import { text } from "./i18n.js";

const PAUSE = 1500;

/**
 * Wait for the service whenever it does not answer, and show what was asked for when it is back.
 * @param {any} app
 */
export function watchServer(app) {
  let isLost = false;
  onLost(async () => {
    app.tell(text("noServer"), 0);
    if (isLost) return;
    isLost = true;
    let described = null;
    while (!described) {
      await new Promise((resolve) => { setTimeout(resolve, PAUSE); });
      described = await ask("sets").catch(() => null);
    }
    isLost = false;
    const isSame = described.sets.length === app.sets?.length
      && described.sets.every(({ fingerprint }, i) => fingerprint === app.sets[i].fingerprint);
    // Other vectors, or a page that was not there yet: it begins anew.
    if (!isSame || app.isOpening) { location.reload(); return; }
    app.tell(text("serverBack"));
    await app.twin.arrange();
    await app.show(false);
  });
}
