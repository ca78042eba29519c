import { coreError } from "../errors/catalogue.js";
import { allocate, type DataTypes, type DType } from "./dtype.js";
import { sizeOf, stridesOf, tensor, type Tensor } from "./tensor.js";
import { toFloat32 } from "./convert.js";

type Slicable = { slice(start: number, end: number): unknown; subarray?(start: number, end: number): unknown };

/** Rows `start` to `end` (excluded) along axis 0, as a view without a copy (strings are copied). */
export function rows<D extends DType>(source: Tensor<D>, start: number, end: number): Tensor<D> {
  const [count = 0, ...rest] = source.shape;
  if (start < 0 || end > count || start > end) throw coreError("tensor-index", { index: [start, end], shape: source.shape });
  const step = sizeOf(rest);
  const data = source.data as unknown as Slicable;
  const part = data.subarray ? data.subarray(start * step, end * step) : data.slice(start * step, end * step);
  return tensor(source.dtype as D, [end - start, ...rest], part as DataTypes[D]);
}

/** A range of one axis, or all of it. */
export interface AxisRange {
  readonly start: number;
  /** Excluded. */
  readonly end: number;
}

/** The block that `ranges` cut out (`null` is all of that axis), copied. */
export function slice<D extends DType>(source: Tensor<D>, ranges: readonly (AxisRange | null)[]): Tensor<D> {
  const full = source.shape.map((dim, axis) => ranges[axis] ?? { start: 0, end: dim });
  full.forEach((range, axis) => {
    if (range.start < 0 || range.end > source.shape[axis]! || range.start > range.end) {
      throw coreError("tensor-index", { index: [range.start, range.end], shape: source.shape });
    }
  });
  const shape = full.map((range) => range.end - range.start);
  const strides = stridesOf(source.shape);
  const data = allocate(source.dtype as D, sizeOf(shape)) as unknown as unknown[];
  const from = source.data as unknown as unknown[];
  let to = 0;
  const walk = (axis: number, offset: number): void => {
    if (axis === shape.length) {
      data[to++] = from[offset];
      return;
    }
    for (let i = full[axis]!.start; i < full[axis]!.end; i++) walk(axis + 1, offset + i * strides[axis]!);
  };
  walk(0, 0);
  return tensor(source.dtype as D, shape, data as unknown as DataTypes[D]);
}

/** Tensors of equal dtype joined along `axis`; their other dimensions must agree. @throws `tensor-join` where they do not. */
export function concat<D extends DType>(parts: readonly Tensor<D>[], axis = 0): Tensor<D> {
  const first = parts[0];
  if (!first) throw coreError("tensor-join", { shapes: [], axis });
  if (parts.length === 1) return first;
  const fits = (part: Tensor<D>): boolean =>
    part.dtype === first.dtype && part.shape.length === first.shape.length && part.shape.every((dim, i) => i === axis || dim === first.shape[i]);
  if (axis < 0 || axis >= first.shape.length || !parts.every(fits)) {
    throw coreError("tensor-join", { shapes: parts.map((part) => part.shape), axis });
  }
  const shape = [...first.shape];
  shape[axis] = parts.reduce((sum, part) => sum + part.shape[axis]!, 0);
  const outer = sizeOf(shape.slice(0, axis));
  const data = allocate(first.dtype as D, sizeOf(shape));
  let offset = 0;
  for (let o = 0; o < outer; o++) {
    for (const part of parts) {
      const run = part.data.length / outer;
      if (part.dtype === "string") for (let i = 0; i < run; i++) (data as unknown as string[])[offset + i] = part.data[o * run + i] as string;
      else (data as Float32Array).set((part.data as unknown as Float32Array).subarray(o * run, (o + 1) * run), offset);
      offset += run;
    }
  }
  return tensor(first.dtype as D, shape, data);
}

/** Flat index of the largest element; the first of equals; -1 for an empty tensor. NaN never wins. */
export function argMax(source: Tensor | ArrayLike<number>): number {
  const values = "dtype" in source ? toFloat32(source) : source;
  let best = -1;
  for (let i = 0; i < values.length; i++) if (!Number.isNaN(values[i]) && (best < 0 || values[i]! > values[best]!)) best = i;
  return best;
}

/** The `k` largest elements, largest first, the earlier of equals first. NaN is never among them. */
export function topK(source: Tensor | ArrayLike<number>, k: number): { index: number; value: number }[] {
  const values = "dtype" in source ? toFloat32(source) : source;
  const before = (a: number, b: number): number => values[b]! - values[a]! || a - b;
  // A few of many: one walk that keeps the best so far, in order, without sorting all.
  if (k <= 16 && values.length > 4 * k) {
    const best: number[] = [];
    for (let i = 0; i < values.length; i++) {
      if (Number.isNaN(values[i]) || (best.length === k && !(values[i]! > values[best[k - 1]!]!))) continue;
      let at = best.length;
      while (at > 0 && before(i, best[at - 1]!) < 0) at--;
      best.splice(at, 0, i);
      if (best.length > k) best.pop();
    }
    return best.map((index) => ({ index, value: values[index]! }));
  }
  const order = Array.from({ length: values.length }, (_, i) => i).filter((i) => !Number.isNaN(values[i]));
  order.sort(before);
  return order.slice(0, k).map((index) => ({ index, value: values[index]! }));
}

/** The blocks at `indices` along `axis`, in that order, copied; an index may come several times. */
export function take<D extends DType>(source: Tensor<D>, axis: number, indices: readonly number[]): Tensor<D> {
  const count = source.shape[axis];
  const wrong = indices.find((index) => !(index >= 0 && index < (count ?? 0)));
  if (count === undefined || wrong !== undefined) throw coreError("tensor-index", { index: [wrong ?? axis], shape: source.shape });
  const shape = source.shape.map((dim, i) => (i === axis ? indices.length : dim));
  const run = sizeOf(source.shape.slice(axis + 1));
  const outer = sizeOf(source.shape.slice(0, axis));
  const data = allocate(source.dtype as D, sizeOf(shape)) as unknown as unknown[] & Float32Array;
  const from = source.data as unknown as Slicable;
  for (let o = 0; o < outer; o++) {
    indices.forEach((index, i) => {
      const start = (o * count + index) * run;
      const to = (o * indices.length + i) * run;
      if (from.subarray) data.set(from.subarray(start, start + run) as Float32Array, to);
      else for (let k = 0; k < run; k++) data[to + k] = (source.data as unknown as number[])[start + k]!;
    });
  }
  return tensor(source.dtype as D, shape, data as unknown as DataTypes[D]);
}
