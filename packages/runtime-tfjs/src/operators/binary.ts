import * as tf from "@tensorflow/tfjs-core";
import { broadcast, each } from "./elementwise.js";
import { align } from "../layout.js";
import { Held } from "../value.js";
import { above, below, both, nearHost, select } from "./kernels.js";
import { input, type Operator } from "./operator.js";

type Pair = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

/** Of two or more operands, one after the other. */
const folded = (combine: Pair): Operator => ({ device: broadcast((operands) => (operands.length === 1 ? tf.clone(operands[0]!) : operands.reduce(combine))), exact: true });
const compared = (compare: Pair): Operator => ({ device: broadcast(([a, b]) => compare(a!, b!), "bool") });

/** A comparison with one finite number is a step on wasm. */
const threshold = (compare: Pair, withNumber: (x: tf.Tensor, limit: number) => tf.Tensor): Operator => ({
  device: (call) => {
    const [x, limit] = [input(call, 0), input(call, 1)];
    const bound = limit.size === 1 && limit.rank <= x.rank && x.dtype === "float32" ? Number(limit.onHost?.data[0] ?? NaN) : NaN;
    if (Number.isFinite(bound)) return [Held.device("bool", x.shape, withNumber(x.in(x.layout), bound), x.layout)];
    return broadcast(([a, b]) => compare(a!, b!), "bool")(call);
  },
});
/** tfjs takes numbers and truth values for different things; ONNX's logic has truth values only. */
const truth = (x: tf.Tensor): tf.Tensor => (x.dtype === "bool" ? x : tf.cast(x, "bool"));

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
  Equal: compared(tf.equal), Greater: threshold(tf.greater, above), GreaterOrEqual: compared(tf.greaterEqual), Less: threshold(tf.less, below), LessOrEqual: compared(tf.lessEqual),
  And: compared((a, b) => both(truth(a), truth(b))),
  Or: compared((a, b) => tf.logicalOr(truth(a), truth(b))),
  Xor: compared((a, b) => tf.logicalXor(truth(a), truth(b))),
  Not: { device: each((x) => tf.logicalNot(truth(x)), "bool") },
  Where: where,
};
