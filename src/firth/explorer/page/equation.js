/** Equations of words: `king - man + woman`, `巴黎 - 法国 + 日本`. */

const SIGNS = /[+\-−–＋－]/;
const SPACED = /\s+([+\-−–＋－])\s+/;
const ANY = /\s*([+\-−–＋－])\s*/;

/**
 * Read an equation; null if the text is one word.
 * @param {string} given
 * @param {{has: (word: string) => boolean}} words
 * @returns {{word: string, weight: number}[] | null}
 */
export function parseEquation(given, words) {
  const trimmed = given.trim();
  if (words.has(trimmed) || !SIGNS.test(trimmed)) return null;
  // A word may hold a hyphen: signs have spaces around them, unless all parts are words without.
  let terms = termsOf(trimmed, SPACED);
  const tight = termsOf(trimmed, ANY);
  const areWords = (parts) => parts.every(({ word }) => words.has(knownForm(word, words)));
  if (!areWords(terms) && areWords(tight)) terms = tight;
  terms = terms.map(({ word, weight }) => ({ word: knownForm(word, words), weight }));
  return terms.length === 1 && terms[0].weight === 1 ? null : terms;
}

/** Return a word in lower case if it is known so alone. */
export function knownForm(word, words) {
  return !words.has(word) && words.has(word.toLowerCase()) ? word.toLowerCase() : word;
}

/** Return a text without signs at its end, after which a word was to follow. */
export const withoutLastSign = (given) => given.replace(/(\s+[+\-−–＋－])+\s*$/, "");

function termsOf(given, signs) {
  const leading = given.match(/^[+\-−–＋－]\s+/);
  const pieces = given.slice(leading?.[0].length ?? 0).split(signs);
  const isMinus = (sign) => !"+＋".includes(sign);
  const terms = [{ word: pieces[0].trim(), weight: leading && isMinus(leading[0].trim()) ? -1 : 1 }];
  for (let i = 1; i < pieces.length; i += 2) {
    terms.push({ word: pieces[i + 1].trim(), weight: isMinus(pieces[i]) ? -1 : 1 });
  }
  return terms.filter(({ word }) => word);
}

/**
 * Return the part of a text before its last term, and the last term, which is being typed.
 * @param {string} given
 */
export function lastTerm(given) {
  const found = [...given.matchAll(/(^|\s[+\-−–＋－]\s+)/g)].at(-1);
  const start = (found?.index ?? 0) + (found?.[0].length ?? 0);
  return { before: given.slice(0, start), word: given.slice(start) };
}
