/**
 * The weights by which input positions make output positions, as Pillow computes them (`Resample.c`, `precompute_coeffs`):
 * a triangle whose support grows with the factor of reduction, so that shrinking averages and does not alias.
 */
export interface Weights {
  /** First input position of each output position. */
  readonly first: Int32Array;
  /** Number of input positions of each. */
  readonly count: Int32Array;
  /** `stride` weights for each output position; those of one sum to 1. */
  readonly weights: Float64Array;
  readonly stride: number;
}

/** Weights of the output positions `from` to `from + length` when `input` positions become `output`. */
export function triangleWeights(input: number, output: number, from: number, length: number): Weights {
  const scale = input / output;
  const support = Math.max(1, scale);
  const stride = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(length);
  const count = new Int32Array(length);
  const weights = new Float64Array(length * stride);
  for (let i = 0; i < length; i++) {
    const centre = (from + i + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - support + 0.5));
    const end = Math.min(input, Math.trunc(centre + support + 0.5));
    let total = 0;
    for (let x = start; x < end; x++) {
      const weight = Math.max(0, 1 - Math.abs((x - centre + 0.5) * (1 / support)));
      weights[i * stride + x - start] = weight;
      total += weight;
    }
    for (let k = 0; k < end - start; k++) weights[i * stride + k]! /= total;
    first[i] = start;
    count[i] = end - start;
  }
  return { first, count, weights, stride };
}

/** The input positions that any of the outputs needs. */
export function needed(weights: Weights): { readonly start: number; readonly end: number } {
  const last = weights.first.length - 1;
  return { start: weights.first[0]!, end: weights.first[last]! + weights.count[last]! };
}

/** Bits behind the point in Pillow's 8-bit resampling: 8 bits of result, 2 of head room, the rest of an int32. */
const precision = 22;
const half = 1 << (precision - 1);

const fixed = (weights: Weights): Int32Array => Int32Array.from(weights.weights, (weight) => Math.floor(0.5 + weight * (1 << precision)));

/** RGBA rows `start` to `end` of `width` pixels, resampled along the row to as many pixels as `weights` has outputs. */
export function resampleRows(source: Uint8Array | Uint8ClampedArray, width: number, start: number, end: number, weights: Weights): Uint8Array {
  const columns = weights.first.length;
  const k = fixed(weights);
  const result = new Uint8Array(4 * columns * (end - start));
  let to = 0;
  for (let y = start; y < end; y++) {
    for (let x = 0; x < columns; x++) {
      let from = 4 * (y * width + weights.first[x]!);
      let red = half, green = half, blue = half, alpha = half;
      for (let i = x * weights.stride, stop = i + weights.count[x]!; i < stop; i++, from += 4) {
        const weight = k[i]!;
        red += weight * source[from]!;
        green += weight * source[from + 1]!;
        blue += weight * source[from + 2]!;
        alpha += weight * source[from + 3]!;
      }
      result[to++] = clip(red >> precision);
      result[to++] = clip(green >> precision);
      result[to++] = clip(blue >> precision);
      result[to++] = clip(alpha >> precision);
    }
  }
  return result;
}

/** Rows of `width` bytes, of which the first stands for input row `start`, resampled across rows. */
export function resampleColumns(source: Uint8Array, width: number, start: number, weights: Weights): Uint8Array {
  const rows = weights.first.length;
  const k = fixed(weights);
  const result = new Uint8Array(width * rows);
  const sums = new Int32Array(width);
  for (let y = 0; y < rows; y++) {
    sums.fill(half);
    for (let i = 0; i < weights.count[y]!; i++) {
      const weight = k[y * weights.stride + i]!;
      const from = (weights.first[y]! - start + i) * width;
      for (let x = 0; x < width; x++) sums[x]! += weight * source[from + x]!;
    }
    for (let x = 0; x < width; x++) result[y * width + x] = clip(sums[x]! >> precision);
  }
  return result;
}

const clip = (value: number): number => (value < 0 ? 0 : value > 255 ? 255 : value);

/** A plane of numbers resampled along both axes, without rounding: Pillow's mode `F`. */
export function resamplePlane(source: Float32Array, width: number, columns: Weights, rows: Weights): Float32Array {
  const { start, end } = needed(rows);
  const wide = columns.first.length;
  const middle = new Float32Array(wide * (end - start));
  for (let y = start; y < end; y++) {
    for (let x = 0; x < wide; x++) {
      let sum = 0;
      for (let i = 0; i < columns.count[x]!; i++) sum += source[y * width + columns.first[x]! + i]! * columns.weights[x * columns.stride + i]!;
      middle[(y - start) * wide + x] = sum;
    }
  }
  const high = rows.first.length;
  const result = new Float32Array(wide * high);
  for (let y = 0; y < high; y++) {
    for (let x = 0; x < wide; x++) {
      let sum = 0;
      for (let i = 0; i < rows.count[y]!; i++) sum += middle[(rows.first[y]! - start + i) * wide + x]! * rows.weights[y * rows.stride + i]!;
      result[y * wide + x] = sum;
    }
  }
  return result;
}
