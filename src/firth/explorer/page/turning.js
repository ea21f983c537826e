/**
 * Turning the points of one map until they lie as those of another do: a rotation, or a rotation and a mirror.
 *
 * The axes of two layouts have nothing in common, not even their signs. Distances within a map stay as they are.
 */

// The most frequent words that both have say how.
const MOST_SHARED = 10_000;

/**
 * Return points turned so that the squared distances to others are least (orthogonal Procrustes, in closed form).
 * @param {Float32Array} points x and y of each.
 * @param {Float32Array} others
 * @param {number[][]} pairs Rows of the same words: in the points, and in the others.
 */
export function turned(points, others, pairs) {
  const shared = pairs.slice(0, MOST_SHARED), n = shared.length;
  if (n < 2) return points;
  const middle = (from, side) => [0, 1].map((axis) => shared.reduce((sum, pair) => sum + from[2 * pair[side] + axis], 0) / n);
  const [px, py] = middle(points, 0), [ox, oy] = middle(others, 1);
  let xx = 0, xy = 0, yx = 0, yy = 0;
  for (const [row, other] of shared) {
    const x = points[2 * row] - px, y = points[2 * row + 1] - py;
    const u = others[2 * other] - ox, v = others[2 * other + 1] - oy;
    xx += x * u; xy += x * v; yx += y * u; yy += y * v;
  }
  // The best rotation gains hypot(xx + yy, xy - yx), the best one of the mirror image hypot(xx - yy, xy + yx).
  const isMirrored = Math.hypot(xx - yy, xy + yx) > Math.hypot(xx + yy, xy - yx), sign = isMirrored ? -1 : 1;
  const angle = Math.atan2(xy - sign * yx, xx + sign * yy), cos = Math.cos(angle), sin = Math.sin(angle);
  const found = new Float32Array(points.length);
  // About the origin, which the view fits.
  for (let i = 0; i < found.length; i += 2) {
    const x = points[i], y = sign * points[i + 1];
    found[i] = cos * x - sin * y;
    found[i + 1] = sin * x + cos * y;
  }
  return found;
}
