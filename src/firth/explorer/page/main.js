/** The page: what is shown follows from the state, and the state from what the reader does. */

import { App } from "./app.js";

const app = new App();
app.start().catch((error) => app.fail(error));
