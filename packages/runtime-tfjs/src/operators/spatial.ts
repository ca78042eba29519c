import * as tf from "@tensorflow/tfjs-core";
import { nearHost } from "./heap.js";
import { alongAxis, scattered, strided } from "./pieces.js";

/** Pads the spatial axes of [N, …, C] with `value`; negative numbers cut. */
export function padSpatial(x: tf.Tensor, before: readonly number[], after: readonly number[], value = 0): tf.Tensor {
  return padAxes(x, [0, ...before, 0], [0, ...after, 0], value);
}

/** Pads every axis with `value`; negative numbers cut. */
export function padAxes(x: tf.Tensor, before: readonly number[], after: readonly number[], value = 0): tf.Tensor {
  let y = x;
  if ([...before, ...after].some((pad) => pad < 0)) {
    const begin = before.map((pad) => Math.max(0, -pad));
    y = tf.slice(y, begin, y.shape.map((dim, axis) => Math.max(0, dim - begin[axis]! - Math.max(0, -after[axis]!))));
  }
  if ([...before, ...after].every((pad) => pad <= 0)) return y;
  const shape = y.shape.map((dim, axis) => dim + Math.max(0, before[axis]!) + Math.max(0, after[axis]!));
  const few = merged(y.shape, before.map((pad, axis) => [Math.max(0, pad), Math.max(0, after[axis]!)]));
  const flat = tf.reshape(y, few.map(({ dim }) => dim));
  if (few.length <= 4) return tf.reshape(tf.pad(flat, few.map(({ pads }) => pads), value), shape);
  // GPU kernels pad four axes at most.
  const padded = few.reduce<tf.Tensor>((t, { pads: [front, back] }, axis) => {
    return front + back === 0 ? t : alongAxis(t, axis, (each) => tf.pad(each, [[0, 0], [front, back], [0, 0]], value));
  }, flat);
  return tf.reshape(padded, shape);
}

interface PaddedAxis {
  readonly dim: number;
  readonly pads: [number, number];
}

/** The same padding of fewer axes: one that is not padded is part of the one before it. Kernels take a fifth of the time for them. */
function merged(shape: readonly number[], pads: readonly (readonly [number, number])[]): PaddedAxis[] {
  return shape.reduceRight<PaddedAxis[]>((axes, dim, i) => {
    const [next, ...rest] = axes;
    const [front, back] = pads[i]!;
    if (next && next.pads[0] + next.pads[1] === 0) return [{ dim: dim * next.dim, pads: [front * next.dim, back * next.dim] }, ...rest];
    return dim === 1 && front + back === 0 && next ? axes : [{ dim, pads: [front, back] }, ...axes];
  }, []);
}

/** Every `strides`-th element of each spatial axis of [N, …, C], `counts` of them, from `starts` on. */
export function stridedPlaces(x: tf.Tensor, starts: readonly number[], counts: readonly number[], strides: readonly number[]): tf.Tensor {
  return strided(x, [0, ...starts, 0], [x.shape[0]!, ...counts, x.shape.at(-1)!], [1, ...strides, 1]);
}

/** Puts `strides − 1` zeros behind each element of every spatial axis of [N, …, C], the last one too, and pads; negative numbers cut. */
export function spacedOut(x: tf.Tensor, strides: readonly number[], before: readonly number[], after: readonly number[]): tf.Tensor {
  if (!nearHost() || strides.every((stride) => stride === 1) || [...before, ...after].some((pad) => pad < 0)) return padSpatial(spread(x, strides), before, after);
  const shape = x.shape.map((dim, axis) => (axis === 0 || axis === x.rank - 1 ? dim : dim * strides[axis - 1]! + before[axis - 1]! + after[axis - 1]!));
  return scattered(x, shape, [0, ...before, 0], [1, ...strides, 1]);
}

function spread(x: tf.Tensor, strides: readonly number[]): tf.Tensor {
  let y = x;
  strides.forEach((stride, i) => {
    if (stride === 1) return;
    const shape = y.shape;
    const outer = shape.slice(0, i + 2).reduce((a, b) => a * b, 1);
    const inner = shape.slice(i + 2).reduce((a, b) => a * b, 1);
    const wider = tf.pad(tf.reshape<tf.Rank.R3>(y, [outer, 1, inner]), [[0, 0], [0, stride - 1], [0, 0]]);
    y = tf.reshape(wider, shape.map((dim, axis) => (axis === i + 1 ? dim * stride : dim)));
  });
  return y;
}
