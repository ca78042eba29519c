import * as tf from "@tensorflow/tfjs-core";
import type { Node } from "@vitrine/core";
import { Refusal } from "../errors.js";

/** An activation of a recurrent cell. */
export type Curve = (x: tf.Tensor) => tf.Tensor;

interface Kind {
  /** How many of `activation_alpha` and `activation_beta` it takes, with the values that stand where none are given. */
  readonly defaults: readonly number[];
  readonly make: (alpha: number, beta: number) => Curve;
}

const softplus: Curve = (x) => tf.add(tf.relu(x), tf.log1p(tf.exp(tf.neg(tf.abs(x)))));

const kinds: Readonly<Record<string, Kind>> = {
  relu: { defaults: [], make: () => tf.relu },
  tanh: { defaults: [], make: () => tf.tanh },
  sigmoid: { defaults: [], make: () => tf.sigmoid },
  softsign: { defaults: [], make: () => (x) => tf.div(x, tf.add(tf.abs(x), 1)) },
  softplus: { defaults: [], make: () => softplus },
  affine: { defaults: [1, 0], make: (alpha, beta) => (x) => tf.add(tf.mul(x, alpha), beta) },
  scaledtanh: { defaults: [1, 1], make: (alpha, beta) => (x) => tf.mul(tf.tanh(tf.mul(x, beta)), alpha) },
  hardsigmoid: { defaults: [0.2, 0.5], make: (alpha, beta) => (x) => tf.clipByValue(tf.add(tf.mul(x, alpha), beta), 0, 1) },
  leakyrelu: { defaults: [0.01], make: (alpha) => (x) => tf.leakyRelu(x, alpha) },
  thresholdedrelu: { defaults: [1], make: (alpha) => (x) => tf.where(tf.greaterEqual(x, alpha), x, tf.zerosLike(x)) },
  elu: { defaults: [1], make: (alpha) => (x) => tf.add(tf.relu(x), tf.mul(tf.expm1(tf.minimum(x, 0)), alpha)) },
};

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
    return kind.make(alpha === undefined ? 0 : (alphas.shift() ?? alpha), beta === undefined ? 0 : (betas.shift() ?? beta));
  });
}
