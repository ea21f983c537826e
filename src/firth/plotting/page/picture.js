"use strict";
const { title, marks } = JSON.parse(document.querySelector("script#data").textContent);
const TEXTS = {
  en: { find: "Find in the list", picture: "Picture: drag, scroll, arrow keys, plus and minus, 0 for all",
    hint: "Drag and scroll to move and zoom.", read: " Point at a mark, or find it in the list, to read it.",
    found: (n) => (n ? `${n.toLocaleString("en")} found` : "Nothing found") },
  zh: { find: "在列表中查找", picture: "图：拖动、滚动、方向键、加号和减号，0 显示全部",
    hint: "拖动平移，滚动缩放。", read: "指向标记，或在列表中查找，读出它的值。",
    found: (n) => (n ? `找到 ${n.toLocaleString("zh")} 项` : "没有找到") },
};
const language = navigator.language.startsWith("zh") ? "zh" : "en", texts = TEXTS[language];
document.documentElement.lang = language;
const stage = document.querySelector("main > div"), svg = stage.querySelector("svg");
const list = document.querySelector("ol"), find = document.querySelector("input");
document.querySelector("h1").textContent = title;
document.querySelector("p").textContent = texts.hint + (marks.length ? texts.read : "");
find.placeholder = texts.find;
find.setAttribute("aria-label", texts.find);
find.hidden = marks.length === 0;
stage.setAttribute("aria-label", texts.picture);

const tip = document.createElement("p");
tip.className = "tip";
tip.dir = "auto";
tip.hidden = true;
const ring = document.createElementNS(svg.namespaceURI, "circle");
ring.setAttribute("class", "ring");
ring.setAttribute("visibility", "hidden");
stage.append(tip);
svg.append(ring);

const whole = svg.getAttribute("viewBox").split(/[\s,]+/).map(Number);
// How many times larger than all of it the drawing is shown at most.
const LARGEST = 1000;
// What is seen: left, top, width and height in the units of the drawing.
let view = [...whole];

function show() {
  svg.setAttribute("viewBox", view.join(" "));
  ring.setAttribute("r", 8 / (svg.getScreenCTM()?.a || 1));
  tip.hidden = true;
}

/** Return where a place of the screen is in the drawing. */
function placeOf(left, top) {
  const { x, y } = new DOMPoint(left, top).matrixTransform(svg.getScreenCTM().inverse());
  return [x, y];
}

/** Zoom about a place of the drawing, which stays; not further out than all of it. */
function zoom(factor, [x, y] = [view[0] + view[2] / 2, view[1] + view[3] / 2]) {
  const share = Math.max(1 / factor, whole[2] / LARGEST / view[2]);
  if (share * view[2] >= whole[2]) view = [...whole];
  else view = [x - (x - view[0]) * share, y - (y - view[1]) * share, view[2] * share, view[3] * share];
  show();
}

function move(across, down) {
  view[0] += across;
  view[1] += down;
  show();
}

/** Return the number of the mark that is nearest to a place of the screen, or -1. */
function nearest(left, top, reach = 16) {
  const [x, y] = placeOf(left, top);
  let best = -1, least = (reach / svg.getScreenCTM().a) ** 2;
  marks.forEach(([markX, markY], i) => {
    const distance = (markX - x) ** 2 + (markY - y) ** 2;
    if (distance < least) [best, least] = [i, distance];
  });
  return best;
}

/** Write the text of a mark beside it, or nothing. */
function point(i) {
  ring.setAttribute("visibility", i < 0 ? "hidden" : "visible");
  tip.hidden = i < 0;
  if (i < 0) return;
  const [x, y, label] = marks[i], box = stage.getBoundingClientRect();
  const at = new DOMPoint(x, y).matrixTransform(svg.getScreenCTM());
  ring.setAttribute("cx", x);
  ring.setAttribute("cy", y);
  tip.textContent = label;
  const left = Math.max(0, Math.min(at.x - box.left + 12, box.width - tip.offsetWidth - 4));
  const below = at.y - box.top + 12;
  const top = below + tip.offsetHeight > box.height ? at.y - box.top - 12 - tip.offsetHeight : below;
  Object.assign(tip.style, { left: `${left}px`, top: `${Math.max(0, top)}px` });
}

const buttons = marks.map(([x, y, label], i) => {
  const item = document.createElement("li"), button = document.createElement("button");
  button.textContent = label;
  button.dir = "auto";
  button.addEventListener("click", () => {
    choose(i);
    // What was chosen comes into the middle where it is not seen.
    const isSeen = x > view[0] && x < view[0] + view[2] && y > view[1] && y < view[1] + view[3];
    if (!isSeen) move(x - view[0] - view[2] / 2, y - view[1] - view[3] / 2);
    point(i);
  });
  item.append(button);
  list.append(item);
  return button;
});

function choose(i) {
  buttons.forEach((button, other) => button.setAttribute("aria-pressed", String(other === i)));
}

find.addEventListener("input", () => {
  const wanted = find.value.trim().toLowerCase();
  const isFound = marks.map(([, , label]) => label.toLowerCase().includes(wanted));
  buttons.forEach((button, i) => { button.parentElement.hidden = !isFound[i]; });
  document.querySelector("[role=status]").textContent = wanted ? texts.found(isFound.filter(Boolean).length) : "";
});

const pointers = new Map();
let moved = 0;
stage.addEventListener("pointerdown", (event) => {
  stage.setPointerCapture(event.pointerId);
  pointers.set(event.pointerId, [event.clientX, event.clientY]);
  moved = 0;
});
stage.addEventListener("pointermove", (event) => {
  const before = pointers.get(event.pointerId), now = [event.clientX, event.clientY];
  if (!before) { point(nearest(...now)); return; }
  const others = [...pointers].filter(([id]) => id !== event.pointerId).map(([, place]) => place);
  pointers.set(event.pointerId, now);
  moved += Math.hypot(now[0] - before[0], now[1] - before[1]);
  if (others.length) {
    const [other] = others, length = (a) => Math.hypot(a[0] - other[0], a[1] - other[1]) || 1;
    zoom(length(now) / length(before), placeOf((now[0] + other[0]) / 2, (now[1] + other[1]) / 2));
    return;
  }
  const [from, to] = [placeOf(...before), placeOf(...now)];
  move(from[0] - to[0], from[1] - to[1]);
});
for (const kind of ["pointerup", "pointercancel"]) {
  stage.addEventListener(kind, (event) => {
    pointers.delete(event.pointerId);
    if (kind === "pointercancel" || moved > 4) return;
    const i = nearest(event.clientX, event.clientY, 24);
    point(i);
    choose(i);
    buttons[i]?.scrollIntoView({ block: "nearest" });
  });
}
// A finger leaves when it is lifted: what it has chosen stays.
stage.addEventListener("pointerleave", (event) => { if (event.pointerType !== "touch") point(-1); });
stage.addEventListener("wheel", (event) => {
  event.preventDefault();
  zoom(Math.exp(-event.deltaY / 400), placeOf(event.clientX, event.clientY));
}, { passive: false });
stage.addEventListener("keydown", (event) => {
  // Those are the browser's, as for its own zoom.
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const step = view[2] / 12;
  const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
  if (event.key in moves) move(...moves[event.key]);
  else if (event.key === "+" || event.key === "=") zoom(1.25);
  else if (event.key === "-") zoom(0.8);
  else if (event.key === "0") { view = [...whole]; show(); }
  else if (event.key === "Escape") point(-1);
  else return;
  event.preventDefault();
});
new ResizeObserver(show).observe(stage);
