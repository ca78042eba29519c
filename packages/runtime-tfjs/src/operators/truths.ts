import * as tf from "@tensorflow/tfjs-core";
import { align } from "../layout.js";
import { Held } from "../value.js";
import { input, type Call, type DeviceOperator } from "./operator.js";

/**
 * Comparisons and logic on wasm, with truth as the numbers 0 and 1. 200,000 elements on one core, tfjs 4.22.0: Greater .86 ms, LogicalAnd
 * 1.2, Cast to bool .24; Sub, Step, Multiply .04 each, and the Cast to floats that usually follows is nothing at all.
 */

/** 1 where d > 0, else 0. Step leaves NaN; ReLU6 of wasm makes it 0. */
export const positive = (d: tf.Tensor): tf.Tensor => tf.relu6(tf.step(d));

/** a > b. A difference of floats has the sign of the comparison to the last bit, overflow and denormals included; of equal infinities it is NaN. */
const greater = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => positive(tf.sub(a, b));

/** a > b as a truth value, where the operands are floats on wasm; undefined elsewhere. */
export function countedGreater(call: Call, a: Held, b: Held): Held | undefined {
  if (call.backend !== "wasm" || a.dtype !== "float32" || b.dtype !== "float32") return undefined;
  const { tensors, layout, shape } = align([a, b]);
  return Held.counted(shape, greater(tensors[0]!, tensors[1]!), layout);
}

export type Comparison = ">" | ">=" | "<" | "<=";

/** The next float32 above (or below) a finite one. */
export function neighbour(value: number, up: boolean): number {
  if (value === 0) return up ? 2 ** -149 : -(2 ** -149);
  const bits = new Int32Array(Float32Array.of(value).buffer);
  bits[0]! += value > 0 === up ? 1 : -1;
  return new Float32Array(bits.buffer)[0]!;
}

/** A comparison with one finite number. x ≥ n where x is more than the float below n. */
export function countedThreshold(call: Call, x: Held, limit: number, comparison: Comparison): Held | undefined {
  const bound = comparison === ">" || comparison === "<" ? limit : neighbour(limit, comparison === "<=");
  if (call.backend !== "wasm" || x.dtype !== "float32" || !Number.isFinite(bound)) return undefined;
  const t = x.in(x.layout);
  const above = comparison.startsWith(">");
  const difference = bound === 0 ? (above ? t : tf.neg(t)) : above ? tf.sub(t, bound) : tf.sub(bound, t);
  return Held.counted(x.shape, positive(difference), x.layout);
}

/** Logic by arithmetic on wasm, else by a kernel. */
export const logic = (numbers: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor, kernel: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): DeviceOperator => (call) => {
  const counted = call.backend === "wasm";
  const { tensors, layout, shape } = align([input(call, 0), input(call, 1)], counted);
  if (counted) return [Held.counted(shape, numbers(tensors[0]!, tensors[1]!), layout)];
  return [Held.device("bool", shape, kernel(truth(tensors[0]!), truth(tensors[1]!)), layout)];
};

export const not: DeviceOperator = (call) => {
  const x = input(call, 0);
  if (call.backend === "wasm") return [Held.counted(x.shape, tf.sub(1, x.numbers(x.layout)), x.layout)];
  return [Held.device("bool", x.shape, tf.logicalNot(truth(x.in(x.layout))), x.layout)];
};

/** tfjs takes numbers and truth values for different things; ONNX's logic has truth values only. */
export const truth = (x: tf.Tensor): tf.Tensor => (x.dtype === "bool" ? x : tf.cast(x, "bool"));
