/** Mouse, fingers and keys. */

import { $ } from "../base.js";
import { choose } from "./choosing.js";
import { pan, rowAt, zoomAt } from "./map.js";
import { state, words } from "./state.js";
import { seek, toggle } from "./time.js";

// Pixels that a pointer may move and still click, and within which a dot is meant.
const STEADY = 6, REACH = 12, REACH_FINGER = 22;

function rowUnder(event) {
  const box = $("map").getBoundingClientRect();
  const reach = event.pointerType === "touch" ? REACH_FINGER : REACH;
  return rowAt(event.clientX - box.left, event.clientY - box.top, reach);
}

/** Listen to pointers on the map: drag, pinch, wheel, click and hover. */
export function handlePointers() {
  const map = $("map"), held = new Map();
  let moved = 0;
  const middle = (event) => {
    const box = map.getBoundingClientRect();
    return [event.clientX - box.left - box.width / 2, event.clientY - box.top - box.height / 2];
  };
  const gap = () => { const [a, b] = [...held.values()]; return Math.hypot(a[0] - b[0], a[1] - b[1]); };
  map.addEventListener("pointerdown", (event) => {
    map.setPointerCapture(event.pointerId);
    held.set(event.pointerId, middle(event));
    moved = 0;
  });
  map.addEventListener("pointermove", (event) => {
    const here = middle(event), before = held.get(event.pointerId);
    if (!before) { showTip(event); return; }
    const old = held.size === 2 ? gap() : 0;
    held.set(event.pointerId, here);
    moved += Math.hypot(here[0] - before[0], here[1] - before[1]);
    if (held.size === 2 && old > 0) zoomAt(gap() / old, here[0], here[1]);
    else pan(here[0] - before[0], here[1] - before[1]);
  });
  const release = (event) => {
    if (held.delete(event.pointerId) && moved < STEADY && event.type === "pointerup") {
      const row = rowUnder(event);
      if (row !== null) choose(row);
    }
  };
  map.addEventListener("pointerup", release);
  map.addEventListener("pointercancel", release);
  map.addEventListener("pointerleave", () => { $("tip").hidden = true; });
  map.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoomAt(Math.exp(-event.deltaY / 400), ...middle(event));
  }, { passive: false });
}

function showTip(event) {
  const row = rowUnder(event);
  $("tip").hidden = row === null;
  if (row === null) return;
  const box = $("map").getBoundingClientRect();
  $("tip").textContent = words[row];
  $("tip").style.left = `${Math.min(event.clientX - box.left + 12, box.width - 120)}px`;
  $("tip").style.top = `${event.clientY - box.top + 14}px`;
}

const KEYS = {
  " ": toggle, ArrowLeft: () => seek(Math.ceil(state.at) - 1), ArrowRight: () => seek(Math.floor(state.at) + 1),
  Home: () => seek(0), End: () => seek(state.frames.length - 1), "/": () => $("word").focus(),
  "+": () => zoomAt(1.4, 0, 0), "=": () => zoomAt(1.4, 0, 0), "-": () => zoomAt(1 / 1.4, 0, 0), 0: () => zoomAt(0, 0, 0),
};

/** Do what a key of the page means. */
export function handleKeys(event) {
  const { target } = event, isTyping = target.matches("input:not([type=range]), select");
  if (event.key === "Escape" && isTyping) { target.blur(); return; }
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  // A focused button is pressed by the space bar.
  if (event.key === " " && target.matches("button, a")) return;
  if (!KEYS[event.key]) return;
  event.preventDefault();
  KEYS[event.key]();
}
