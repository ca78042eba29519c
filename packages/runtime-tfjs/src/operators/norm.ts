import * as tf from "@tensorflow/tfjs-core";
import { floatAttr, intAttr, intsAttr, type Node } from "@vitrine/core";
import { Refusal } from "../errors.js";
import { axisIn } from "../layout.js";
import { Held } from "../value.js";
import { select } from "./kernels.js";
import { axisOf, input, type DeviceOperator, type Operator } from "./operator.js";

const epsilonOf = (node: Node): number => floatAttr(node, "epsilon", 1e-5);

const batchNormalization: DeviceOperator = (call) => {
  const x = input(call, 0);
  const channels = x.shape[1] ?? 1;
  const [scale, offset, mean, variance] = [1, 2, 3, 4].map((i) => input(call, i).plain() as tf.Tensor1D);
  const held = x.rank > 2 ? x.last() : x.plain();
  const flat = tf.reshape<tf.Rank.R2>(held, [held.size / Math.max(1, channels), channels]);
  if (x.size === 0) return [Held.device(x.dtype, x.shape, tf.clone(held), x.rank > 2 ? "last" : "plain")];
  const y = tf.batchNorm2d(flat, mean!, variance!, offset, scale, epsilonOf(call.node));
  return [Held.device(x.dtype, x.shape, tf.reshape(y, held.shape), x.rank > 2 ? "last" : "plain")];
};

/** (x − mean) / √(variance + ε) over `axes`, with what it was divided by. */
function standardized(x: tf.Tensor, axes: number[], epsilon: number): { y: tf.Tensor; mean: tf.Tensor; inverse: tf.Tensor } {
  const mean = tf.mean(x, axes, true);
  const centred = tf.sub(x, mean);
  const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centred), axes, true), epsilon));
  return { y: tf.mul(centred, inverse), mean, inverse };
}

const instanceNormalization: DeviceOperator = (call) => {
  const x = input(call, 0);
  const axes = x.shape.map((_, axis) => axis).slice(1, -1);
  const { y } = standardized(x.last(), axes, epsilonOf(call.node));
  return [Held.device(x.dtype, x.shape, tf.add(tf.mul(y, input(call, 1).plain()), input(call, 2).plain()), "last")];
};

const groupNormalization: DeviceOperator = (call) => {
  const x = input(call, 0);
  const groups = intAttr(call.node, "num_groups", 1);
  const [samples = 0, channels = 0, ...rest] = x.shape;
  if (groups < 1 || channels % groups !== 0) throw new Refusal(`${channels} channels are not divided by ${groups} groups`);
  const { y } = standardized(tf.reshape(x.plain(), [samples, groups, -1]), [2], epsilonOf(call.node));
  const perChannel = (index: number): tf.Tensor => tf.reshape(input(call, index).plain(), [channels, ...rest.map(() => 1)]);
  return [Held.device(x.dtype, x.shape, tf.add(tf.mul(tf.reshape(y, [...x.shape]), perChannel(1)), perChannel(2)))];
};

const layerNormalization: DeviceOperator = (call) => {
  const x = input(call, 0);
  const first = axisOf(intAttr(call.node, "axis", -1), x.rank);
  const axes = x.shape.map((_, axis) => axis).slice(first);
  const { y, mean, inverse } = standardized(x.plain(), axes, epsilonOf(call.node));
  const scaled = tf.mul(y, input(call, 1).plain());
  const moment = (value: tf.Tensor): Held => Held.device("float32", x.shape.map((dim, axis) => (axis < first ? dim : 1)), value);
  return [Held.device(x.dtype, x.shape, call.inputs[2] ? tf.add(scaled, call.inputs[2].plain()) : scaled), moment(mean), moment(inverse)];
};

/** x / (bias + α/size · Σ x²)^β, the sum over `size` neighbouring channels. */
const lrn: DeviceOperator = (call) => {
  const { node } = call;
  const x = input(call, 0);
  const size = intAttr(node, "size", 1);
  const [alpha, beta, bias] = [floatAttr(node, "alpha", 1e-4), floatAttr(node, "beta", 0.75), floatAttr(node, "bias", 1)];
  const last = x.rank > 2 ? x.last() : x.plain();
  const axis = last.rank - 1;
  const channels = last.shape[axis]!;
  const pads = last.shape.map((_, i): [number, number] => (i === axis ? [Math.floor((size - 1) / 2), Math.ceil((size - 1) / 2)] : [0, 0]));
  const squares = tf.pad(tf.square(last), pads);
  const part = (from: number): tf.Tensor => tf.slice(squares, last.shape.map((_, i) => (i === axis ? from : 0)), last.shape.map((dim, i) => (i === axis ? channels : dim)));
  const sum = Array.from({ length: size }, (_, i) => part(i)).reduce((a, b) => tf.add(a, b));
  const y = tf.div(last, tf.pow(tf.add(tf.mul(sum, alpha / size), bias), beta));
  return [Held.device(x.dtype, x.shape, y, x.rank > 2 ? "last" : "plain")];
};

const lpNormalization: DeviceOperator = (call) => {
  const x = input(call, 0);
  const axis = axisIn(x.layout, axisOf(intAttr(call.node, "axis", -1), x.rank), x.rank);
  const t = x.in(x.layout);
  const size = intAttr(call.node, "p", 2) === 1 ? tf.sum(tf.abs(t), axis, true) : tf.sqrt(tf.sum(tf.square(t), axis, true));
  return [Held.device(x.dtype, x.shape, select(tf.equal(size, 0), tf.zerosLike(t), tf.div(t, size)), x.layout)];
};

const meanVariance: DeviceOperator = (call) => {
  const x = input(call, 0);
  const axes = intsAttr(call.node, "axes", [0, 2, 3]).map((axis) => axisIn(x.layout, axisOf(axis, x.rank), x.rank));
  const t = x.in(x.layout);
  const centred = tf.sub(t, tf.mean(t, axes, true));
  return [Held.device(x.dtype, x.shape, tf.div(centred, tf.add(tf.sqrt(tf.mean(tf.square(centred), axes, true)), 1e-9)), x.layout)];
};

/** Along the channels, which lie last in pictures; elsewhere composed, as tfjs has it for the last axis only. */
const softmax = (logarithm: boolean): DeviceOperator => (call) => {
  const x = input(call, 0);
  const axis = axisIn(x.layout, axisOf(intAttr(call.node, "axis", -1), x.rank), x.rank);
  const t = x.in(x.layout);
  if (!logarithm && axis === x.rank - 1 && x.size > 0) return [Held.device(x.dtype, x.shape, tf.softmax(t), x.layout)];
  const shifted = tf.sub(t, tf.max(t, axis, true));
  const e = tf.exp(shifted);
  const y = logarithm ? tf.sub(shifted, tf.log(tf.sum(e, axis, true))) : tf.div(e, tf.sum(e, axis, true));
  return [Held.device(x.dtype, x.shape, y, x.layout)];
};

const trained = (node: Node): string | undefined => (intAttr(node, "training_mode", 0) === 0 ? undefined : "it is in training mode");

export type NormName =
  | "BatchNormalization" | "InstanceNormalization" | "GroupNormalization" | "LayerNormalization" | "LRN" | "LpNormalization" | "MeanVarianceNormalization" | "Softmax" | "LogSoftmax";

export const norms: Readonly<Record<NormName, Operator>> = {
  BatchNormalization: { device: batchNormalization, refuses: trained },
  InstanceNormalization: { device: instanceNormalization },
  GroupNormalization: { device: groupNormalization },
  LayerNormalization: { device: layerNormalization },
  LRN: { device: lrn },
  LpNormalization: { device: lpNormalization },
  MeanVarianceNormalization: { device: meanVariance },
  Softmax: { device: softmax(false) },
  LogSoftmax: { device: softmax(true) },
};
