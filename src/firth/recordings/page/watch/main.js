/** The page of a run: a map, its time line, curves, figures, neighbours. */

import { $, element, isDark, kept, language, setUp, t } from "../base.js";
import { seekOn } from "./charts.js";
import { choose } from "./choosing.js";
import { showFigures } from "./figures.js";
import { handleKeys, handlePointers } from "./hands.js";
import { drawMap } from "./map.js";
import { showNeighbours } from "./neighbours.js";
import { poll, save } from "./server.js";
import { currentFrame, data, isLive, onUpdate, state, take, update, wish, words } from "./state.js";
import { advance, beginTime, showTime } from "./time.js";

const number = new Map(words.map((word, row) => [word, row]));
let shownAt = null;

// Figures and neighbours are those of a frame: while the time moves, they are shown anew with each.
function draw(time) {
  const isMoving = advance(time), { frames } = state;
  showTime();
  drawMap();
  const place = frames.length ? `${currentFrame().number} ${frames.length} ${language} ${isDark()} ${innerWidth}` : "";
  if (!isMoving || place !== shownAt) {
    showFigures();
    showNeighbours();
    shownAt = place;
  }
  if (isMoving && state.at < frames.length - 1) update();
}

function find(event) {
  event.preventDefault();
  const word = $("word").value.trim(), row = number.get(word) ?? number.get(word.toLowerCase());
  const isEarly = isLive && !words.length;
  $("told").hidden = row !== undefined || !word;
  $("told").textContent = t(isEarly ? "later" : "unknown", word);
  if (isEarly && word) { wish(word); $("word").value = ""; }
  if (row !== undefined) { choose(row); $("word").value = ""; }
}

onUpdate(draw);
$("words").replaceChildren(...words.map((word) => element("option", { value: word })));
for (const canvas of [$("losses"), $("rates")]) canvas.addEventListener("click", (event) => seekOn(canvas, event));
$("find").addEventListener("submit", find);
document.addEventListener("keydown", handleKeys);
addEventListener("resize", update);
handlePointers();
$("word").value = kept.typed ?? "";
if (isLive) $("save").addEventListener("click", save);
setUp("watchTitle", update);
addEventListener("pagehide", () => { if (isLive) navigator.sendBeacon("leave"); });
beginTime();
if (isLive) poll();
else take(null, data.frames);
update();
