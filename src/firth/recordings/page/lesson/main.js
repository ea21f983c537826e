/** The page of the lesson: one window, one step at a time. All numbers come from PyTorch. */

import { $, FONT, colour, element, isDark, language, refill, setUp, sharpContext, t } from "../base.js";
import { MODELS, TEXTS } from "../texts.js";

const data = JSON.parse($("data").textContent);
const PARTS = 6, [WINDOW, NOISE, SCORES, ERRORS, STEP, AFTER] = [0, 1, 2, 3, 4, 5];
let state = { model: 0, epochs: Math.min(1, data.epochs.length - 1), lr: data.lrs.length - 1, window: data.first, part: WINDOW, steps: 1 };

function shown() {
  const window_ = data.windows[state.window], model = data.models[state.model];
  const states = data.states[model][state.epochs][state.window], after = states.after[state.lr];
  const sentence = data.sentences[window_.sentence];
  const before = state.steps === 1 ? states.before : after[state.steps - 2];
  return {
    window: window_, model, sentence, before, after: after[state.steps - 1], most: after.length,
    centre: sentence[window_.place], contexts: window_.contexts.map((place) => sentence[place]),
  };
}

function move(changes) {
  const isOther = ["model", "epochs", "lr", "window"].some((name) => name in changes);
  state = { ...state, ...(isOther ? { steps: 1 } : {}), ...changes };
  state.part = Math.max(0, Math.min(PARTS - 1, state.part));
  const n = data.windows.length;
  state.window = (state.window + n) % n;
  draw();
}

function buttons(id, labels, name) {
  const legend = $(id).querySelector("legend");
  refill($(id), legend, ...labels.map((label, k) =>
    element("button", { type: "button", "aria-pressed": String(state[name] === k), onclick: () => move({ [name]: k }) }, label)));
}

function drawSentence(now) {
  const { window: window_, sentence } = now;
  const kind = (place) => (place === window_.place ? "centre" : window_.contexts.includes(place) ? "context" : "");
  const words = sentence.map((word, place) => element("span", { class: `box ${kind(place)}` }, word));
  const line = element("div", {}, ...words);
  const noise = element("div", {}, ...window_.noise.map((word) => element("span", { class: "box noise" }, word)),
    element("span", { class: "note" }, t("noise")));
  noise.style.visibility = state.part >= NOISE ? "visible" : "hidden";
  $("sentence").replaceChildren(line, noise);
}

// Green for positive numbers, orange for negative ones, stronger the larger they are; what is written on it stays readable.
function shade(value, reach) {
  const part = Math.max(-1, Math.min(1, value / reach));
  return `color-mix(in srgb, ${colour(part > 0 ? "yes" : "no")} ${Math.round(Math.abs(part) * (isDark() ? 46 : 62))}%, ${colour("panel")})`;
}

function drawTable(now) {
  const isErrors = state.part === ERRORS || state.part === STEP, isAfter = state.part === AFTER;
  $("sizes").hidden = !isAfter;
  $("heading").textContent = t(isErrors ? "errors" : "probabilities");
  const targets = [now.centre, ...now.window.noise];
  const rows = now.model === "cbow" ? [t("mean")] : now.contexts;
  const head = element("tr", {}, element("th", {}, element("span", { class: "unseen" }, t("context"))), ...targets.map((word, k) => element("th", { class: k ? "" : "yes", scope: "col" }, word)));
  const labels = element("tr", {}, element("th", { class: "row", scope: "row" }, t("labelRow")), ...targets.map((_, k) => element("th", { class: k ? "" : "yes" }, k ? "0" : "1")));
  labels.style.visibility = state.part >= NOISE ? "visible" : "hidden";
  const body = rows.map((word, row) => element("tr", {}, element("th", { class: "row", scope: "row" }, word), ...targets.map((_, k) => {
    const p = (isAfter ? now.after : now.before).p[row][k], g = now.before.g[row][k];
    const cell = element("td", { class: state.part < SCORES ? "hidden" : "" }, isErrors ? signed(g) : p.toFixed(3));
    if (isAfter) cell.append(element("small", {}, element("span", { class: "told" }, `${t("before")} `), now.before.p[row][k].toFixed(3)));
    cell.style.background = isErrors ? shade(g, 0.8) : shade(p, 1);
    return cell;
  })));
  if (state.part < NOISE) for (const row of [head, ...body]) [...row.children].slice(2).forEach((cell) => { cell.style.visibility = "hidden"; });
  $("table").replaceChildren(head, labels, ...body);
  const losses = isAfter ? `${now.before.loss.toFixed(3)} → ${now.after.loss.toFixed(3)}` : now.before.loss.toFixed(3);
  $("lossline").textContent = state.part < SCORES ? "\u00a0" : `${t("lossOf")}: ${losses} (${t("stepsDone", isAfter ? state.steps : state.steps - 1)})`;
}

function signed(number) {
  return `${number < 0 ? "−" : "+"}${Math.abs(number).toFixed(3)}`;
}

function drawPlane(now) {
  const { context, width, height } = sharpContext($("plane"));
  if (width < 50) return;
  const isMoved = state.part >= STEP, isNoise = state.part >= NOISE;
  const all = [now.before, now.after].flatMap(({ x, y }) => [...x, ...y, [0, 0]]);
  const ends = [0, 1].map((axis) => [Math.min(...all.map((point) => point[axis])), Math.max(...all.map((point) => point[axis]))]);
  const scale = Math.min(...[0, 1].map((axis) => ([width - 120, height - 60][axis]) / (ends[axis][1] - ends[axis][0] || 1)));
  const place = ([x, y]) => [width / 2 - 20 + (x - (ends[0][0] + ends[0][1]) / 2) * scale, height / 2 - (y - (ends[1][0] + ends[1][1]) / 2) * scale];
  context.strokeStyle = colour("faint");
  context.lineWidth = 1;
  const [ox, oy] = place([0, 0]);
  context.beginPath();
  context.moveTo(0, oy); context.lineTo(width, oy); context.moveTo(ox, 0); context.lineTo(ox, height);
  context.stroke();
  const names = new Set(), labels = [];
  const draw = (word, from, to, kind) => {
    const [x0, y0] = place(from), [x, y] = place(isMoved ? to : from);
    context.fillStyle = context.strokeStyle = colour(kind === "noise" ? "strong" : "accent");
    if (isMoved) {
      context.lineWidth = 1.5;
      context.beginPath();
      context.moveTo(x0, y0); context.lineTo(x, y);
      context.stroke();
      context.globalAlpha = 0.4;
      mark(context, x0, y0, 3.5, kind);
      context.globalAlpha = 1;
    }
    mark(context, x, y, kind === "centre" ? 6.5 : 4.5, kind);
    const name = `${kind}/${word}`;
    if (names.has(name)) return;
    names.add(name);
    labels.push({ word, x, y, isCentre: kind === "centre" });
  };
  const rows = now.model === "cbow" ? [t("mean")] : now.contexts;
  draw(now.centre, now.before.y[0], now.after.y[0], "centre");
  rows.forEach((word, row) => draw(word, now.before.x[row], now.after.x[row], "context"));
  if (isNoise) now.window.noise.forEach((word, k) => draw(word, now.before.y[k + 1], now.after.y[k + 1], "noise"));
  drawNames(context, labels, width, height);
}

// Names stand to the right or to the left of their marks, above or below, where they cover no other name, and no mark if
// there is room.
function drawNames(context, labels, width, height) {
  const marks = labels.map(({ x, y }) => [x - 6, y - 6, x + 6, y + 6]), taken = [];
  const covers = ([a, b, c, d], boxes) => boxes.some(([e, f, g, h]) => a < g && e < c && b < h && f < d);
  for (const { word, x, y, isCentre } of labels) {
    context.font = `${isCentre ? 700 : 400} 13px ${FONT}`;
    const wide = context.measureText(word).width;
    const boxes = [0, 16, -16, 30, -30].flatMap((down) => [x + 9, x - 9 - wide].map((left) => [left, y + down - 8, left + wide, y + down + 8]))
      .filter((box) => box[0] > 0 && box[1] > 0 && box[2] < width && box[3] < height && !covers(box, taken));
    const box = boxes.find((each) => !covers(each, marks)) ?? boxes[0];
    if (!box) continue;
    taken.push(box);
    context.textBaseline = "middle";
    context.lineWidth = 3;
    context.strokeStyle = colour("panel");
    context.strokeText(word, box[0], box[1] + 8);
    context.fillStyle = colour("ink");
    context.fillText(word, box[0], box[1] + 8);
  }
}

function mark(context, x, y, radius, kind) {
  context.beginPath();
  if (kind === "context") context.arc(x, y, radius, 0, 2 * Math.PI);
  else context.rect(x - radius, y - radius, 2 * radius, 2 * radius);
  context.fill();
}

function draw() {
  const now = shown();
  buttons("models", data.models.map((name) => MODELS[name]), "model");
  buttons("epochs", data.epochs.map((n) => t("epochsOf", n)), "epochs");
  buttons("lrs", data.lrs.map(String), "lr");
  $("which").textContent = t("windowOf", state.window + 1, data.windows.length);
  drawSentence(now);
  refill($("parts"), ...t("parts").map((name, k) => element("li", {},
    element("button", { type: "button", "aria-pressed": String(k === state.part), onclick: () => move({ part: k }) }, `${k + 1} ${name}`))));
  $("explanation").textContent = TEXTS[language].explain[state.part]({
    centre: now.centre, place: now.window.place + 1, window: data.window, noise: now.window.noise.length, model: now.model,
    lr: data.lrs[state.lr], before: now.before.loss.toFixed(3), after: now.after.loss.toFixed(3),
  });
  const held = document.activeElement;
  $("back").disabled = state.part === WINDOW;
  $("next").disabled = state.part === AFTER;
  $("again").disabled = state.part !== AFTER || state.steps >= now.most;
  // A button that does nothing now leaves the focus to one that does.
  if (held.disabled) ["next", "again", "back"].map($).find((each) => !each.disabled).focus();
  drawTable(now);
  drawPlane(now);
}

const ACTIONS = {
  back: () => move({ part: state.part - 1 }), next: () => move({ part: state.part + 1 }),
  again: () => { if (!$("again").disabled) move({ steps: state.steps + 1 }); },
  previous: () => move({ window: state.window - 1, part: WINDOW }), following: () => move({ window: state.window + 1, part: WINDOW }),
};
const KEYS = { ArrowRight: "next", ArrowLeft: "back", n: "following", p: "previous", a: "again" };

for (const [id, action] of Object.entries(ACTIONS)) $(id).addEventListener("click", action);
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !KEYS[event.key]) return;
  event.preventDefault();
  ACTIONS[KEYS[event.key]]();
});
addEventListener("resize", draw);
setUp("lessonTitle", draw);
draw();
