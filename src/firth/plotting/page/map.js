"use strict";
const { title, words, counts, x, y, near, arrows } = JSON.parse(
  document.getElementById("data").textContent);
const TEXTS = {
  en: { find: "Find a word", map: "Map of words: drag, scroll, arrow keys, plus and minus, 0 for all",
    hint: "Near words have similar vectors. Click a word, or find one, to see its neighbours by cosine.",
    title: (n) => `${n.toLocaleString("en")} ${n === 1 ? "word" : "words"}`, count: (n) => `${n.toLocaleString("en")} ${n === 1 ? "time" : "times"} in the text`,
    unknown: "This word is not on the map." },
  zh: { find: "查找词语", map: "词语地图：拖动、滚动、方向键、加号和减号，0 显示全部",
    hint: "相近的词有相似的向量。点击或查找一个词，看它按余弦的近邻。",
    title: (n) => `${n.toLocaleString("zh")} 个词`, count: (n) => `在文本中出现 ${n.toLocaleString("zh")} 次`,
    unknown: "地图上没有这个词。" },
};
const language = navigator.language.startsWith("zh") ? "zh" : "en";
const texts = TEXTS[language];
document.documentElement.lang = language;
const canvas = document.querySelector("canvas"), pen = canvas.getContext("2d");
const find = document.querySelector("input"), list = document.querySelector("ol");
const heading = document.querySelector("h2"), note = document.querySelector("p");
const shownTitle = title ?? texts.title(words.length);
document.title = shownTitle;
document.querySelector("h1").textContent = shownTitle;
find.placeholder = texts.find;
find.setAttribute("aria-label", texts.find);
canvas.setAttribute("aria-label", texts.map);
note.textContent = texts.hint;
const places = new Map(words.map((word, row) => [word, row]));
document.getElementById("words").append(...words.slice(0, 5000).map((word) => {
  const option = document.createElement("option");
  option.value = word;
  return option;
}));

// Characters of a name on the map, and its part of the width.
const LONGEST = 40, WIDEST = 0.8;
// How much larger or smaller than the whole map it is shown at most.
const LARGEST = 1e4, SMALLEST = 0.1;

// What is seen: screen = (map - centre) * scale + middle of the canvas.
const view = { x: 0, y: 0, scale: 1 };
let chosen = -1, width = 0, height = 0, fitted = 1;

const screenX = (row) => (x[row] - view.x) * view.scale + width / 2;
const screenY = (row) => height / 2 - (y[row] - view.y) * view.scale;

function fit() {
  const [left, right] = [Math.min(...x), Math.max(...x)];
  const [low, high] = [Math.min(...y), Math.max(...y)];
  view.x = (left + right) / 2;
  view.y = (low + high) / 2;
  view.scale = fitted = 0.9 * Math.min(width / (right - left || 1), height / (high - low || 1));
}

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name);
}

function draw() {
  pen.clearRect(0, 0, width, height);
  const close = chosen < 0 ? [] : near[chosen].map(([row]) => row);
  pen.strokeStyle = colour("--chosen");
  pen.globalAlpha = 0.5;
  for (const row of close) {
    pen.beginPath();
    pen.moveTo(screenX(chosen), screenY(chosen));
    pen.lineTo(screenX(row), screenY(row));
    pen.stroke();
  }
  pen.globalAlpha = 0.7;
  pen.fillStyle = colour("--dot");
  // Dots are smaller where many share little room.
  const radius = Math.min(3, Math.max(1.5, 0.09 * Math.sqrt((width * height) / words.length)));
  for (let row = words.length - 1; row >= 0; row--) dot(row, radius);
  drawArrows();
  // A chosen word and its neighbours stand out.
  pen.globalAlpha = 1;
  pen.fillStyle = colour("--chosen");
  for (const row of chosen < 0 ? [] : [chosen, ...close]) dot(row, row === chosen ? 5 : 3.5);
  pen.globalAlpha = 1;
  write(close);
}

/** Draw the arrows of analogies: each ends beside the dot to which it leads. */
function drawArrows() {
  pen.globalAlpha = 1;
  pen.strokeStyle = pen.fillStyle = colour("--arrow");
  pen.lineWidth = 2;
  for (const [from, to] of arrows) {
    const [ax, ay, bx, by] = [screenX(from), screenY(from), screenX(to), screenY(to)];
    const length = Math.hypot(bx - ax, by - ay);
    if (length < 12) continue;
    const [right, down] = [(bx - ax) / length, (by - ay) / length];
    const [tipX, tipY] = [bx - 5 * right, by - 5 * down];
    const [neckX, neckY] = [tipX - 9 * right, tipY - 9 * down];
    pen.beginPath();
    pen.moveTo(ax, ay);
    pen.lineTo(neckX, neckY);
    pen.stroke();
    pen.beginPath();
    pen.moveTo(tipX, tipY);
    pen.lineTo(neckX - 4 * down, neckY + 4 * right);
    pen.lineTo(neckX + 4 * down, neckY - 4 * right);
    pen.fill();
  }
  pen.lineWidth = 1;
}

function dot(row, radius) {
  pen.beginPath();
  pen.arc(screenX(row), screenY(row), radius, 0, 2 * Math.PI);
  pen.fill();
}

/** Return a word as the map has it: the beginning of a long one. */
function shortened(word) {
  const cut = (most) => {
    // A character has up to two places.
    const characters = [...word.slice(0, 2 * most + 2)];
    return characters.length > most ? `${characters.slice(0, most - 1).join("")}…` : word;
  };
  const text = cut(LONGEST), share = (WIDEST * width) / pen.measureText(text).width;
  return share < 1 ? cut(Math.max(2, Math.floor(share * [...text].length))) : text;
}

// Frequent words come first; a name that would cover another is left out.
function write(close) {
  const taken = [];
  const marked = chosen < 0 ? [] : [chosen, ...close], first = [...marked, ...arrows.flat()];
  pen.textBaseline = "middle";
  pen.lineWidth = 3;
  pen.lineJoin = "round";
  pen.strokeStyle = colour("--paper");
  for (const row of new Set([...first, ...words.keys()])) {
    const [across, top] = [screenX(row), screenY(row)];
    if (across < 0 || across > width || top < 0 || top > height || taken.length > 400) continue;
    const isFirst = row === chosen;
    pen.font = `${isFirst ? "600 " : ""}13px system-ui, sans-serif`;
    const text = shortened(words[row]), length = pen.measureText(text).width;
    // On the other side of its point where it would be cut off.
    const left = across + 7 + length > width ? Math.max(2, across - 7 - length) : across + 7;
    const right = left + length + 4;
    const covers = taken.some(([l, t, r]) => left < r && right > l && Math.abs(top - t) < 16);
    if (covers && !isFirst) continue;
    taken.push([left, top, right]);
    pen.fillStyle = colour(marked.includes(row) ? "--chosen" : "--ink");
    pen.strokeText(text, left, top);
    pen.fillText(text, left, top);
  }
  pen.lineWidth = 1;
}

function choose(row, moves = false) {
  chosen = row;
  heading.textContent = words[row];
  heading.hidden = false;
  note.textContent = counts === null ? "" : texts.count(counts[row]);
  list.replaceChildren(...near[row].map(([other, score]) => {
    const item = document.createElement("li"), button = document.createElement("button");
    const name = document.createElement("span"), value = document.createElement("span");
    name.textContent = words[other];
    value.textContent = score.toFixed(2);
    button.append(name, value);
    button.addEventListener("click", () => choose(other, true));
    item.append(button);
    return item;
  }));
  if (moves) [view.x, view.y] = [x[row], y[row]];
  draw();
}

function zoom(factor, left = width / 2, top = height / 2) {
  const [mapX, mapY] = [(left - width / 2) / view.scale, (height / 2 - top) / view.scale];
  factor = Math.min(Math.max(factor, SMALLEST * fitted / view.scale), LARGEST * fitted / view.scale);
  view.scale *= factor;
  view.x += mapX - mapX / factor;
  view.y += mapY - mapY / factor;
  draw();
}

function nearest(left, top, reach = 20) {
  let best = -1, least = reach ** 2;
  for (let row = 0; row < words.length; row++) {
    const distance = (screenX(row) - left) ** 2 + (screenY(row) - top) ** 2;
    if (distance < least) [best, least] = [row, distance];
  }
  return best;
}

function resize() {
  const isFirst = width === 0;
  [width, height] = [canvas.clientWidth, canvas.clientHeight];
  canvas.width = width * devicePixelRatio;
  canvas.height = height * devicePixelRatio;
  pen.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
  if (isFirst) fit();
  draw();
}

const pointers = new Map();
let moved = 0;
// The word under the mouse is named, since most have no name on the map.
function hover(event) {
  const row = pointers.size || event.pointerType === "touch" ? -1 : nearest(event.offsetX, event.offsetY, 10);
  canvas.title = row < 0 ? "" : words[row];
  canvas.style.cursor = row < 0 ? "" : "pointer";
}
canvas.addEventListener("pointerdown", (event) => {
  canvas.setPointerCapture(event.pointerId);
  pointers.set(event.pointerId, [event.offsetX, event.offsetY]);
  moved = 0;
});
canvas.addEventListener("pointermove", (event) => {
  const before = pointers.get(event.pointerId);
  if (!before) { hover(event); return; }
  const now = [event.offsetX, event.offsetY];
  const others = [...pointers].filter(([id]) => id !== event.pointerId).map(([, place]) => place);
  pointers.set(event.pointerId, now);
  moved += Math.hypot(now[0] - before[0], now[1] - before[1]);
  if (others.length > 0) {
    const [other] = others;
    const length = (a) => Math.hypot(a[0] - other[0], a[1] - other[1]) || 1;
    zoom(length(now) / length(before), (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
    return;
  }
  view.x -= (now[0] - before[0]) / view.scale;
  view.y += (now[1] - before[1]) / view.scale;
  draw();
});
for (const kind of ["pointerup", "pointercancel"]) {
  canvas.addEventListener(kind, (event) => {
    pointers.delete(event.pointerId);
    const row = kind === "pointerup" && moved < 4 ? nearest(event.offsetX, event.offsetY) : -1;
    if (row >= 0) choose(row);
  });
}
canvas.addEventListener("wheel", (event) => {
  event.preventDefault();
  zoom(Math.exp(-event.deltaY / 400), event.offsetX, event.offsetY);
}, { passive: false });
canvas.addEventListener("keydown", (event) => {
  // Those are the browser's, as for its own zoom.
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const step = 60 / view.scale;
  const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, step],
    ArrowDown: [0, -step] };
  if (event.key in moves) {
    view.x += moves[event.key][0];
    view.y += moves[event.key][1];
    draw();
  } else if (event.key === "+" || event.key === "=") zoom(1.25);
  else if (event.key === "-") zoom(0.8);
  else if (event.key === "0") {
    fit();
    draw();
  } else return;
  event.preventDefault();
});
find.addEventListener("change", () => {
  const given = find.value.trim(), row = places.get(given) ?? places.get(given.toLowerCase());
  if (row !== undefined) choose(row, true);
  else if (find.value !== "") {
    chosen = -1;
    heading.textContent = find.value;
    heading.hidden = false;
    note.textContent = texts.unknown;
    list.replaceChildren();
    draw();
  }
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
new ResizeObserver(resize).observe(canvas);
