import { sizeOf, stridesOf } from "@vitrine/core";

export const upsamplings = ["bilinear", "nearest", "none"] as const;
export type Upsampling = (typeof upsamplings)[number];

/**
 * A map at another size, axis by axis, as PyTorch's `interpolate` with align_corners false: bilinear (linear, trilinear) between the
 * middles of cells, or the cell in which a place's first corner lies. `none` leaves it, and needs the same size.
 */
export function upsample(map: Float32Array, from: readonly number[], to: readonly number[], how: Upsampling): Float32Array {
  let [values, shape] = [map, [...from]];
  to.forEach((size, axis) => {
    if (how === "none" || size === shape[axis]) return;
    values = alongAxis(values, shape, axis, how === "nearest" ? nearest(shape[axis]!, size) : linear(shape[axis]!, size));
    shape = shape.map((dim, i) => (i === axis ? size : dim));
  });
  return values;
}

/** Two source cells of each place, and how much of the second. */
type Taps = readonly { readonly low: number; readonly high: number; readonly part: number }[];

const nearest = (from: number, to: number): Taps => Array.from({ length: to }, (_, i) => {
  const low = Math.min(from - 1, Math.floor((i * from) / to));
  return { low, high: low, part: 0 };
});

const linear = (from: number, to: number): Taps => Array.from({ length: to }, (_, i) => {
  const at = Math.max(0, ((i + 0.5) * from) / to - 0.5);
  const low = Math.min(from - 1, Math.floor(at));
  return { low, high: Math.min(from - 1, low + 1), part: at - low };
});

function alongAxis(values: Float32Array, shape: readonly number[], axis: number, taps: Taps): Float32Array {
  const stride = stridesOf(shape)[axis]!;
  const outer = sizeOf(shape.slice(0, axis));
  const result = new Float32Array(outer * taps.length * stride);
  for (let o = 0; o < outer; o++) {
    taps.forEach(({ low, high, part }, i) => {
      const [a, b] = [(o * shape[axis]! + low) * stride, (o * shape[axis]! + high) * stride];
      const base = (o * taps.length + i) * stride;
      for (let k = 0; k < stride; k++) result[base + k] = values[a + k]! * (1 - part) + values[b + k]! * part;
    });
  }
  return result;
}
