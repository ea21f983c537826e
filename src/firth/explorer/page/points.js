/**
 * The points as pixels: discs that a plain loop blends into the memory of a picture.
 *
 * A library that draws with WebGL takes longer where there is no GPU, and so many points are little work for a loop.
 */

import { rowsAbove } from "./data.js";

// Points of nearly the same frequency have the same disc.
const BANDS = 12;
// No disc reaches further, in pixels of the canvas. The picture has a margin, so that none has to be cut.
const REACH = 24, MARGIN = 2 * REACH;
// A highlighted point is larger by so many pixels, and has a rim; a crowd of them has neither.
const LARGER = 2, RIM = 1.5, CROWD = 200;
const DIMMED = 0.3;
// A pixel is 0xAABBGGRR: red with blue, and green, are mixed at once.
const RED_BLUE = 0x00ff00ff, GREEN = 0x0000ff00, OPAQUE = 0xff000000 | 0;

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

/**
 * Return the radius of the rarest and of the most frequent points, in pixels of the page, and how opaque they are.
 *
 * Both follow from the room of a point if all were evenly spread. So few points are large, a million are a haze in which
 * denser places are darker, and points grow with the zoom.
 * @param {number} n The number of points.
 * @param {number} side The pixels along the side of the square from -1 to 1.
 */
export function look(n, side) {
  const room = side / Math.sqrt(Math.max(n, 1));
  return {
    smallest: clamp(0.3 * room, 0.5, 3), largest: clamp(1.3 + 0.5 * room, 1.6, 6.5),
    opacity: clamp(0.16 + 0.17 * room, 0.2, 0.8),
  };
}

/** Return a colour such as `#4e79a7` as a pixel. */
export function pixelOf(hex) {
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  return OPAQUE | (blue << 16) | (green << 8) | red;
}

/** Return the pixels of a disc as steps from its middle, and the part that each is covered, of 256. */
function disc(radius, opacity, stride) {
  const reach = Math.ceil(radius), steps = [], parts = [];
  for (let y = -reach; y <= reach; y++) {
    for (let x = -reach; x <= reach; x++) {
      const part = Math.round(256 * opacity * clamp(radius + 0.5 - Math.hypot(x, y), 0, 1));
      if (part > 0) { steps.push(y * stride + x); parts.push(part); }
    }
  }
  return { steps: Int32Array.from(steps), parts: Int32Array.from(parts) };
}

export class Painter {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    // Its pixels are written by the processor.
    this.context = canvas.getContext("2d", { alpha: false, willReadFrequently: true });
    this.resize(1, 1, 1);
  }

  /** Take up a size in pixels of the page, and how many pixels of the canvas one of these is. */
  resize(width, height, ratio) {
    const { canvas } = this;
    this.ratio = ratio;
    canvas.width = Math.max(1, Math.round(width * ratio));
    canvas.height = Math.max(1, Math.round(height * ratio));
    this.image = new ImageData(canvas.width + 2 * MARGIN, canvas.height + 2 * MARGIN);
    this.pixels = new Int32Array(this.image.data.buffer);
  }

  /**
   * Paint the points of a view.
   * @param {{points: Float32Array, codes: Uint8Array, palette: Int32Array, view: any, background: number,
   *   accent: number, selected: Uint32Array, most: number}} scene `codes` are places in the palette; rows of `selected`
   *   ascend; of all rows `most` are painted, the first ones, which are the most frequent.
   */
  paint(scene) {
    const { ratio, image } = this, { view, selected } = scene, n = scene.points.length / 2;
    const { smallest, largest, opacity } = look(n, view.scale * view.height);
    const radius = (band) => ratio * (smallest + (largest - smallest) * (band / (BANDS - 1)));
    const shape = (wide, opaque) => disc(Math.min(wide, REACH), opaque, image.width);
    const dimmed = selected.length ? DIMMED * opacity : opacity;
    this.pixels.fill(scene.background);
    // The rarest first, so that frequent words lie on top.
    for (let band = 0; band < BANDS; band++) {
      const [first, end] = bandOf(band, n);
      this.blend(scene, null, first, Math.min(end, scene.most), shape(radius(band), dimmed));
    }
    for (let band = 0; band < BANDS && selected.length; band++) {
      const [first, end] = bandOf(band, n).map((row) => placeOf(selected, row));
      // A crowd is told from the others by these being dim.
      if (selected.length > CROWD) { this.blend(scene, selected, first, end, shape(radius(band), opacity)); continue; }
      this.blend(scene, selected, first, end, shape(radius(band) + (LARGER + RIM) * ratio, 1), scene.background);
      this.blend(scene, selected, first, end, shape(radius(band) + LARGER * ratio, 1), scene.accent);
    }
    this.context.putImageData(image, -MARGIN, -MARGIN);
  }

  /** Blend the discs of rows, or of some of an order, from the last to the first: in one ink, or each in its own. */
  blend({ points, codes, palette, view }, order, first, end, { steps, parts }, ink = null) {
    const { pixels, ratio } = this, stride = this.image.width, { height } = this.image, size = steps.length;
    const half = (ratio * view.height) / 2, scale = view.scale * half;
    const left = (ratio * view.width) / 2 + view.x * half + MARGIN, top = half - view.y * half + MARGIN;
    for (let i = end - 1; i >= first; i--) {
      const row = order === null ? i : order[i];
      const x = left + scale * points[2 * row], y = top - scale * points[2 * row + 1];
      if (!(x >= REACH && x < stride - REACH && y >= REACH && y < height - REACH)) continue;
      const middle = (y | 0) * stride + (x | 0), own = ink === null ? palette[codes[row]] : ink;
      const redBlue = own & RED_BLUE, green = own & GREEN;
      for (let k = 0; k < size; k++) {
        const at = middle + steps[k], part = parts[k], rest = 256 - part, under = pixels[at];
        pixels[at] = OPAQUE
          | (((Math.imul(under & RED_BLUE, rest) + Math.imul(redBlue, part)) >>> 8) & RED_BLUE)
          | (((Math.imul(under & GREEN, rest) + Math.imul(green, part)) >>> 8) & GREEN);
      }
    }
  }
}

/** Return the first row of a band and the row after its last; band 0 has the rarest words. */
function bandOf(band, n) {
  const first = band < BANDS - 1 ? rowsAbove((band + 1) / BANDS, n) : 0;
  return [first, band ? rowsAbove(band / BANDS, n) : n];
}

/** Return where a row is, or would be, among rows that ascend. */
function placeOf(rows, row) {
  let low = 0, high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle] < row) low = middle + 1;
    else high = middle;
  }
  return low;
}
