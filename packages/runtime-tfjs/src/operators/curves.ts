import * as tf from "@tensorflow/tfjs-core";
import type { Node } from "@vitrine/core";
import { Refusal } from "../errors.js";
import { exponential } from "./exponential.js";

/** An activation of a recurrent cell: by kernels, and of `count` numbers from `at` on, in their place. */
export interface Curve {
  readonly ofTensor: (x: tf.Tensor) => tf.Tensor;
  readonly inPlace: (x: Float32Array, at: number, count: number) => void;
}

interface Kind {
  /** How many of `activation_alpha` and `activation_beta` it takes, with the values that stand where none are given. */
  readonly defaults: readonly number[];
  readonly make: (alpha: number, beta: number) => Curve;
}

const curve = (ofTensor: Curve["ofTensor"], ofNumber: (x: number) => number): Curve => ({
  ofTensor,
  inPlace: (x, at, count) => {
    for (let k = at; k < at + count; k++) x[k] = ofNumber(x[k]!);
  },
});

/** The two that nearly every cell has are loops of their own: a call for each number would take as long again. */
const sigmoid: Curve = {
  ofTensor: tf.sigmoid,
  inPlace: (x, at, count) => {
    for (let k = at; k < at + count; k++) x[k] = 1 / (1 + exponential(-x[k]!));
  },
};
/** tanh x = 1 − 2 / (1 + e²ˣ), in doubles: a difference of nearly equal numbers leaves an error of 1e-16. */
const tanh: Curve = {
  ofTensor: tf.tanh,
  inPlace: (x, at, count) => {
    for (let k = at; k < at + count; k++) x[k] = 1 - 2 / (1 + exponential(2 * x[k]!));
  },
};

/** Formulas: https://onnx.ai/onnx/operators/onnx__LSTM.html */
const kinds: Readonly<Record<string, Kind>> = {
  relu: { defaults: [], make: () => curve(tf.relu, (x) => (x < 0 ? 0 : x)) },
  tanh: { defaults: [], make: () => tanh },
  sigmoid: { defaults: [], make: () => sigmoid },
  softsign: { defaults: [], make: () => curve((x) => tf.div(x, tf.add(tf.abs(x), 1)), (x) => x / (1 + Math.abs(x))) },
  softplus: { defaults: [], make: () => curve((x) => tf.add(tf.relu(x), tf.log1p(tf.exp(tf.neg(tf.abs(x))))), (x) => Math.max(0, x) + Math.log1p(Math.exp(-Math.abs(x)))) },
  affine: { defaults: [1, 0], make: (alpha, beta) => curve((x) => tf.add(tf.mul(x, alpha), beta), (x) => alpha * x + beta) },
  scaledtanh: { defaults: [1, 1], make: (alpha, beta) => curve((x) => tf.mul(tf.tanh(tf.mul(x, beta)), alpha), (x) => alpha * Math.tanh(beta * x)) },
  hardsigmoid: { defaults: [0.2, 0.5], make: (alpha, beta) => curve((x) => tf.clipByValue(tf.add(tf.mul(x, alpha), beta), 0, 1), (x) => Math.max(0, Math.min(1, alpha * x + beta))) },
  leakyrelu: { defaults: [0.01], make: (alpha) => curve((x) => tf.leakyRelu(x, alpha), (x) => (x < 0 ? alpha * x : x)) },
  thresholdedrelu: { defaults: [1], make: (alpha) => curve((x) => tf.where(tf.greaterEqual(x, alpha), x, tf.zerosLike(x)), (x) => (x >= alpha ? x : 0)) },
  elu: { defaults: [1], make: (alpha) => curve((x) => tf.add(tf.relu(x), tf.mul(tf.expm1(tf.minimum(x, 0)), alpha)), (x) => (x < 0 ? alpha * Math.expm1(x) : x)) },
};

/** In lower case; ONNX compares them without regard to it. */
export const curveNames: readonly string[] = Object.keys(kinds);

export const knownCurve = (name: string): boolean => Object.hasOwn(kinds, name.toLowerCase());

/** The activations of all directions in order; α and β are handed out to those that take them, one after the other. */
export function curvesOf(node: Node, fallback: readonly string[], directions: number): Curve[] {
  const given = node.attributes["activations"];
  const names = given?.type === "strings" ? given.value : Array.from({ length: directions }, () => fallback).flat();
  if (names.length !== fallback.length * directions) throw new Refusal(`${names.length} activations are given, and ${fallback.length * directions} are needed`);
  const floats = (name: string): number[] => {
    const found = node.attributes[name];
    return found?.type === "floats" ? [...found.value] : [];
  };
  const [alphas, betas] = [floats("activation_alpha"), floats("activation_beta")];
  return names.map((name) => {
    const kind = knownCurve(name) ? kinds[name.toLowerCase()]! : undefined;
    if (!kind) throw new Refusal(`\`${name}\` is no activation`);
    const [alpha, beta] = kind.defaults;
    // As float32, which they are in a file: a threshold must not lie between two of the numbers that it is compared with.
    return kind.make(Math.fround(alpha === undefined ? 0 : (alphas.shift() ?? alpha)), Math.fround(beta === undefined ? 0 : (betas.shift() ?? beta)));
  });
}
