/** Keys of the map and of the page. */

import { byId } from "./dom.js";

const STEP = 80;
const MOVES = { ArrowLeft: [STEP, 0], ArrowRight: [-STEP, 0], ArrowUp: [0, STEP], ArrowDown: [0, -STEP] };

/**
 * Listen to the keys of a map.
 * @param {HTMLCanvasElement} canvas
 * @param {import("./view.js").View} view
 * @param {() => void} fit Shows all of the map.
 * @param {() => void} [region] Begins a region.
 */
export function listenToMapKeys(canvas, view, fit, region) {
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (MOVES[event.key]) view.pan(...MOVES[event.key]);
    else if (event.key === "+" || event.key === "=") view.zoom(1.4);
    else if (event.key === "-") view.zoom(1 / 1.4);
    else if (event.key === "0") fit();
    else if (event.key.toLowerCase() === "l" && region) region();
    else return;
    event.preventDefault();
  });
}

/**
 * Listen to the keys of the page.
 * @param {() => void} escape
 */
export function listenToPageKeys(escape) {
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target instanceof HTMLInputElement;
    if (event.key === "/" && !isTyping) {
      event.preventDefault();
      byId("query").focus();
    } else if (event.key === "Escape" && !isTyping) escape();
  });
}
