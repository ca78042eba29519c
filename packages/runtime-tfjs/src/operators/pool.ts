import * as tf from "@tensorflow/tfjs-core";
import { intAttr, intsAttr, sizeOf, stridesOf } from "@vitrine/core";
import { Held } from "../value.js";
import { firstMaxima } from "./first-maxima.js";
import { nearHost } from "./heap.js";
import { select } from "./kernels.js";
import { input, type Call, type DeviceOperator, type Operator } from "./operator.js";
import { padSpatial, stridedPlaces } from "./spatial.js";
import { flat, reach, windowOf, type Window } from "./window.js";

interface Pooling {
  readonly x: Held;
  /** [N, …, C]; a series as a picture of height 1. */
  readonly last: tf.Tensor;
  readonly window: Window;
  readonly size: readonly number[];
  /** Of the result, in ONNX's order. */
  readonly shape: readonly number[];
}

function poolingOf(call: Call): Pooling {
  const x = input(call, 0);
  const [samples = 0, channels = 0, ...size] = x.shape;
  const window = windowOf(call.node, size, intsAttr(call.node, "kernel_shape", []), intAttr(call.node, "ceil_mode", 0) === 1);
  const shape = [samples, channels, ...window.out];
  if (size.length !== 1) return { x, last: x.last(), window, size, shape };
  return { x, last: tf.reshape(x.last(), [samples, 1, size[0]!, channels]), window: flat(window), size: [1, ...size], shape };
}

const done = ({ x, shape }: Pooling, y: tf.Tensor, dtype = x.dtype): Held => {
  const [samples = 0, channels = 0, ...out] = shape;
  return Held.device(dtype, shape, tf.reshape(y, [samples, ...out, channels]), "last");
};

const isDilated = (window: Window): boolean => window.dilations.some((n) => n > 1);

/** The input padded so that it just holds all windows. */
const covered = ({ last, window, size }: Pooling, value: number): tf.Tensor => padSpatial(last, window.before, reach(window, size), value);

/** One strided slice per place of the window, row-major, and where in the window it lies. */
function places(padded: tf.Tensor, window: Window): { readonly at: readonly number[]; slice(): tf.Tensor }[] {
  const steps = stridesOf(window.kernel);
  return Array.from({ length: sizeOf(window.kernel) }, (_, i) => {
    const at = window.kernel.map((size, axis) => (Math.floor(i / steps[axis]!) % size) * window.dilations[axis]!);
    return { at, slice: () => stridedPlaces(padded, at, window.out, window.strides) };
  });
}

type Pads = tf.backend_util.ExplicitPadding;

function maxima(pooling: Pooling): tf.Tensor {
  const { last, window, size } = pooling;
  const after = reach(window, size);
  const fits = [...window.before, ...after].every((pad, i) => pad >= 0 && pad < window.kernel[i % window.kernel.length]!);
  if (!isDilated(window) && window.kernel.length === 2 && fits) {
    const [[top = 0, left = 0], [bottom = 0, right = 0]] = [window.before, after];
    const pad: Pads | "valid" = top + left + bottom + right === 0 ? "valid" : [[0, 0], [top, bottom], [left, right], [0, 0]];
    return tf.maxPool(last as tf.Tensor4D, window.kernel as [number, number], window.strides as [number, number], pad);
  }
  return places(covered(pooling, -Infinity), window).map(({ slice }) => slice()).reduce((a, b) => tf.maximum(a, b));
}

/** Whole numbers 0, `step`, 2 · `step` … along one axis of `rank`. */
function ramp(count: number, step: number, start: number, axis: number, rank: number): tf.Tensor {
  const values = Int32Array.from({ length: count }, (_, i) => start + i * step);
  return tf.tensor(values, Array.from({ length: rank }, (_, i) => (i === axis ? count : 1)), "int32");
}

/** ONNX's index, into the whole flattened input, of the first maximum of each window in row-major order. */
function indices(pooling: Pooling, y: tf.Tensor, steps: readonly number[]): tf.Tensor {
  const { window, size, x } = pooling;
  const [samples = 0, channels = 0] = x.shape;
  const rank = size.length + 2;
  // From the last place to the first, so that the first of equals stays.
  let offset: tf.Tensor = tf.zeros(y.shape, "int32");
  for (const { at, slice } of places(covered(pooling, -Infinity), window).reverse()) {
    const within = at.reduce((sum, place, axis) => sum + place * steps[axis]!, 0);
    offset = select(tf.equal(slice(), y), tf.fill(y.shape, within, "int32"), offset);
  }
  const plane = sizeOf(size);
  const begins = [ramp(samples, channels * plane, 0, 0, rank), ramp(channels, plane, 0, rank - 1, rank), ...size.map((_, axis) => ramp(window.out[axis]!, window.strides[axis]! * steps[axis]!, -window.before[axis]! * steps[axis]!, axis + 1, rank))];
  return begins.reduce((sum, begin) => tf.add(sum, begin), offset);
}

const maxPool: DeviceOperator = (call) => {
  const pooling = poolingOf(call);
  if ((call.node.outputs[1] ?? "") === "") return [done(pooling, maxima(pooling))];
  const { x, last, window, size } = pooling;
  const steps = intAttr(call.node, "storage_order", 0) === 1 ? stridesOf([...size].reverse()).reverse() : stridesOf(size);
  if (!nearHost()) {
    const y = maxima(pooling);
    return [done(pooling, y), done(pooling, indices(pooling, y, steps), "int64")];
  }
  const [samples = 0, channels = 0] = x.shape;
  const { values, places: found } = firstMaxima(last.dataSync(), samples, channels, size, window, steps);
  const shape = [samples, ...window.out, channels];
  return [done(pooling, tf.tensor(values, shape)), done(pooling, tf.tensor(found, shape, "int32"), "int64")];
};

/** The sum over each window; padding counts as zero. */
function sums(pooling: Pooling, of: tf.Tensor): tf.Tensor {
  const { window } = pooling;
  const padded = covered({ ...pooling, last: of }, 0);
  if (isDilated(window) || window.kernel.length !== 2) return places(padded, window).map(({ slice }) => slice()).reduce((a, b) => tf.add(a, b));
  return tf.mul(tf.avgPool(padded as tf.Tensor4D, window.kernel as [number, number], window.strides as [number, number], "valid"), sizeOf(window.kernel));
}

/** How many elements each window has along an axis: those in the data, or in the data and its declared padding. */
function counts(window: Window, size: readonly number[], axis: number, includePad: boolean): number[] {
  const [from, to] = includePad ? [-window.before[axis]!, size[axis]! + window.after[axis]!] : [0, size[axis]!];
  return Array.from({ length: window.out[axis]! }, (_, o) => {
    let count = 0;
    for (let k = 0; k < window.kernel[axis]!; k++) {
      const at = o * window.strides[axis]! - window.before[axis]! + k * window.dilations[axis]!;
      if (at >= from && at < to) count++;
    }
    return count;
  });
}

const averagePool: DeviceOperator = (call) => {
  const pooling = poolingOf(call);
  const { window, size, last } = pooling;
  const padded = [...window.before, ...reach(window, size)].some((pad) => pad > 0);
  if (!padded && window.kernel.length === 2 && !isDilated(window)) {
    return [done(pooling, tf.avgPool(covered(pooling, 0) as tf.Tensor4D, window.kernel as [number, number], window.strides as [number, number], "valid"))];
  }
  const rank = size.length + 2;
  const includePad = intAttr(call.node, "count_include_pad", 0) === 1;
  const y = size.reduce<tf.Tensor>((sum, _, axis) => {
    const shares = Float32Array.from(counts(window, size, axis, includePad), (count) => 1 / count);
    return tf.mul(sum, tf.tensor(shares, Array.from({ length: rank }, (_, i) => (i === axis + 1 ? shares.length : 1))));
  }, sums(pooling, last));
  return [done(pooling, y)];
};

const lpPool: DeviceOperator = (call) => {
  const pooling = poolingOf(call);
  const p = intAttr(call.node, "p", 2);
  return [done(pooling, tf.pow(sums(pooling, tf.pow(tf.abs(pooling.last), p)), 1 / p))];
};

/** Over everything spatial. [N, places, C] is the matrix that kernels sum fastest. */
const global = (reduce: (x: tf.Tensor, axes: number[], call: Call) => tf.Tensor): DeviceOperator => (call) => {
  const x = input(call, 0);
  const axes = x.shape.map((_, axis) => axis).slice(2);
  const y = reduce(x.in(x.layout), x.layout === "last" ? axes.map((axis) => axis - 1) : axes, call);
  return [Held.device(x.dtype, x.shape.map((dim, axis) => (axis < 2 ? dim : 1)), y, x.layout)];
};

const globalAverage: DeviceOperator = (call) => {
  const x = input(call, 0);
  const [samples = 0, channels = 0, ...size] = x.shape;
  if (x.layout === "plain" || size.length !== 2 || x.size === 0) return global((t, axes) => tf.mean(t, axes, true))(call);
  const y = tf.avgPool(x.last() as tf.Tensor4D, size as [number, number], 1, "valid");
  return [Held.device(x.dtype, [samples, channels, 1, 1], y, "last")];
};

export type PoolName = "MaxPool" | "AveragePool" | "LpPool" | "GlobalAveragePool" | "GlobalMaxPool" | "GlobalLpPool";

export const pools: Readonly<Record<PoolName, Operator>> = {
  MaxPool: { device: maxPool },
  AveragePool: { device: averagePool },
  LpPool: { device: lpPool },
  GlobalAveragePool: { device: globalAverage },
  GlobalMaxPool: { device: global((x, axes) => tf.max(x, axes, true)) },
  GlobalLpPool: {
    device: global((x, axes, call) => {
      const p = intAttr(call.node, "p", 2);
      return tf.pow(tf.sum(tf.pow(tf.abs(x), p), axes, true), 1 / p);
    }),
  },
};
