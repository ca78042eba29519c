import * as tf from "@tensorflow/tfjs-core";
import { intAttr, intsAttr, sizeOf } from "@vitrine/core";
import { floats } from "../floats.js";
import { axisIn } from "../layout.js";
import { Held } from "../value.js";
import { select } from "./kernels.js";
import { axisOf, input, numbersAt, type Call, type DeviceOperator, type Operator } from "./operator.js";

type Reduce = (x: tf.Tensor, axes: number[]) => tf.Tensor;

/** The axes that a reduction is over; undefined where it is over none. */
function reducedAxes(call: Pick<Call, "node" | "inputs">, rank: number): number[] | undefined {
  const given = numbersAt(call, 1) ?? intsAttr(call.node, "axes") ?? [];
  if (given.length > 0) return [...new Set(given.map((axis) => axisOf(axis, rank)))].sort((a, b) => a - b);
  return intAttr(call.node, "noop_with_empty_axes", 0) === 1 ? undefined : Array.from({ length: rank }, (_, axis) => axis);
}

/**
 * A reduction that keeps its axes, in the layout of its input; dropping them afterwards costs nothing where their order stays.
 * @param ofNothing what it gives where there is nothing to reduce: tfjs's wasm kernels leave there what lay in memory
 */
const reduction = (reduce: Reduce, ofNothing: number, pointwise?: (x: tf.Tensor) => tf.Tensor): DeviceOperator => (call) => {
  const x = input(call, 0);
  const axes = reducedAxes(call, x.rank);
  if (axes && sizeOf(x.shape) === 0) {
    const left = intAttr(call.node, "keepdims", 1) !== 0 ? x.shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim)) : x.shape.filter((_, axis) => !axes.includes(axis));
    return [Held.device(x.dtype, left, tf.fill([...left], ofNothing))];
  }
  if (!axes) return [Held.device(x.dtype, x.shape, pointwise ? pointwise(x.plain()) : tf.clone(x.plain()))];
  const y = reduce(x.in(x.layout), axes.map((axis) => axisIn(x.layout, axis, x.rank)));
  const keptShape = x.shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim));
  const kept = Held.device(x.dtype, keptShape, y, x.layout);
  if (intAttr(call.node, "keepdims", 1) !== 0) return [kept];
  const shape = x.shape.filter((_, axis) => !axes.includes(axis));
  const inOrder = x.layout === "plain" || axes.includes(1) || x.shape.every((_, axis) => axis < 2 || axes.includes(axis));
  return [Held.device(x.dtype, shape, tf.reshape(inOrder ? y : kept.plain(), shape))];
};

const logSumExp: Reduce = (x, axes) => {
  const top = tf.max(x, axes, true);
  // The largest may be infinite: the difference of infinities is no number.
  const finite = tf.where(tf.isFinite(top), top, tf.zerosLike(top));
  return tf.add(tf.log(tf.sum(tf.exp(tf.sub(x, finite)), axes, true)), finite);
};

/** The first of equals on every backend (GPU kernels compare in parallel and promise nothing), or the last. */
function extremeAt(x: tf.Tensor, axis: number, kind: "max" | "min", lastOne: boolean, backend: string): tf.Tensor {
  const ordered = !lastOne && (backend === "wasm" || backend === "cpu");
  if (ordered) return kind === "max" ? tf.argMax(x, axis) : tf.argMin(x, axis);
  const best = kind === "max" ? tf.max(x, axis, true) : tf.min(x, axis, true);
  const count = x.shape[axis]!;
  const places = tf.tensor(Float32Array.from({ length: count }, (_, i) => i), x.shape.map((_, i) => (i === axis ? count : 1)));
  const at = select(tf.equal(x, best), places, tf.scalar(lastOne ? -1 : count));
  return tf.cast(lastOne ? tf.max(at, axis) : tf.min(at, axis), "int32");
}

const argument = (kind: "max" | "min"): DeviceOperator => (call) => {
  const x = input(call, 0);
  const axis = axisOf(intAttr(call.node, "axis", 0), x.rank);
  // Along the channels the rest stays in order.
  const layout = axis === 1 ? x.layout : "plain";
  const y = extremeAt(x.in(layout), axisIn(layout, axis, x.rank), kind, intAttr(call.node, "select_last_index", 0) !== 0, call.backend);
  const dropped = x.shape.filter((_, i) => i !== axis);
  if (intAttr(call.node, "keepdims", 1) === 0) return [Held.device("int64", dropped, y)];
  const shape = x.shape.map((dim, i) => (i === axis ? 1 : dim));
  return [Held.device("int64", shape, tf.reshape(y, shape))];
};

const topK: DeviceOperator = (call) => {
  const x = input(call, 0);
  const [k = 0] = numbersAt(call, 1) ?? [];
  const axis = axisOf(intAttr(call.node, "axis", -1), x.rank);
  const largest = intAttr(call.node, "largest", 1) !== 0;
  const order = [...x.shape.map((_, i) => i).filter((i) => i !== axis), axis];
  const moved = axis === x.rank - 1 ? x.plain() : tf.transpose(x.plain(), order);
  const { values, indices } = tf.topk(largest ? moved : tf.neg(moved), k, true);
  const back = order.map((_, i) => order.indexOf(i));
  const placed = (t: tf.Tensor): tf.Tensor => (axis === x.rank - 1 ? t : tf.transpose(t, back));
  const shape = x.shape.map((dim, i) => (i === axis ? k : dim));
  return [Held.device(x.dtype, shape, placed(largest ? values : tf.neg(values))), Held.device("int64", shape, placed(indices))];
};

const cumSum: DeviceOperator = (call) => {
  const x = input(call, 0);
  const [axis = 0] = numbersAt(call, 1) ?? [];
  const flag = (name: string): boolean => intAttr(call.node, name, 0) !== 0;
  return [Held.device(x.dtype, x.shape, tf.cumsum(x.plain(), axisOf(axis, x.rank), flag("exclusive"), flag("reverse")))];
};

const hardmax: DeviceOperator = (call) => {
  const x = input(call, 0);
  const axis = axisOf(intAttr(call.node, "axis", -1), x.rank);
  const t = x.plain();
  const at = tf.expandDims(extremeAt(t, axis, "max", false, call.backend), axis);
  const places = tf.tensor(Int32Array.from({ length: x.shape[axis]! }, (_, i) => i), x.shape.map((dim, i) => (i === axis ? dim : 1)), "int32");
  return [Held.device(x.dtype, x.shape, floats(tf.equal(at, places)))];
};

export type ReduceName =
  | "ReduceSum" | "ReduceMean" | "ReduceMax" | "ReduceMin" | "ReduceProd" | "ReduceL1" | "ReduceL2" | "ReduceSumSquare" | "ReduceLogSum" | "ReduceLogSumExp"
  | "ArgMax" | "ArgMin" | "TopK" | "CumSum" | "Hardmax";

const summed: Reduce = (x, axes) => tf.sum(x, axes, true);

export const reductions: Readonly<Record<ReduceName, Operator>> = {
  ReduceSum: { device: reduction(summed, 0), reads: [1], exact: true },
  ReduceMean: { device: reduction((x, axes) => tf.mean(x, axes, true), NaN), reads: [1] },
  ReduceMax: { device: reduction((x, axes) => tf.max(x, axes, true), -Infinity), reads: [1], exact: true },
  ReduceMin: { device: reduction((x, axes) => tf.min(x, axes, true), Infinity), reads: [1], exact: true },
  ReduceProd: { device: reduction((x, axes) => tf.prod(x, axes, true), 1), reads: [1], exact: true },
  ReduceL1: { device: reduction((x, axes) => summed(tf.abs(x), axes), 0, tf.abs), reads: [1] },
  ReduceL2: { device: reduction((x, axes) => tf.sqrt(summed(tf.square(x), axes)), 0, tf.abs), reads: [1] },
  ReduceSumSquare: { device: reduction((x, axes) => summed(tf.square(x), axes), 0, tf.square), reads: [1] },
  ReduceLogSum: { device: reduction((x, axes) => tf.log(summed(x, axes)), -Infinity, tf.log), reads: [1] },
  ReduceLogSumExp: { device: reduction(logSumExp, -Infinity), reads: [1] },
  ArgMax: { device: argument("max") },
  ArgMin: { device: argument("min") },
  TopK: { device: topK, reads: [1] },
  CumSum: { device: cumSum, reads: [1], exact: true },
  Hardmax: { device: hardmax },
};
