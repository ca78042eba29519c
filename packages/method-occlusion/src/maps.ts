import { sizeOf, stridesOf } from "@vitrine/core";

/**
 * Values reduced to some of their axes, in that order, by the mean over all others.
 * @param fixed indices along axes that are cut instead of averaged
 */
export function meanOver(values: ArrayLike<number>, shape: readonly number[], kept: readonly number[], fixed: ReadonlyMap<number, number> = new Map()): Float32Array {
  const from = stridesOf(shape);
  const keptShape = kept.map((axis) => shape[axis]!);
  const keptStrides = stridesOf(keptShape);
  const to = shape.map((_, axis) => (kept.includes(axis) ? keptStrides[kept.indexOf(axis)]! : 0));
  const result = new Float64Array(sizeOf(keptShape));
  let averaged = 1;
  const walk = (axis: number, source: number, target: number): void => {
    if (axis === shape.length) {
      result[target]! += values[source]!;
      return;
    }
    const first = fixed.get(axis) ?? 0;
    const end = fixed.has(axis) ? first + 1 : shape[axis]!;
    if (axis === shape.length - 1) {
      // A row at a time: the innermost loop is what takes the time, and knows its steps.
      if (to[axis] === 0) {
        let sum = 0;
        for (let i = first; i < end; i++) sum += values[source + i]!;
        result[target]! += sum;
      } else {
        const step = to[axis]!;
        for (let i = first, at = target + first * step; i < end; i++, at += step) result[at]! += values[source + i]!;
      }
    } else for (let i = first; i < end; i++) walk(axis + 1, source + i * from[axis]!, target + i * to[axis]!);
  };
  walk(0, 0, 0);
  shape.forEach((size, axis) => {
    if (!kept.includes(axis) && !fixed.has(axis)) averaged *= size;
  });
  // A loop: `from` with a function goes through an iterator, many times slower.
  const means = new Float32Array(result.length);
  for (let i = 0; i < means.length; i++) means[i] = result[i]! / averaged;
  return means;
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
