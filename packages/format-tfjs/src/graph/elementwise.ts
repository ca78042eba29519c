import { attr, onnxTypeNumber } from "@vitrine/core";
import { placeOf, type Size } from "../build/held.js";
import { broadcastShape } from "../build/layout.js";
import type { NodeCall, NodeRule, NodeRules, TfValue } from "./call.js";

/** Several values broadcast together, in one order of axes. */
export function broadcasting(call: NodeCall, inputs: readonly TfValue[], combine: (values: readonly string[]) => string): TfValue {
  const shape = broadcastShape(inputs.map((input) => input.shape));
  const { values, order } = call.layout.together(inputs);
  return call.value(combine(values), shape, { order });
}

const binary =
  (combine: (call: NodeCall, a: string, b: string) => string, count?: (a: number, b: number) => number): NodeRule =>
  (call) => {
    const [a, b] = [call.input(0), call.input(1)];
    const result = broadcasting(call, [a, b], ([x = "", y = ""]) => combine(call, x, y));
    const elements = count && counted(call, count);
    return elements ? { ...result, elements } : result;
  };

/** What is known of sizes that are computed from sizes. */
function counted(call: NodeCall, count: (a: number, b: number) => number): readonly Size[] | undefined {
  const [a, b] = [call.elements(0), call.elements(1)];
  if (!a || !b || (a.length !== b.length && a.length !== 1 && b.length !== 1)) return undefined;
  return Array.from({ length: Math.max(a.length, b.length) }, (_, i) => {
    const [x = null, y = null] = [a[a.length === 1 ? 0 : i], b[b.length === 1 ? 0 : i]];
    const value = x === null || y === null ? null : count(x, y);
    return value !== null && Number.isSafeInteger(value) ? value : null;
  });
}

const of = (op: string): NodeRule => binary((call, a, b) => call.b.op(op, [a, b]));
const isInt = (call: NodeCall): boolean => call.attributes.type("T") === "int32";

/** Towards minus infinity, as TensorFlow and TensorFlow.js divide whole numbers. */
const floorDivision = (call: NodeCall, a: string, b: string): string => {
  const { b: g } = call;
  return isInt(call) ? g.div(g.sub(a, g.op("Mod", [a, b])), b, "Div") : g.op("Floor", [g.div(a, b, "Div")]);
};

const floorMod = (call: NodeCall, a: string, b: string): string => {
  const { b: g } = call;
  return isInt(call) ? g.op("Mod", [a, b]) : g.sub(a, g.mul(g.op("Floor", [g.div(a, b, "Div")]), b, "Mul"), "Sub");
};

const unary =
  (make: (call: NodeCall, x: string) => string): NodeRule =>
  (call) => {
    const input = call.input(0);
    return call.value(make(call, input.value), input.shape, { order: input.order });
  };

const plainUnary = (op: string): NodeRule => unary((call, x) => call.b.op(op, [x]));

/** The angle of the point (x, y), in all four quadrants. A zero counts as positive. */
const atan2 = ({ b }: NodeCall, y: string, x: string): string => {
  const zero = b.scalar(0);
  const upright = b.equal(x, zero);
  // Nothing is divided by zero, where the derivative would be no number.
  const slope = b.op("Atan", [b.div(y, b.where(upright, b.scalar(1), x))]);
  const turn = b.where(b.less(x, zero), b.where(b.less(y, zero), b.scalar(-Math.PI), b.scalar(Math.PI)), zero);
  return b.where(upright, b.mul(b.sign(y), b.scalar(Math.PI / 2)), b.add(slope, turn));
};

/** As 32 digits of base two, the highest of which counts negatively. Not all runtimes have ONNX's BitwiseAnd. */
const bitwiseAnd = ({ b }: NodeCall, x: string, y: string): string => {
  const places = Array.from({ length: 32 }, (_, i) => 2 ** i);
  const digits = (value: string): string => {
    const positive = b.op("Mod", [b.cast(value, "int64"), b.scalar(2 ** 32, "int64")]);
    return b.op("Mod", [b.div(b.unsqueeze(positive, [-1]), b.ints(places)), b.scalar(2, "int64")]);
  };
  const weights = places.map((place, i) => (i === 31 ? -place : place));
  return b.cast(b.reduceSum(b.mul(b.mul(digits(x), digits(y)), b.ints(weights)), [-1]), "int32");
};

const biasAdd: NodeRule = (call) => broadcasting(call, [call.input(0), biasOf(call, call.input(1), call.input(0))], ([x = "", bias = ""]) => call.b.op("Add", [x, bias]));

/** A bias along the channels, wherever the attribute says they are. */
function biasOf(call: NodeCall, bias: TfValue, input: TfValue): TfValue {
  if (call.attributes.text("data_format") !== "NCHW") return bias;
  const rank = input.shape?.length ?? call.fail("the number of its input's axes is not known");
  const [size = null] = bias.shape ?? [];
  const shape = [size, ...new Array<number>(rank - 2).fill(1)];
  return { value: call.b.unsqueeze(bias.value, shape.slice(1).map((_, i) => i + 1)), shape, order: undefined };
}

const addN: NodeRule = (call) => broadcasting(call, call.inputs, (values) => call.b.op("Sum", values));

const clip: NodeRule = unary((call, x) => call.b.op("Clip", [x, call.plain(1), call.plain(2)]));

const select: NodeRule = (call) => {
  const [condition, a, b] = [call.input(0), call.input(1), call.input(2)];
  // The old operator takes a list of truth values along the first axis, where broadcasting would take it along the last.
  if (call.op === "Select" && condition.shape?.length === 1 && a.shape?.length !== 1) call.fail("it chooses whole samples, which TensorFlow.js does not know either");
  return broadcasting(call, [condition, a, b], (values) => call.b.op("Where", values));
};

const softmax =
  (op: "Softmax" | "LogSoftmax"): NodeRule =>
  (call) => {
    const input = call.input(0);
    const axis = input.shape && input.order ? placeOf(input, input.shape.length - 1) : -1;
    return call.value(call.b.op(op, [input.value], { axis: attr.int(axis) }), input.shape, { order: input.order });
  };

const cast: NodeRule = (call) => {
  const input = call.input(0);
  const to = call.attributes.type("DstT") ?? call.attributes.fail("DstT", "an element type that TensorFlow.js knows");
  const value = call.b.op("Cast", [input.value], { to: attr.int(onnxTypeNumber[to]) });
  return call.value(value, input.shape, { order: input.order, ...(to === "int32" && { elements: call.elements(0) }) });
};

/** A number of the node's own element type. */
export function scalarOf(call: NodeCall, value: number): string {
  const type = call.attributes.type("T");
  return call.b.scalar(value, type === "int32" || type === "bool" ? type : "float32");
}

const pairs: NodeRules = {
  Add: binary((call, a, b) => call.b.op("Add", [a, b]), (a, b) => a + b), AddV2: binary((call, a, b) => call.b.op("Add", [a, b]), (a, b) => a + b),
  Sub: binary((call, a, b) => call.b.op("Sub", [a, b]), (a, b) => a - b), Mul: binary((call, a, b) => call.b.op("Mul", [a, b]), (a, b) => a * b),
  RealDiv: of("Div"), Div: binary((call, a, b) => (isInt(call) ? floorDivision(call, a, b) : call.b.op("Div", [a, b]))), FloorDiv: binary(floorDivision, (a, b) => Math.floor(a / b)),
  FloorMod: binary(floorMod), Mod: binary(floorMod), Maximum: binary((call, a, b) => call.b.op("Max", [a, b]), Math.max), Minimum: binary((call, a, b) => call.b.op("Min", [a, b]), Math.min), Pow: of("Pow"),
  DivNoNan: binary((call, a, b) => call.b.where(call.b.equal(b, scalarOf(call, 0), "Equal"), scalarOf(call, 0), call.b.div(a, b, "Div"), "Where")),
  SquaredDifference: binary((call, a, b) => ((d) => call.b.op("Mul", [d, d]))(call.b.sub(a, b, "Sub"))),
  Atan2: binary(atan2), BitwiseAnd: binary(bitwiseAnd),
  Equal: of("Equal"), NotEqual: binary((call, a, b) => call.b.op("Not", [call.b.equal(a, b, "Equal")])), Greater: of("Greater"), GreaterEqual: of("GreaterOrEqual"), Less: of("Less"), LessEqual: of("LessOrEqual"),
  LogicalAnd: of("And"), LogicalOr: of("Or"), BiasAdd: biasAdd, BiasAddV1: biasAdd, AddN: addN, Select: select, SelectV2: select,
  Prelu: (call) => broadcasting(call, [call.input(0), call.input(1)], (values) => call.b.op("PRelu", values)),
};

const same = ["Abs", "Acos", "Acosh", "Asin", "Asinh", "Atan", "Atanh", "Ceil", "Cos", "Cosh", "Elu", "Erf", "Exp", "Floor", "Log", "Neg", "Reciprocal", "Relu", "Round", "Selu", "Sigmoid", "Sign", "Sin", "Sinh", "Softplus", "Softsign", "Sqrt", "Tan", "Tanh"];

const singles: NodeRules = {
  ...Object.fromEntries(same.map((op) => [op, plainUnary(op)])),
  Inv: plainUnary("Reciprocal"), LogicalNot: plainUnary("Not"), IsNan: plainUnary("IsNaN"), IsInf: plainUnary("IsInf"), IsFinite: unary(({ b }, x) => b.not(b.op("Or", [b.op("IsNaN", [x]), b.op("IsInf", [x])]))),
  Relu6: unary((call, x) => call.b.op("Clip", [x, call.b.scalar(0), call.b.scalar(6)])),
  LeakyRelu: unary((call, x) => call.b.op("LeakyRelu", [x], { alpha: attr.float(call.attributes.number("alpha", 0.2)) })),
  Rsqrt: unary((call, x) => call.b.op("Reciprocal", [call.b.sqrt(x, "Sqrt")])),
  Square: unary((call, x) => call.b.op("Mul", [x, x])),
  Expm1: unary((call, x) => call.b.op("Sub", [call.b.exp(x, "Exp"), call.b.scalar(1)])),
  Log1p: unary((call, x) => call.b.op("Log", [call.b.add(x, call.b.scalar(1), "Add")])),
  ClipByValue: clip, Softmax: softmax("Softmax"), LogSoftmax: softmax("LogSoftmax"), Cast: cast,
};

const identity: NodeRule = (call) => call.input(0);

/** What does nothing once a network is trained. TensorFlow.js does not round where a network was trained to be rounded. */
const identities: NodeRules = Object.fromEntries(
  ["Identity", "Snapshot", "StopGradient", "PreventGradient", "CheckNumerics", "EnsureShape", "Print", "PlaceholderWithDefault", "ReadVariableOp", "FakeQuantWithMinMaxVars"].map((op) => [op, identity]),
);

export const elementwiseRules: NodeRules = { ...pairs, ...singles, ...identities, IdentityN: (call) => call.inputs };
