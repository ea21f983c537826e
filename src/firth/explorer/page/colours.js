/** Colours of points and labels, for light and dark pages. */

export const CLUSTERS = 10;

/** Return whether the page is dark: as was chosen, or as the machine is. */
export function isDark() {
  const { theme } = document.documentElement.dataset;
  return theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

/** Return the value of a colour of the style sheet, `light-dark(#..., #...)`, which a canvas does not resolve. */
export function colour(name) {
  const both = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).match(/#[0-9a-f]{6}/g);
  return both[isDark() ? 1 : 0];
}

/**
 * Return the name of the colour of a cluster in the style sheet.
 *
 * Colours have a contrast of 3 to the map as they are painted; names of clusters tell them apart too.
 */
export const clusterName = (cluster) => `cluster-${cluster % CLUSTERS}`;

/** Return the colours of clusters, and last that of words of no cluster. */
export const clusterColours = () =>
  [...Array.from({ length: CLUSTERS }, (_, cluster) => clusterName(cluster)), "cluster-none"].map(colour);

/** Return a ramp from rare to frequent, as colours. */
export function ramp() {
  const ends = isDark() ? [[122, 132, 168], [120, 140, 255], [255, 214, 130]] : [[104, 115, 146], [74, 101, 200], [190, 60, 20]];
  return Array.from({ length: 64 }, (_, step) => {
    const at = (step / 63) * (ends.length - 1), from = Math.min(Math.floor(at), ends.length - 2);
    const mixed = ends[from].map((part, i) => Math.round(part + (at - from) * (ends[from + 1][i] - part)));
    return `#${mixed.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
  });
}

/** Return the ramp as the background of a bar. */
export const gradient = () => `linear-gradient(to right, ${ramp().join(", ")})`;

/** Turn to light or dark, and remember it for theme.js. */
export function toggleTheme() {
  const theme = isDark() ? "light" : "dark";
  document.documentElement.dataset.theme = theme;
  try { localStorage.setItem("firth-theme", theme); } catch { /* private windows keep nothing */ }
}
