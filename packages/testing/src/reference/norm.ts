import { floatAttr, intAttr, intsAttr, sizeOf } from "@vitrine/core";
import { held, numbers, type Held } from "./held.js";
import { axisOf, broadcastOffsets, splitAt } from "./indexing.js";
import { input, type Call, type OperatorTable } from "./operator.js";

const mean = (values: Float64Array): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Mean and 1 / √(variance + ε), the variance that of the whole population. */
function moments(values: Float64Array, epsilon: number): { readonly mean: number; readonly inverse: number } {
  const centre = mean(values);
  return { mean: centre, inverse: 1 / Math.sqrt(mean(values.map((x) => (x - centre) ** 2)) + epsilon) };
}

function batchNormalization(call: Call): Held {
  if (intAttr(call.node, "training_mode", 0) !== 0) throw new TypeError("training_mode is on, and this runtime only infers");
  const x = input(call, 0);
  const [scale, bias, centre, variance] = [1, 2, 3, 4].map((i) => numbers(input(call, i))) as [Float64Array, Float64Array, Float64Array, Float64Array];
  const epsilon = floatAttr(call.node, "epsilon", 1e-5);
  const channels = x.shape[1] ?? 1;
  const run = sizeOf(x.shape.slice(2));
  return held(x.dtype, x.shape, numbers(x).map((value, i) => {
    const c = Math.floor(i / run) % channels;
    return (scale[c]! * (value - centre[c]!)) / Math.sqrt(variance[c]! + epsilon) + bias[c]!;
  }));
}

/** Groups of neighbouring channels normalised per sample; then every channel has its own scale and bias. */
function normalizedGroups(call: Call, groups: number): Held {
  const x = input(call, 0);
  const [scale, bias] = [numbers(input(call, 1)), numbers(input(call, 2))];
  const epsilon = floatAttr(call.node, "epsilon", 1e-5);
  const [batch = 0, channels = 0, ...size] = x.shape;
  if (channels % groups !== 0) throw new RangeError(`${channels} channels cannot be split into ${groups} groups`);
  const plane = sizeOf(size);
  const run = (channels / groups) * plane;
  const xs = numbers(x);
  const ys = new Float64Array(xs.length);
  for (let g = 0; g < batch * groups; g++) {
    const { mean: centre, inverse } = moments(xs.subarray(g * run, (g + 1) * run), epsilon);
    for (let i = g * run; i < (g + 1) * run; i++) {
      const c = Math.floor(i / plane) % channels;
      ys[i] = scale[c]! * (xs[i]! - centre) * inverse + bias[c]!;
    }
  }
  return held(x.dtype, x.shape, ys);
}

/** Normalises over `axis` and all after it. Further outputs: the mean and the inverse deviation, those axes kept as 1. */
function layerNormalization(call: Call): readonly Held[] {
  const x = input(call, 0);
  const axis = axisOf(intAttr(call.node, "axis", -1), x.shape.length);
  const epsilon = floatAttr(call.node, "epsilon", 1e-5);
  const scale = input(call, 1);
  const bias = call.inputs[2];
  const inner = x.shape.slice(axis);
  const run = sizeOf(inner);
  const scaleAt = broadcastOffsets(scale.shape, x.shape);
  const biasAt = bias && broadcastOffsets(bias.shape, x.shape);
  const xs = numbers(x);
  const ys = new Float64Array(xs.length);
  const count = sizeOf(x.shape.slice(0, axis));
  const [means, inverses] = [new Float64Array(count), new Float64Array(count)];
  for (let r = 0; r < count; r++) {
    const { mean: centre, inverse } = moments(xs.subarray(r * run, (r + 1) * run), epsilon);
    means[r] = centre;
    inverses[r] = inverse;
    for (let i = r * run; i < (r + 1) * run; i++) {
      ys[i] = (xs[i]! - centre) * inverse * numbers(scale)[scaleAt[i]!]! + (bias && biasAt ? numbers(bias)[biasAt[i]!]! : 0);
    }
  }
  const kept = x.shape.map((dim, i) => (i < axis ? dim : 1));
  return [held(x.dtype, x.shape, ys), held("float32", kept, means), held("float32", kept, inverses)];
}

/** Local response normalisation across channels (Krizhevsky et al. 2012, 3.3): x / (bias + α/size · Σ x²)^β. */
function localResponse(call: Call): Held {
  const x = input(call, 0);
  const size = intAttr(call.node, "size", 1);
  const [alpha, beta, bias] = [floatAttr(call.node, "alpha", 1e-4), floatAttr(call.node, "beta", 0.75), floatAttr(call.node, "bias", 1)];
  const channels = x.shape[1] ?? 1;
  const plane = sizeOf(x.shape.slice(2));
  const xs = numbers(x);
  const [below, above] = [Math.floor((size - 1) / 2), Math.ceil((size - 1) / 2)];
  return held(x.dtype, x.shape, xs.map((value, i) => {
    const c = Math.floor(i / plane) % channels;
    let squares = 0;
    for (let other = Math.max(0, c - below); other <= Math.min(channels - 1, c + above); other++) squares += xs[i + (other - c) * plane]! ** 2;
    return value / (bias + (alpha / size) * squares) ** beta;
  }));
}

function lpNormalization(call: Call): Held {
  const x = input(call, 0);
  const p = intAttr(call.node, "p", 2);
  const { outer, size, inner } = splitAt(x.shape, axisOf(intAttr(call.node, "axis", -1), x.shape.length));
  const xs = numbers(x);
  const ys = new Float64Array(xs.length);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const start = o * size * inner + i;
      let total = 0;
      for (let k = 0; k < size; k++) total += Math.abs(xs[start + k * inner]!) ** p;
      const norm = total ** (1 / p);
      for (let k = 0; k < size; k++) ys[start + k * inner] = norm === 0 ? 0 : xs[start + k * inner]! / norm;
    }
  }
  return held(x.dtype, x.shape, ys);
}

/** (x − mean) / (deviation + 10⁻⁹) over `axes`, as ONNX's own function body has it. */
function meanVariance(call: Call): Held {
  const x = input(call, 0);
  const axes = new Set(intsAttr(call.node, "axes", [0, 2, 3]).map((axis) => axisOf(axis, x.shape.length)));
  const groupShape = x.shape.map((dim, axis) => (axes.has(axis) ? 1 : dim));
  const groupAt = broadcastOffsets(groupShape, x.shape);
  const xs = numbers(x);
  const totals = Array.from({ length: sizeOf(groupShape) }, () => ({ count: 0, sum: 0, squares: 0 }));
  xs.forEach((value, i) => {
    const total = totals[groupAt[i]!]!;
    total.count++;
    total.sum += value;
    total.squares += value * value;
  });
  return held(x.dtype, x.shape, xs.map((value, i) => {
    const { count, sum, squares } = totals[groupAt[i]!]!;
    return (value - sum / count) / (Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2)) + 1e-9);
  }));
}

export const normOperators: OperatorTable = {
  BatchNormalization: (call) => [batchNormalization(call)],
  InstanceNormalization: (call) => [normalizedGroups(call, input(call, 0).shape[1] ?? 1)],
  GroupNormalization: (call) => [normalizedGroups(call, intAttr(call.node, "num_groups", 1))],
  LayerNormalization: layerNormalization,
  LRN: (call) => [localResponse(call)],
  LpNormalization: (call) => [lpNormalization(call)],
  MeanVarianceNormalization: (call) => [meanVariance(call)],
};
