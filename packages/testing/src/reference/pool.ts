import { intAttr, intsAttr, sizeOf, stridesOf } from "@vitrine/core";
import { held, indices, numbers, type Held } from "./held.js";
import { input, type Call, type Operator, type OperatorTable } from "./operator.js";
import { touchesOf, windowOf, type Window } from "./window.js";

interface Pooling {
  readonly x: Held;
  readonly window: Window;
  readonly size: readonly number[];
  readonly planes: number;
  readonly shape: readonly number[];
  /** Per window, in order: the flat positions within a plane that it covers, padding left out. */
  readonly members: readonly (readonly number[])[];
}

function poolingOf(call: Call): Pooling {
  const x = input(call, 0);
  const [batch = 0, channels = 0, ...size] = x.shape;
  const window = windowOf(call.node, size, intsAttr(call.node, "kernel_shape", []), intAttr(call.node, "ceil_mode", 0) === 1);
  const members: number[][] = Array.from({ length: sizeOf(window.out) }, () => []);
  const touches = touchesOf(window, size);
  touches.out.forEach((o, t) => members[o]!.push(touches.in[t]!));
  return { x, window, size, planes: batch * channels, shape: [batch, channels, ...window.out], members };
}

/** Of equal maxima the first in row-major order wins: its place is what a backward pass routes to. */
function maxPool(call: Call): readonly Held[] {
  const { x, size, planes, shape, members } = poolingOf(call);
  const xs = numbers(x);
  const values = new Float64Array(sizeOf(shape));
  const places = new Float64Array(values.length);
  const planeSize = sizeOf(size);
  const columnMajor = intAttr(call.node, "storage_order", 0) === 1;
  const strides = stridesOf(size);
  const columnStrides = stridesOf([...size].reverse()).reverse();
  const place = (at: number): number =>
    columnMajor ? size.reduce((sum, dim, axis) => sum + (Math.floor(at / strides[axis]!) % dim) * columnStrides[axis]!, 0) : at;
  for (let plane = 0; plane < planes; plane++) {
    members.forEach((covered, o) => {
      let best = -1;
      for (const at of covered) if (best < 0 || xs[plane * planeSize + at]! > xs[plane * planeSize + best]!) best = at;
      values[plane * members.length + o] = best < 0 ? -Infinity : xs[plane * planeSize + best]!;
      places[plane * members.length + o] = best < 0 ? -1 : plane * planeSize + place(best);
    });
  }
  return [held(x.dtype, shape, values), indices(places, shape)];
}

/** What remains to be said of a pooling whose value is a function of the elements that a window covers. */
const pooled = (compute: (values: Float64Array, o: number, pooling: Pooling) => number): Operator => (call) => {
  const pooling = poolingOf(call);
  const { x, size, planes, shape, members } = pooling;
  const xs = numbers(x);
  const values = new Float64Array(sizeOf(shape));
  for (let plane = 0; plane < planes; plane++) {
    const from = xs.subarray(plane * sizeOf(size));
    members.forEach((covered, o) => {
      values[plane * members.length + o] = compute(Float64Array.from(covered, (at) => from[at]!), o, pooling);
    });
  }
  return [held(x.dtype, shape, values)];
};

/** Elements of window `o` that lie in the data or its declared padding; what `ceil_mode` adds beyond does not count. */
function paddedCount({ window, size }: Pooling, o: number): number {
  const strides = stridesOf(window.out);
  return size.reduce((product, dim, axis) => {
    const start = (Math.floor(o / strides[axis]!) % window.out[axis]!) * window.strides[axis]! - window.before[axis]!;
    let count = 0;
    for (let k = 0; k < window.kernel[axis]!; k++) if (start + k * window.dilations[axis]! < dim + window.after[axis]!) count++;
    return product * count;
  }, 1);
}

const sum = (values: Float64Array): number => values.reduce((a, b) => a + b, 0);
const norm = (values: Float64Array, p: number): number => sum(values.map((x) => Math.abs(x) ** p)) ** (1 / p);

/** A pooling over everything spatial. */
const global = (compute: (values: Float64Array, call: Call) => number): Operator => (call) => {
  const x = input(call, 0);
  const [batch = 0, channels = 0, ...size] = x.shape;
  const plane = sizeOf(size);
  const xs = numbers(x);
  const values = Float64Array.from({ length: batch * channels }, (_, i) => compute(xs.subarray(i * plane, (i + 1) * plane), call));
  return [held(x.dtype, [batch, channels, ...size.map(() => 1)], values)];
};

export const poolOperators: OperatorTable = {
  MaxPool: maxPool,
  AveragePool: (call) => {
    const includePad = intAttr(call.node, "count_include_pad", 0) === 1;
    return pooled((values, o, pooling) => sum(values) / (includePad ? paddedCount(pooling, o) : values.length))(call);
  },
  LpPool: (call) => pooled((values) => norm(values, intAttr(call.node, "p", 2)))(call),
  GlobalAveragePool: global((values) => sum(values) / values.length),
  GlobalMaxPool: global((values) => values.reduce((a, b) => Math.max(a, b), -Infinity)),
  GlobalLpPool: global((values, { node }) => norm(values, intAttr(node, "p", 2))),
};
