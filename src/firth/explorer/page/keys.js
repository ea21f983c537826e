/** Keys of the map and of the page. */

import { byId } from "./dom.js";

const STEP = 80;
const MOVES = { ArrowLeft: [STEP, 0], ArrowRight: [-STEP, 0], ArrowUp: [0, STEP], ArrowDown: [0, -STEP] };

/**
 * Listen to keys.
 * @param {HTMLCanvasElement} canvas
 * @param {import("./map.js").PointMap|null} map
 * @param {{fit: () => void, escape: () => void}} actions
 */
export function listenToKeys(canvas, map, actions) {
  canvas.addEventListener("keydown", (event) => {
    if (!map || event.ctrlKey || event.metaKey || event.altKey) return;
    if (MOVES[event.key]) map.pan(...MOVES[event.key]);
    else if (event.key === "+" || event.key === "=") map.zoom(1.4);
    else if (event.key === "-") map.zoom(1 / 1.4);
    else if (event.key === "0") actions.fit();
    else return;
    event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target instanceof HTMLInputElement;
    if (event.key === "/" && !isTyping) {
      event.preventDefault();
      byId("query").focus();
    } else if (event.key === "Escape" && !isTyping) actions.escape();
  });
}
