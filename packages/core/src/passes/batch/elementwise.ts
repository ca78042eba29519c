import { intAttr } from "../../graph/attributes.js";
import { perSample, type BatchFlow, type FlowRule, type FlowRules, type NodeFlow } from "./flow.js";

/** One input of data, everything else parameters: samples stay where they are. */
const unary: FlowRule = (node) => node.give(node.only());

/** Numpy broadcasting: axes are counted from the back. */
const broadcast: FlowRule = (node) => {
  const indices = node.original.inputs.flatMap((name, i) => (name === "" ? [] : [i]));
  const carriers = indices.filter((i) => node.batch(i) !== undefined);
  const others = indices.filter((i) => !carriers.includes(i) && !isSingle(node.shape(i)));
  const first = node.batch(carriers[0]!)!;
  if (carriers.length === 1 && others.length === 0) return node.give(first);
  const rank = Math.max(...[...carriers, ...others].map((i) => node.needRank(i)));
  const aligned = (i: number, flow: BatchFlow): number => flow.axis + rank - node.needRank(i);
  const axis = aligned(carriers[0]!, first);
  for (const i of carriers) {
    const flow = node.batch(i)!;
    if (aligned(i, flow) !== axis || flow.outer !== first.outer || flow.inner !== first.inner) node.fail("its inputs hold the samples along different axes");
  }
  for (const i of others) {
    const shape = node.needShape(i);
    const dim = shape[axis - (rank - shape.length)] ?? 1;
    if (dim !== 1) node.fail(`\`${node.name(i)}\` is shared by the samples and has size ${dim} where they lie`);
  }
  node.give({ ...first, axis, rank });
};

/** A scalar, or one element: it meets everything without changing a shape of rank 1 or more. */
const isSingle = (shape: readonly number[] | undefined): boolean => shape !== undefined && shape.length <= 1 && shape.every((dim) => dim === 1);

/** Scale and zero point per tensor, or along an axis that is not the batch. */
const quantize: FlowRule = (node) => {
  const flow = node.only();
  if (!isSingle(node.shape(1)) && node.axis(0, intAttr(node.original, "axis", 1)) === flow.axis) node.fail("its scale lies along the batch");
  node.give(flow);
};

const dropout: FlowRule = (node) => {
  const training = node.has(2) ? node.numbers(2) : [0];
  if (training?.[0] !== 0) node.fail("it may be in training mode, where it draws random numbers");
  node.give(node.only());
};

/** Elementwise, except that a batch merged with other axes must meet its like. */
const sameType: FlowRule = (node) => {
  const flow = node.batch(0) ?? node.fail("only the type it is given depends on the batch");
  node.give(flow);
};

const unaryOps = [
  "Abs", "Acos", "Acosh", "Asin", "Asinh", "Atan", "Atanh", "BitwiseNot", "Cast", "Ceil", "Celu", "Clip", "Cos", "Cosh", "Elu", "Erf", "Exp", "Floor", "Gelu", "HardSigmoid", "HardSwish",
  "Identity", "IsInf", "IsNaN", "LeakyRelu", "Log", "Mish", "Neg", "Not", "Reciprocal", "Relu", "Round", "Selu", "Shrink", "Sigmoid", "Sign", "Sin", "Sinh", "Softplus", "Softsign", "Sqrt",
  "Swish", "Tan", "Tanh", "ThresholdedRelu",
];

const broadcastOps = [
  "Add", "And", "BitShift", "BitwiseAnd", "BitwiseOr", "BitwiseXor", "Div", "Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Max", "Mean", "Min", "Mod", "Mul", "Or", "PRelu",
  "Pow", "Sub", "Sum", "Where", "Xor",
];

export const elementwiseRules: FlowRules = {
  ...Object.fromEntries(unaryOps.map((op) => [op, unary])),
  ...Object.fromEntries(broadcastOps.map((op) => [op, broadcast])),
  Dropout: dropout,
  CastLike: sameType,
  QuantizeLinear: quantize,
  DequantizeLinear: quantize,
};

/** Moves the axis to `axis` of a result of rank `rank`. */
export const moved = (flow: BatchFlow, axis: number, rank: number | undefined): BatchFlow => ({ ...flow, axis, rank });

/** Fails unless samples lie apart from everything else along their axis. */
export function needPure(node: NodeFlow, flow: BatchFlow, what: string): void {
  if (perSample(flow) !== 1) node.fail(`${what} meets samples that are merged with another axis`);
}
