/** What is told beside the map: the state of the run, its figures and curves. */

import { $, t } from "../base.js";
import { drawChart } from "./charts.js";
import { currentFrame, data, isLive, state, words } from "./state.js";

function duration(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  if (seconds < 60) return `${Math.round(seconds)} ${t("seconds")}`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} ${t("minutes")} ${Math.round(seconds % 60)} ${t("seconds")}`;
  return `${Math.floor(seconds / 3600)} ${t("hours")} ${Math.round((seconds % 3600) / 60)} ${t("minutes")}`;
}

function compact(value) {
  if (value >= 1e6) return `${(value / 1e6).toFixed(2)} M`;
  return value >= 1e4 ? `${Math.round(value / 1e3)} k` : String(Math.round(value));
}

// What a run does of which no end is known: a recording of it is all there is.
function runningNow() {
  if (!isLive) return "done";
  return state.frames.length ? "training" : "reading";
}

// A run that has ended is told to have, whether the server is there or not.
function tellStatus() {
  const { frames, reason, trouble } = state, run = reason || (trouble ? null : runningNow());
  const told = [run, trouble].filter(Boolean).map((each) => t(each)).join(" · ");
  // What does not change is read aloud once.
  if ($("status").textContent !== told) $("status").textContent = told;
  $("status").className = trouble ? "trouble" : run;
  $("waiting").hidden = frames.length > 0;
  $("waiting").textContent = trouble ? told : t("waiting");
}

// Before the first frame, figures and curves say that there are none yet.
function showNone() {
  for (const id of ["loss", "rate", "lr", "left"]) $(id).textContent = "–";
  for (const id of ["losses", "rates"]) drawChart($(id), [], [], compact);
}

export function showFigures() {
  const frame = currentFrame(), { frames } = state;
  tellStatus();
  if (!frame) { showNone(); return; }
  const told = (value, format) => (value === null || value === undefined ? "–" : format(value));
  $("model").textContent = t("model", data.facts);
  $("loss").textContent = told(frame.loss, (loss) => loss.toFixed(3));
  $("rate").textContent = told(frame.speed, compact);
  $("lr").textContent = frame.lr.toPrecision(3);
  $("left").textContent = duration(frame.left);
  $("now").textContent = `${t("epoch")} ${frame.epoch} ${t("of")} ${data.facts.epochs} · ${duration(frame.seconds)}`;
  $("among").textContent = t("among", words.length);
  $("map").setAttribute("aria-label", `${t("mapLabel", words.length)}. ${$("now").textContent}`);
  const heldOut = state.epochs.filter((each) => each[3] !== null).map((each) => [each[1], each[3]]);
  drawChart($("losses"), frames.map((each) => [each.words, each.loss]), heldOut, (y) => y.toFixed(2));
  $("legend").hidden = !heldOut.length;
  drawChart($("rates"), frames.map((each) => [each.words, each.speed]), [], compact);
}
