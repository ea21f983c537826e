/** The time line: playing, seeking, following the run. */

import { $, t } from "../base.js";
import { data, isLive, state, update } from "./state.js";

const FRAMES_PER_SECOND = 6;
export const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
let last = null;

/** Return what lies around the time: the frame before it, that after it, and the part of the way. */
export function between() {
  const low = Math.floor(state.at);
  return [low, Math.min(low + 1, state.frames.length - 1), isCalm ? 0 : state.at - low];
}

/** Go on by what has passed since the last frame of the screen; return whether the time moves. */
export function advance(time) {
  const step = last === null ? 0 : Math.min(0.1, (time - last) / 1000);
  const end = Math.max(0, state.frames.length - 1);
  const isMoving = (state.isPlaying || (state.isFollowing && state.at < end)) && end > 0;
  if (isMoving) {
    state.at = Math.min(end, state.at + step * FRAMES_PER_SECOND * Number($("speed").value));
    const isOver = state.isPlaying && state.at >= end && !state.isFollowing;
    if (isOver) state.isPlaying = isLive && !state.reason && state.trouble !== "gone";
  }
  last = isMoving ? time : null;
  return isMoving;
}

/** Show the time, and what the buttons do. */
export function showTime() {
  const name = t(state.isPlaying ? "pause" : "play");
  $("time").max = Math.max(0, state.frames.length - 1);
  $("time").value = state.at;
  $("play").textContent = state.isPlaying ? "❚❚" : "▶";
  $("play").setAttribute("aria-label", name);
  $("play").title = name;
  $("live").setAttribute("aria-pressed", String(state.isFollowing));
}

/** Go to a frame, and stay there. */
export function seek(place) {
  state.isPlaying = state.isFollowing = false;
  state.at = Math.max(0, Math.min(place, state.frames.length - 1));
  update();
}

/** Play, or pause. */
export function toggle() {
  state.isPlaying = !state.isPlaying;
  state.isFollowing = false;
  if (state.isPlaying && state.at >= state.frames.length - 1) state.at = 0;
  update();
}

/** Stay at the newest frame. */
export function follow() {
  Object.assign(state, { isFollowing: true, isPlaying: false });
  update();
}

/** Begin: a recording plays by itself, unless motion is not wanted. */
export function beginTime() {
  $("live").hidden = !isLive;
  $("play").addEventListener("click", toggle);
  $("time").addEventListener("input", () => seek(Number($("time").value)));
  $("live").addEventListener("click", follow);
  if (!isLive) state.isPlaying = !isCalm && data.frames.length > 1;
}
