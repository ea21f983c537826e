/** A service that is lost: told, waited for, and taken up again. */

import { ask, onChanged, onLost } from "./api.js";
import { telling, text } from "./i18n.js";

// Milliseconds between two questions whether it is back: longer each time that it is lost again at once.
const PAUSE = 1500, LONGEST_PAUSE = 30_000;
// Milliseconds within which it answers if it is there.
const PATIENCE = 10_000;

/**
 * Wait for the service whenever it does not answer, and show what was asked for when it is back.
 * @param {any} app
 */
export function watchServer(app) {
  let isLost = false, pause = PAUSE;
  onChanged(() => beginAnew(app));
  onLost(async () => {
    app.tell(telling({ kind: "no_server" }), 0);
    if (isLost) return;
    isLost = true;
    let described = null;
    while (!described) {
      await new Promise((resolve) => { setTimeout(resolve, pause); });
      described = await ask("sets", {}, { signal: AbortSignal.timeout(PATIENCE) }).catch(() => null);
    }
    isLost = false;
    app.tell(text("serverBack"));
    pause = (await goOn(app, described)) ? PAUSE : Math.min(2 * pause, LONGEST_PAUSE);
  });
}

/** Load the page again, with what was typed: the service has other vectors. */
function beginAnew(app) {
  app.search.keep();
  location.reload();
}

/** Show what was asked for; return whether it is there. */
async function goOn(app, { sets }) {
  if (!app.sets) return app.begin();
  const isSame = sets.length === app.sets.length && sets.every(({ fingerprint }, i) => fingerprint === app.sets[i].fingerprint);
  if (!isSame) {
    beginAnew(app);
    return true;
  }
  if (app.isOpening) return app.open(app.set);
  await app.twin.arrange();
  const isThere = await app.show(false);
  app.umaps.resume();
  return isThere;
}
