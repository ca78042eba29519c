import { sizeOf, stridesOf } from "@vitrine/core";

/**
 * Values reduced to some of their axes, in that order, by the mean over all others.
 * @param fixed indices along axes that are cut instead of averaged
 */
export function meanOver(values: ArrayLike<number>, shape: readonly number[], kept: readonly number[], fixed: ReadonlyMap<number, number> = new Map()): Float32Array {
  const strides = stridesOf(shape);
  const result = new Float64Array(sizeOf(kept.map((axis) => shape[axis]!)));
  const keptStrides = stridesOf(kept.map((axis) => shape[axis]!));
  const averaged = shape.reduce((count, size, axis) => (kept.includes(axis) || fixed.has(axis) ? count : count * size), 1);
  for (let i = 0; i < values.length; i++) {
    let to = 0;
    let inside = true;
    for (let axis = 0; axis < shape.length && inside; axis++) {
      const index = Math.floor(i / strides[axis]!) % shape[axis]!;
      const at = kept.indexOf(axis);
      if (at >= 0) to += index * keptStrides[at]!;
      else if (fixed.has(axis)) inside = fixed.get(axis) === index;
    }
    if (inside) result[to]! += values[i]! / averaged;
  }
  return Float32Array.from(result);
}

/** The indices of the value farthest from zero, along every axis. */
export function strongestIndex(values: ArrayLike<number>, shape: readonly number[]): number[] {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (Math.abs(values[i]!) > Math.abs(values[best]!)) best = i;
  return stridesOf(shape).map((stride, axis) => Math.floor(best / stride) % shape[axis]!);
}

/** Smallest and largest number; both 0 of nothing. NaN is passed over. */
export function extent(values: ArrayLike<number>): { readonly min: number; readonly max: number } {
  let min = Infinity;
  let max = -Infinity;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return max < min ? { min: 0, max: 0 } : { min, max };
}
