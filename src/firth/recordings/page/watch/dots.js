/** Colours of dots: hues that are seen, each in the lightness that its contrast to the map needs. */

import { colour, isDark } from "../base.js";
import { HUES } from "./state.js";

// Of what is painted. WCAG asks 3 of graphics, and numbers of colours are rounded.
const CONTRAST = 3.1;
const SATURATION = 0.62, OPACITY = 0.72;
const known = new Map();

/** Return the colour of each hue, as CSS, for the theme of the page. */
export function dotColours() {
  const paper = colour("panel");
  if (!known.has(paper)) known.set(paper, Array.from({ length: HUES }, (_, hue) => dotColour((hue * 360) / HUES, paper)));
  return known.get(paper);
}

function dotColour(hue, paper) {
  const behind = [1, 3, 5].map((at) => parseInt(paper.slice(at, at + 2), 16) / 255), step = isDark() ? 0.01 : -0.01;
  let lightness = isDark() ? 0.66 : 0.42;
  const isFaint = () => {
    const dot = channels(hue, lightness).map((part, k) => OPACITY * part + (1 - OPACITY) * behind[k]);
    const [low, high] = [luminance(dot), luminance(behind)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05) < CONTRAST;
  };
  while (lightness > 0 && lightness < 1 && isFaint()) lightness += step;
  return `hsl(${hue} ${100 * SATURATION}% ${(100 * lightness).toFixed(0)}% / ${OPACITY})`;
}

// Red, green and blue of a hue, from 0 to 1.
function channels(hue, lightness) {
  const reach = SATURATION * Math.min(lightness, 1 - lightness);
  return [0, 8, 4].map((n) => {
    const k = (n + hue / 30) % 12;
    return lightness - reach * Math.max(-1, Math.min(k - 3, 9 - k, 1));
  });
}

// As WCAG defines it.
function luminance(parts) {
  const [red, green, blue] = parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
