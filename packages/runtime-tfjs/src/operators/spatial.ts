import * as tf from "@tensorflow/tfjs-core";
import { alongAxis, strided } from "./kernels.js";

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
  if (y.rank <= 4) return tf.pad(y, before.map((pad, axis): [number, number] => [Math.max(0, pad), Math.max(0, after[axis]!)]), value);
  // GPU kernels pad four axes at most.
  return before.reduce<tf.Tensor>((t, pad, axis) => {
    const [front, back] = [Math.max(0, pad), Math.max(0, after[axis]!)];
    return front + back === 0 ? t : alongAxis(t, axis, (flat) => tf.pad(flat, [[0, 0], [front, back], [0, 0]], value));
  }, y);
}

/** Every `strides`-th element of each spatial axis of [N, …, C], `counts` of them, from `starts` on. */
export function stridedPlaces(x: tf.Tensor, starts: readonly number[], counts: readonly number[], strides: readonly number[]): tf.Tensor {
  return strided(x, [0, ...starts, 0], [x.shape[0]!, ...counts, x.shape.at(-1)!], [1, ...strides, 1]);
}

/** Puts `strides − 1` zeros behind each element of every spatial axis of [N, …, C], the last one too. */
export function spread(x: tf.Tensor, strides: readonly number[]): tf.Tensor {
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
