/** Which points are at a pixel, and which are within a polygon: a grid over the points. */

const POINTS_OF_A_CELL = 8, MOST_CELLS = 512;
// Layouts are mostly within -1 and 1. What is beyond the grid is in the cells at its edge.
const SPAN = 2.5;

export class Grid {
  /** @param {Float32Array} points x and y of each. */
  constructor(points) {
    this.points = points;
    const n = points.length / 2;
    this.side = Math.min(MOST_CELLS, Math.max(1, Math.ceil(Math.sqrt(n / POINTS_OF_A_CELL))));
    // Rows by their cells: those of cell c are rows[starts[c]] to rows[starts[c + 1] - 1], and ascend.
    this.starts = new Uint32Array(this.side * this.side + 1);
    this.rows = new Uint32Array(n);
    for (let row = 0; row < n; row++) this.starts[this.cellOf(row) + 1]++;
    for (let cell = 0; cell < this.side * this.side; cell++) this.starts[cell + 1] += this.starts[cell];
    const next = this.starts.slice();
    for (let row = 0; row < n; row++) this.rows[next[this.cellOf(row)]++] = row;
  }

  /** Return the column or the line of cells in which a coordinate is. */
  lineOf(value) {
    const line = Math.floor(((value + SPAN / 2) / SPAN) * this.side);
    return Math.min(Math.max(line, 0), this.side - 1);
  }

  cellOf(row) {
    return this.lineOf(this.points[2 * row + 1]) * this.side + this.lineOf(this.points[2 * row]);
  }

  /**
   * Call a function for the rows of each cell that a box touches.
   * @param {number[]} box Left, right, low and high.
   * @param {(first: number, end: number, column: number, line: number) => void} callback
   */
  visit([left, right, low, high], callback) {
    for (let line = this.lineOf(low); line <= this.lineOf(high); line++) {
      for (let column = this.lineOf(left); column <= this.lineOf(right); column++) {
        const cell = line * this.side + column;
        callback(this.starts[cell], this.starts[cell + 1], column, line);
      }
    }
  }

  /** Return the row of the point nearest to a place, -1 if none is so near; of equals, the most frequent. */
  nearest(x, y, reach) {
    const { points, rows } = this;
    let best = -1, least = reach * reach;
    this.visit([x - reach, x + reach, y - reach, y + reach], (first, end) => {
      for (let i = first; i < end; i++) {
        const row = rows[i], distance = (points[2 * row] - x) ** 2 + (points[2 * row + 1] - y) ** 2;
        if (distance < least || (distance === least && (best < 0 || row < best))) { least = distance; best = row; }
      }
    });
    return best;
  }

  /**
   * Return the rows of the points within a polygon, the most frequent first.
   * @param {number[]} polygon x and y of each corner.
   */
  within(polygon) {
    if (polygon.length < 6) return [];
    const { points, rows } = this, found = [], box = boxOf(polygon);
    this.visit(box, (first, end) => {
      for (let i = first; i < end; i++) {
        const row = rows[i], x = points[2 * row], y = points[2 * row + 1];
        if (x >= box[0] && x <= box[1] && y >= box[2] && y <= box[3] && isWithin(polygon, x, y)) found.push(row);
      }
    });
    return found.sort((a, b) => a - b);
  }
}

const grids = new WeakMap();

/** Return the grid of points, made when something is first asked of it. */
export function gridOf(points) {
  if (!grids.has(points)) grids.set(points, new Grid(points));
  return grids.get(points);
}

/** Return left, right, low and high of a polygon. */
function boxOf(polygon) {
  const box = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i < polygon.length; i++) {
    const side = 2 * (i % 2);
    box[side] = Math.min(box[side], polygon[i]);
    box[side + 1] = Math.max(box[side + 1], polygon[i]);
  }
  return box;
}

/** Return whether a place is within a polygon: a ray from it crosses an odd number of edges. */
function isWithin(polygon, x, y) {
  let inside = false;
  for (let i = 0, j = polygon.length - 2; i < polygon.length; j = i, i += 2) {
    const ax = polygon[i], ay = polygon[i + 1], bx = polygon[j], by = polygon[j + 1];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}

/** Return a polygon of few corners, so that a link is short. */
export function simplified(polygon, most = 40) {
  const corners = polygon.length / 2;
  if (corners <= most) return polygon;
  return Array.from({ length: most }, (_, i) => Math.floor((i * corners) / most)).flatMap((i) => [polygon[2 * i], polygon[2 * i + 1]]);
}
