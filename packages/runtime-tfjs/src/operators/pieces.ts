import * as tf from "@tensorflow/tfjs-core";
import { sizeOf, stridesOf } from "@vitrine/core";
import { looped, nearHost, type Numbers } from "./heap.js";

/** The elements at `indices` (from the front) of an axis. */
export function pick(x: tf.Tensor, indices: ArrayLike<number>, axis: number): tf.Tensor {
  if (!nearHost()) return tf.gather(x, tf.tensor1d(Int32Array.from(indices), "int32"), axis);
  const shape = x.shape.map((dim, i) => (i === axis ? indices.length : dim));
  const [outer, dim, inner] = [sizeOf(x.shape.slice(0, axis)), x.shape[axis]!, sizeOf(x.shape.slice(axis + 1))];
  return looped(shape, x.dtype, [x], (to, [from]) => {
    let at = 0;
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < indices.length; i++) {
        copyRows(to, at, 0, from!, (o * dim + indices[i]!) * inner, 0, 1, inner);
        at += inner;
      }
    }
  });
}

/** `count` rows of `length` elements, each `step` after the one before. */
function copyRows(to: Numbers, at: number, toStep: number, from: Numbers, begin: number, fromStep: number, count: number, length: number): void {
  for (let row = 0; row < count; row++, at += toStep, begin += fromStep) {
    // A view costs more than a few numbers.
    if (length > 48) to.set(from.subarray(begin, begin + length), at);
    else for (let k = 0; k < length; k++) to[at + k] = from[begin + k]!;
  }
}

/** Something done along one axis of any number of them, as along the middle one of three. */
export function alongAxis(x: tf.Tensor, axis: number, work: (flat: tf.Tensor3D) => tf.Tensor): tf.Tensor {
  const [outer, inner] = [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis + 1))];
  const y = work(tf.reshape<tf.Rank.R3>(x, [outer, x.shape[axis]!, inner]));
  return tf.reshape(y, x.shape.map((dim, i) => (i === axis ? y.shape[1]! : dim)));
}

/** From each axis `counts` elements, `strides` apart, from `starts` on. */
export function strided(x: tf.Tensor, starts: readonly number[], counts: readonly number[], strides: readonly number[]): tf.Tensor {
  if (counts.every((count, axis) => count === x.shape[axis])) return tf.clone(x);
  if (nearHost()) return rows(x, x.shape, starts, counts, strides, [...counts], "out");
  const reach = counts.map((count, axis) => (count - 1) * strides[axis]! + 1);
  if (strides.every((stride) => stride === 1)) return tf.slice(x, [...starts], reach);
  if (x.rank <= 4) return tf.stridedSlice(x, [...starts], starts.map((start, axis) => start + reach[axis]!), [...strides]);
  // GPU kernels take four axes at most.
  const cut = tf.slice(x, [...starts], reach);
  return strides.reduce<tf.Tensor>((y, stride, axis) => (stride === 1 ? y : alongAxis(y, axis, (flat) => tf.stridedSlice(flat, [0, 0, 0], flat.shape, [1, stride, 1]))), cut);
}

/** Zeros of `shape`, with the elements of `x` in it `strides` apart from `starts` on: what `strided` would take out again. By a loop: only near the host. */
export function scattered(x: tf.Tensor, shape: readonly number[], starts: readonly number[], strides: readonly number[]): tf.Tensor {
  return rows(x, shape, starts, x.shape, strides, shape, "in");
}

/** Copies the strided places of a value of shape `places` out of it, or into it, row by row. */
function rows(x: tf.Tensor, places: readonly number[], starts: readonly number[], counts: readonly number[], strides: readonly number[], shape: readonly number[], way: "in" | "out"): tf.Tensor {
  const steps = stridesOf(places);
  // Axes at the end that are whole, and the first before them that is no more than cut, lie in one piece.
  let first = places.length;
  let run = 1;
  while (first > 0 && strides[first - 1] === 1) {
    first--;
    run *= counts[first]!;
    if (counts[first] !== places[first]) break;
  }
  const begin = starts.reduce((sum, start, axis) => sum + start * steps[axis]!, 0);
  const [outer, count, step] = first === 0 ? [[], 1, 0] : [counts.slice(0, first - 1), counts[first - 1]!, strides[first - 1]! * steps[first - 1]!];
  return looped(shape, x.dtype, [x], (to, [from]) => {
    if (way === "in") to.fill(0);
    const at = outer.map(() => 0);
    let [dense, base] = [0, begin];
    for (let left = sizeOf(outer); left > 0; left--) {
      if (way === "in") copyRows(to, base, step, from!, dense, run, count, run);
      else copyRows(to, dense, run, from!, base, step, count, run);
      dense += count * run;
      for (let axis = outer.length - 1; axis >= 0; axis--) {
        const stride = strides[axis]! * steps[axis]!;
        base += stride;
        if (++at[axis]! < outer[axis]!) break;
        base -= stride * outer[axis]!;
        at[axis] = 0;
      }
    }
  });
}

/** Values one after the other along an axis. Where they alternate every few numbers, the kernels take long. */
export function join(parts: readonly tf.Tensor[], axis: number): tf.Tensor {
  const [first] = parts;
  const own = parts.map((part) => sizeOf(part.shape.slice(axis)));
  const row = own.reduce((a, b) => a + b, 0);
  if (!first || !nearHost() || row > 48 * parts.length) return tf.concat([...parts], axis);
  const shape = first.shape.map((dim, i) => (i === axis ? parts.reduce((sum, part) => sum + part.shape[axis]!, 0) : dim));
  const outer = sizeOf(first.shape.slice(0, axis));
  return looped(shape, first.dtype, parts, (to, from) => {
    let start = 0;
    from.forEach((part, i) => {
      copyRows(to, start, row, part, 0, own[i]!, outer, own[i]!);
      start += own[i]!;
    });
  });
}
