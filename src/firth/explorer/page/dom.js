/** Making elements. Words go in as text, never as markup. */

// Characters of a word that may be cut off where it stands: the whole is told under the mouse.
const LONG = 12;

/**
 * Make an element.
 * @param {string} tag
 * @param {Record<string, any>} [attributes] `class`, `onclick` and so on; null leaves one out.
 * @param {...(Node|string|null)} children
 * @returns {HTMLElement}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/**
 * Return the element of an id.
 * @param {string} id
 * @returns {any}
 */
export const byId = (id) => document.getElementById(id);

/**
 * Return a button that is a word.
 * @param {string} word
 * @param {() => void} onclick
 */
export const wordButton = (word, onclick) =>
  element("button", { type: "button", class: "word", title: word.length > LONG ? word : null, onclick }, element("bdi", {}, word));

/**
 * Call a function once, some time after the last call.
 * @param {(...given: any[]) => void} callback
 * @param {number} milliseconds
 */
export function later(callback, milliseconds) {
  let timer = 0;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => callback(...given), milliseconds);
  };
}
