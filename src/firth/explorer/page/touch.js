/** Touch on the map: one finger is the mouse, two fingers zoom and move. */

/**
 * Listen to touches.
 * @param {HTMLCanvasElement} canvas
 * @param {import("./map.js").PointMap} map
 */
export function listenToTouch(canvas, map) {
  /** @type {Map<number, {x: number, y: number}>} */
  const fingers = new Map();
  let begun = null, wasPinch = false;
  const mouse = (type, target, { clientX, clientY }, buttons) =>
    target.dispatchEvent(new MouseEvent(type, { clientX, clientY, buttons, button: 0, bubbles: true, view: window }));

  canvas.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "touch") return;
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    canvas.setPointerCapture(event.pointerId);
    if (fingers.size === 1) {
      begun = event;
      wasPinch = false;
      mouse("mouseenter", canvas, event, 0);
      mouse("mousemove", window, event, 0);
      mouse("mousedown", canvas, event, 1);
    } else if (!wasPinch) {
      wasPinch = true;
      mouse("mouseup", window, event, 0);
    }
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!fingers.has(event.pointerId)) return;
    const before = [...fingers.values()];
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (fingers.size === 1 && !wasPinch) mouse("mousemove", window, event, 1);
    if (fingers.size === 2) pinch(map, before, [...fingers.values()]);
  });
  for (const type of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(type, (event) => {
      if (!fingers.delete(event.pointerId) || wasPinch) return;
      mouse("mouseup", window, event, 0);
      if (Math.hypot(event.clientX - begun.clientX, event.clientY - begun.clientY) < 8) mouse("click", canvas, event, 0);
    });
  }
  // Otherwise the browser makes mouse events of its own, and scrolls.
  canvas.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
}

function pinch(map, before, after) {
  const [a, b] = before, [c, d] = after;
  const spread = Math.hypot(c.x - d.x, c.y - d.y) / Math.max(1, Math.hypot(a.x - b.x, a.y - b.y));
  map.pan((c.x + d.x - a.x - b.x) / 2, (c.y + d.y - a.y - b.y) / 2);
  map.zoom(spread, (c.x + d.x) / 2, (c.y + d.y) / 2);
}
