/** Short forms of the names of sets, which are names of files and may be long. */

const LONGEST = 18, HEAD = 8, TAIL = 9;

/** Return how many characters all names begin with, up to the end of a part such as `wiki-`. */
function sharedLength(names) {
  const [first] = names;
  let length = 0;
  while (length < first.length && names.every((name) => name[length] === first[length])) length++;
  const shared = first.slice(0, length).search(/[-_. ][^-_. ]*$/) + 1;
  return names.every((name) => name.length > shared) ? shared : 0;
}

/**
 * Return names so short that they stand beside each other, and still differ.
 *
 * Of long names, what all begin with is left out; what is still long keeps its begin and its end.
 * @param {string[]} names
 * @returns {string[]}
 */
export function briefNames(names) {
  if (names.every((name) => name.length <= LONGEST)) return names;
  const shared = names.length > 1 ? sharedLength(names) : 0;
  const found = names.map((name) => {
    const own = shared ? `…${name.slice(shared)}` : name;
    const letters = [...own];
    return letters.length <= LONGEST ? own : `${letters.slice(0, HEAD).join("")}…${letters.slice(-TAIL).join("")}`;
  });
  return new Set(found).size === names.length ? found : names;
}
