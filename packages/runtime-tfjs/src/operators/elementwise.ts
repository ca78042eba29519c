import * as tf from "@tensorflow/tfjs-core";
import { floatAttr, stringAttr, type DType } from "@vitrine/core";
import { align } from "../layout.js";
import { Held } from "../value.js";
import { input, type Call, type DeviceOperator, type Operator } from "./operator.js";

type Unary = (x: tf.Tensor, call: Call) => tf.Tensor;

/** A function of each element, in whatever layout the value is held. */
export const each = (compute: Unary, dtype?: DType): DeviceOperator => (call) => {
  const x = input(call, 0);
  return [Held.device(dtype ?? x.dtype, x.shape, compute(x.in(x.layout), call), x.layout)];
};

/** A function of two or more values that are broadcast. */
export const broadcast = (compute: (operands: readonly tf.Tensor[], call: Call) => tf.Tensor, dtype?: DType): DeviceOperator => (call) => {
  const given = call.inputs.filter((value) => value !== undefined);
  const { tensors, layout, shape } = align(given);
  return [Held.device(dtype ?? given[0]!.dtype, shape, compute(tensors, call), layout)];
};

const fold = (combine: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor) => (operands: readonly tf.Tensor[]): tf.Tensor =>
  operands.length === 1 ? tf.clone(operands[0]!) : operands.reduce(combine);

/** exp(x) − 1 keeps its digits near zero; wasm's kernel does, and no backend lacks it. */
const elu = (x: tf.Tensor, alpha: number): tf.Tensor => tf.where(tf.greater(x, 0), x, tf.mul(tf.expm1(tf.minimum(x, 0)), alpha));

const hardSigmoid = (x: tf.Tensor, alpha: number, beta: number): tf.Tensor => tf.clipByValue(tf.add(tf.mul(x, alpha), beta), 0, 1);

/** max(x, 0) + log1p(exp(−|x|)): nothing overflows. */
const softplus = (x: tf.Tensor): tf.Tensor => tf.add(tf.relu(x), tf.log1p(tf.exp(tf.neg(tf.abs(x)))));

const gelu = (x: tf.Tensor, call: Call): tf.Tensor => {
  if (stringAttr(call.node, "approximate", "none") === "tanh") {
    const inner = tf.mul(tf.add(x, tf.mul(tf.mul(tf.square(x), x), 0.044715)), Math.sqrt(2 / Math.PI));
    return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(inner), 1));
  }
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
};

const negative = (x: tf.Tensor): tf.Tensor => tf.less(x, 0);

export type ElementwiseName =
  | "Abs" | "Neg" | "Ceil" | "Floor" | "Sqrt" | "Exp" | "Log" | "Reciprocal" | "Sin" | "Cos" | "Tan" | "Asin" | "Acos" | "Atan" | "Sinh" | "Cosh" | "Tanh" | "Asinh" | "Acosh" | "Atanh"
  | "Erf" | "Relu" | "Sigmoid" | "Softplus" | "Softsign" | "Mish" | "HardSwish" | "HardSigmoid" | "LeakyRelu" | "Elu" | "Celu" | "Selu" | "ThresholdedRelu" | "Gelu" | "Sign" | "Round"
  | "Shrink" | "IsNaN" | "IsInf" | "PRelu" | "Sum" | "Mean" | "Clip";

const attribute = (call: Call, name: string, fallback: number): number => floatAttr(call.node, name, fallback);

const unary: Readonly<Record<Exclude<ElementwiseName, "IsNaN" | "IsInf" | "PRelu" | "Sum" | "Mean" | "Clip">, Unary>> = {
  Abs: tf.abs, Neg: tf.neg, Ceil: tf.ceil, Floor: tf.floor, Sqrt: tf.sqrt, Exp: tf.exp, Log: tf.log, Reciprocal: tf.reciprocal,
  Sin: tf.sin, Cos: tf.cos, Tan: tf.tan, Asin: tf.asin, Acos: tf.acos, Atan: tf.atan, Sinh: tf.sinh, Cosh: tf.cosh, Tanh: tf.tanh, Asinh: tf.asinh, Acosh: tf.acosh, Atanh: tf.atanh,
  Erf: tf.erf, Relu: tf.relu, Sigmoid: tf.sigmoid, Sign: tf.sign, Round: tf.round, Softplus: softplus,
  Softsign: (x) => tf.div(x, tf.add(tf.abs(x), 1)),
  Mish: (x) => tf.mul(x, tf.tanh(softplus(x))),
  HardSwish: (x) => tf.mul(x, hardSigmoid(x, 1 / 6, 0.5)),
  HardSigmoid: (x, call) => hardSigmoid(x, attribute(call, "alpha", 0.2), attribute(call, "beta", 0.5)),
  LeakyRelu: (x, call) => tf.leakyRelu(x, attribute(call, "alpha", 0.01)),
  Elu: (x, call) => elu(x, attribute(call, "alpha", 1)),
  Celu: (x, call) => {
    const alpha = attribute(call, "alpha", 1);
    return tf.add(tf.relu(x), tf.mul(tf.expm1(tf.div(tf.minimum(x, 0), alpha)), alpha));
  },
  Selu: (x, call) => tf.mul(elu(x, attribute(call, "alpha", 1.6732632423543772)), attribute(call, "gamma", 1.0507009873554805)),
  ThresholdedRelu: (x, call) => tf.where(tf.greater(x, attribute(call, "alpha", 1)), x, tf.zerosLike(x)),
  Gelu: gelu,
  Shrink: (x, call) => {
    const [bias, threshold] = [attribute(call, "bias", 0), attribute(call, "lambd", 0.5)];
    return tf.where(tf.less(x, -threshold), tf.add(x, bias), tf.where(tf.greater(x, threshold), tf.sub(x, bias), tf.zerosLike(x)));
  },
};

const isInf = (x: tf.Tensor, call: Call): tf.Tensor => {
  const [below, above] = [call.node.attributes["detect_negative"], call.node.attributes["detect_positive"]];
  const infinite = tf.isInf(x);
  if (below?.type === "int" && Number(below.value) === 0) return tf.logicalAnd(infinite, tf.greater(x, 0));
  return above?.type === "int" && Number(above.value) === 0 ? tf.logicalAnd(infinite, negative(x)) : infinite;
};

const clip: DeviceOperator = (call) => {
  const x = input(call, 0);
  const end = (index: number, fallback: number): number => {
    const given = call.inputs[index]?.host();
    return given ? Number(given.data[0]) : fallback;
  };
  const [low, high] = [end(1, -Infinity), end(2, Infinity)];
  const t = x.in(x.layout);
  // clipByValue refuses ends that are swapped, and wants finite ones.
  const y = Number.isFinite(low) && Number.isFinite(high) && low <= high ? tf.clipByValue(t, low, high) : tf.minimum(tf.maximum(t, tf.scalar(low, "float32")), tf.scalar(high, "float32"));
  return [Held.device(x.dtype, x.shape, y, x.layout)];
};

const exact = new Set(["Abs", "Neg", "Sign"]);

export const elementwise: Readonly<Record<ElementwiseName, Operator>> = {
  ...(Object.fromEntries(Object.entries(unary).map(([op, compute]) => [op, { device: each(compute), exact: exact.has(op) }])) as Record<keyof typeof unary, Operator>),
  IsNaN: { device: each(tf.isNaN, "bool") },
  IsInf: { device: each(isInf, "bool") },
  PRelu: { device: broadcast(([x, slope]) => tf.where(negative(x!), tf.mul(x!, slope!), x!)) },
  Sum: { device: broadcast(fold(tf.add)) },
  Mean: { device: broadcast((operands) => tf.div(fold(tf.add)(operands), operands.length)) },
  Clip: { device: clip, reads: [1, 2], exact: true },
};
