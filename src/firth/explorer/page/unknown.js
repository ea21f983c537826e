/** A word that is not in the vectors, told in the language of the page, with words of a similar spelling. */

import { ask } from "./api.js";
import { element } from "./dom.js";
import { parseEquation } from "./equation.js";
import { text } from "./i18n.js";
import { chips, head, section } from "./parts.js";

/**
 * @param {any} app
 * @param {string} given The word, or an equation that holds it.
 */
export async function unknownView(app, given) {
  const { set } = app, terms = app.state.equation ? parseEquation(given, set.rows) : null;
  const word = terms?.find((each) => !set.rows.has(each.word))?.word ?? given;
  // Without suggestions, the page still says what is wrong.
  const { words } = await ask("spelled", { set: set.name, word }).catch(() => ({ words: [] }));
  const node = element("div", {}, head(given, null, () => app.go({})),
    element("p", { class: "problem", role: "alert" }, text("unknown", word)));
  if (words.length) node.append(section(text("near"), null, chips(words, (each) => app.submit(given.replace(word, () => each)))));
  return { node, title: given };
}
