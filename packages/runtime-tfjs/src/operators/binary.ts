import * as tf from "@tensorflow/tfjs-core";
import { broadcast, each } from "./elementwise.js";
import { align } from "../layout.js";
import { Held } from "../value.js";
import { nearHost } from "./heap.js";
import { select } from "./kernels.js";
import { countedGreater, countedThreshold, logic, not, truth, type Comparison } from "./truths.js";
import { input, type Operator } from "./operator.js";

type Pair = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

/** Of two or more operands, one after the other. */
const folded = (combine: Pair): Operator => ({ device: broadcast((operands) => (operands.length === 1 ? tf.clone(operands[0]!) : operands.reduce(combine))), exact: true });
const compared = (compare: Pair): Operator => ({ device: broadcast(([a, b]) => compare(a!, b!), "bool") });

/** On wasm a comparison of floats is a step, and counts in numbers. */
const ordered = (compare: Pair, comparison: Comparison): Operator => ({
  device: (call) => {
    const [a, b] = [input(call, 0), input(call, 1)];
    const bound = b.size === 1 && b.rank <= a.rank ? Number(b.onHost?.data[0] ?? NaN) : NaN;
    const counted = Number.isFinite(bound) ? countedThreshold(call, a, bound, comparison) : comparison === ">" ? countedGreater(call, a, b) : comparison === "<" ? countedGreater(call, b, a) : undefined;
    return counted ? [counted] : broadcast(([p, q]) => compare(p!, q!), "bool")(call);
  },
});

/** Truncated, as C's fmod: the sign of the dividend. tfjs's own mod has the divisor's. */
const fmod: Pair = (a, b) => {
  const quotient = tf.div(a, b);
  const whole = tf.mul(tf.sign(quotient), tf.floor(tf.abs(quotient)));
  return tf.sub(a, tf.mul(whole, b));
};

/** A negative base with a whole exponent is well defined, and no GPU's pow computes it. */
const composedPow: Pair = (a, b) => {
  const size = tf.pow(tf.abs(a), b);
  const odd = tf.notEqual(tf.mul(tf.floor(tf.div(b, 2)), 2), b);
  const whole = tf.equal(tf.floor(b), b);
  const signed = tf.where(tf.logicalAnd(tf.less(a, 0), odd), tf.neg(size), size);
  return tf.where(tf.logicalAnd(tf.less(a, 0), tf.logicalNot(whole)), tf.fill(signed.shape, NaN), signed);
};

const power: Operator = {
  exact: true,
  reads: [1],
  device: (call) => {
    // C's pow knows negative bases, and wasm and cpu call it.
    const pow = nearHost() ? tf.pow : composedPow;
    const exponent = input(call, 1).host();
    const x = input(call, 0);
    if (exponent.data.length !== 1 || exponent.shape.length > x.rank) return broadcast(([a, b]) => pow(a!, tf.cast(b!, "float32")))(call);
    const n = Number(exponent.data[0]);
    const simple = n === 2 ? tf.square : n === 0.5 ? tf.sqrt : n === -1 ? tf.reciprocal : n === 1 ? (t: tf.Tensor) => tf.clone(t) : (t: tf.Tensor) => pow(t, tf.scalar(n));
    return each(simple)(call);
  },
};

const where: Operator = {
  device: (call) => {
    const [condition, yes, no] = [input(call, 0), input(call, 1), input(call, 2)];
    const { tensors, layout, shape } = align([condition, yes, no]);
    return [Held.device(yes.dtype, shape, select(truth(tensors[0]!), tensors[1]!, tensors[2]!), layout)];
  },
};

export type BinaryName =
  | "Add" | "Sub" | "Mul" | "Div" | "Max" | "Min" | "Pow" | "Mod" | "Equal" | "Greater" | "GreaterOrEqual" | "Less" | "LessOrEqual" | "And" | "Or" | "Xor" | "Not" | "Where";

export const binary: Readonly<Record<BinaryName, Operator>> = {
  Add: folded(tf.add), Sub: folded(tf.sub), Mul: folded(tf.mul), Div: folded(tf.div), Max: folded(tf.maximum), Min: folded(tf.minimum), Pow: power,
  Mod: { exact: true, device: broadcast(([a, b]) => fmod(a!, b!)) },
  Equal: compared(tf.equal), Greater: ordered(tf.greater, ">"), GreaterOrEqual: ordered(tf.greaterEqual, ">="), Less: ordered(tf.less, "<"), LessOrEqual: ordered(tf.lessEqual, "<="),
  And: { device: logic(tf.mul, tf.logicalAnd) },
  Or: { device: logic((a, b) => tf.step(tf.add(a, b)), tf.logicalOr) },
  Xor: { device: logic((a, b) => tf.abs(tf.sub(a, b)), tf.logicalXor) },
  Not: { device: not },
  Where: where,
};
