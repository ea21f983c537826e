/** What the page of a run knows: frames of the run, where the time is, and the words that are chosen. */

import { $, bytesOf, kept } from "../base.js";

export const data = JSON.parse($("data").textContent);
export const words = data.words || [], isLive = Boolean(data.live);
export const HUES = 36;
const NEIGHBOURS = data.neighbours || 0;
// Frames before and after one over which its extent is a mean.
const SMOOTHED = 3;

/**
 * `at` is a place among the frames, between two of them while it plays; `hues` has one of the 36 hues of each word;
 * `extents` tells how far words reach in each frame; `trouble` is what is wrong with the server: "late", "failing",
 * "gone", or null.
 */
export const state = {
  frames: [], epochs: data.epochs || [], reason: data.reason || null, trouble: null,
  at: 0, isPlaying: false, isFollowing: isLive, chosen: firstChosen(),
  hues: new Uint8Array(words.length), extents: [],
};

let listener = () => {}, isDue = false;

/** Call a function, in the next frame of the screen, with its time, when something has changed. */
export function onUpdate(callback) {
  listener = callback;
}

/** Show what has changed, in the next frame of the screen. */
export function update() {
  if (isDue) return;
  isDue = true;
  requestAnimationFrame((time) => {
    isDue = false;
    listener(time);
  });
}

/** Return the frame that is nearest to the time. */
export function currentFrame() {
  return state.frames[Math.round(state.at)];
}

/** Return the neighbours of a word in the current frame: their rows, and their cosines of 255. */
export function nearOf(row) {
  return currentFrame()?.near.get(row) || [[], []];
}

/** Read the neighbours of one word. */
export function decodeNear([ids, cosines]) {
  return [new Uint16Array(bytesOf(ids)), new Uint8Array(bytesOf(cosines))];
}

function decode(frame) {
  const near = new Map();
  if (frame.near) {
    const [ids, cosines] = decodeNear(frame.near), asked = frame.asked || null;
    const rows = asked ? asked.length : words.length;
    for (let row = 0; row < rows; row++) {
      const part = [row * NEIGHBOURS, (row + 1) * NEIGHBOURS];
      near.set(asked ? asked[row] : row, [ids.subarray(...part), cosines.subarray(...part)]);
    }
  }
  return { ...frame, near, points: new Int16Array(bytesOf(frame.points)) };
}

/**
 * Take up frames.
 * @param {number[]|null} kept The numbers of the frames that stay, null for all.
 * @param {object[]} fresh New ones.
 */
export function take(kept, fresh) {
  const keep = kept && new Set(kept), wasAt = currentFrame();
  if (keep) state.frames = state.frames.filter((frame) => keep.has(frame.number));
  state.frames.push(...fresh.map(decode));
  if (wasAt) {
    const part = state.isPlaying ? state.at - Math.round(state.at) : 0;
    state.at = nearestFrame((frame) => Math.abs(frame.number - wasAt.number)) + part;
  }
  state.at = Math.max(0, Math.min(state.at, state.frames.length - 1));
  setHues();
  setExtents();
}

/** Return the place of the frame for which a distance is least. */
export function nearestFrame(distance) {
  let best = 0;
  state.frames.forEach((frame, place) => {
    if (distance(frame) < distance(state.frames[best])) best = place;
  });
  return best;
}

// A word has the hue of its direction from the middle in the last frame.
function setHues() {
  if (!state.frames.length) return;
  const { points } = state.frames.at(-1);
  for (let row = 0; row < words.length; row++) {
    const turn = Math.atan2(points[2 * row + 1], points[2 * row]) / (2 * Math.PI) + 1;
    state.hues[row] = Math.floor(turn * HUES) % HUES;
  }
}

// How far words reach in each frame, without the farthest. Over some frames, so that the picture
// does not pulse.
function setExtents() {
  const { frames } = state;
  for (const frame of frames) {
    frame.reach ??= [0, 1].map((axis) => {
      const values = frame.points.filter((_, k) => k % 2 === axis).map(Math.abs).sort();
      return values[Math.floor(0.995 * (values.length - 1))] || 1;
    });
  }
  state.extents = frames.map((_, place) => [0, 1].map((axis) => {
    const near = frames.slice(Math.max(0, place - SMOOTHED), place + SMOOTHED + 1);
    return (1.06 * near.reduce((sum, frame) => sum + frame.reach[axis], 0)) / near.length;
  }));
}

/** Return the words that are chosen, or that were before the page was loaded again, if it has none yet. */
export function wishes() {
  return words.length ? state.chosen.map((row) => words[row]) : kept.chosen ?? [];
}

/** Note a word that is to be chosen when the words of the map are known. */
export function wish(word) {
  kept.chosen = [word, ...wishes()];
}

function firstChosen() {
  const rowOf = (word) => Math.max(words.indexOf(word), words.indexOf(word.toLowerCase()));
  const known = [...new Set((kept.chosen ?? []).map(rowOf))].filter((row) => row >= 0);
  if (known.length) return known;
  const ranks = [60, 200, 500].map((rank) => Math.min(rank, words.length - 1));
  return [...new Set(ranks)].filter((row) => row >= 0);
}
