/** What is shown, in the address of the page: a link restores it. */

const DEFAULTS = { layout: "pca", colour: "cluster", maps: "1" };
// Of other values, as those of a link that was typed, nothing is known.
const CHOICES = { layout: ["pca", "umap"], colour: ["cluster", "frequency"], maps: ["1", "2"], lang: ["en", "zh"] };
const NAMES = ["set", "layout", "colour", "maps", "word", "equation", "region", "on", "cluster", "moved", "view", "lang"];

// What is asked for anew when another word, equation or region is shown.
export const QUESTIONS = { word: undefined, equation: undefined, region: undefined, on: undefined, cluster: undefined, moved: undefined };

/** Return what an address says. */
export function read() {
  const given = new URLSearchParams(location.hash.slice(1));
  const found = { ...DEFAULTS };
  for (const name of NAMES) {
    const value = given.get(name);
    if (value && (CHOICES[name] ?? [value]).includes(value)) found[name] = value;
  }
  return found;
}

/**
 * Write what is shown into the address.
 * @param {Record<string, string|undefined>} state
 * @param {boolean} isNew Whether Back leads to what was shown before.
 */
export function write(state, isNew) {
  const told = new URLSearchParams();
  for (const name of NAMES) {
    if (state[name] && state[name] !== DEFAULTS[name]) told.set(name, state[name]);
  }
  const hash = told.size ? `#${told}` : "";
  if (hash === location.hash) return;
  history[isNew ? "pushState" : "replaceState"](null, "", location.pathname + hash);
}

/** Return the word or the equation that a state shows. */
export const questionOf = ({ equation, word }) => equation ?? word ?? "";

/** Return whether a state asks for nothing. */
export const isOverview = (state) => Object.keys(QUESTIONS).every((name) => !state[name]);

/** Return numbers as text, and text as numbers. */
export const numbersText = (numbers) => numbers.map((each) => Number(each).toPrecision(4)).map(Number).join(",");
export const textNumbers = (text) => text.split(",").map(Number).filter(Number.isFinite);
