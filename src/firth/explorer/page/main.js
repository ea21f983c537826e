/** The page: what is shown follows from the state, and the state from what the reader does. */

import { App } from "./app.js";

const app = new App();
// What goes wrong is told, whatever was asked for.
addEventListener("unhandledrejection", (event) => {
  if (!event.reason?.kind) return;
  event.preventDefault();
  if (event.reason.kind !== "no_server") app.fail(event.reason);
});
app.start().catch((error) => app.fail(error));
