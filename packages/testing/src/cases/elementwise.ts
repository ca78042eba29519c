import { attr, float32, int64, onnxTypeNumber, scalar, tensor, type DType } from "@vitrine/core";
import { bools, fixed, operatorCase, tied, uniform, wholes, type OperatorCase } from "./case.js";

const special = float32([7], [NaN, Infinity, -Infinity, 0, -0, 1.5, -2.5]);

/** Unary functions, with the range that they are defined on. */
const unary: readonly (readonly [string, number, number])[] = [
  ["Abs", -2, 2], ["Neg", -2, 2], ["Ceil", -3, 3], ["Floor", -3, 3], ["Sqrt", 0, 4], ["Exp", -3, 3], ["Log", 0.1, 5], ["Reciprocal", 0.5, 3], ["Sin", -4, 4],
  ["Cos", -4, 4], ["Tan", -1.4, 1.4], ["Asin", -1, 1], ["Acos", -1, 1], ["Atan", -4, 4], ["Sinh", -3, 3], ["Cosh", -3, 3], ["Tanh", -4, 4], ["Asinh", -4, 4],
  ["Acosh", 1, 4], ["Atanh", -0.95, 0.95], ["Erf", -4, 4], ["Identity", -1, 1],
  ["Relu", -2, 2], ["Sigmoid", -8, 8], ["Softplus", -8, 8], ["Softsign", -4, 4], ["Mish", -6, 6], ["HardSwish", -5, 5], ["HardSigmoid", -5, 5],
  ["LeakyRelu", -2, 2], ["Elu", -4, 4], ["Celu", -4, 4], ["Selu", -4, 4], ["ThresholdedRelu", -3, 3], ["Gelu", -5, 5],
];

const arithmetic = ["Add", "Sub", "Mul", "Div", "Max", "Min"] as const;
const comparisons = ["Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual"] as const;

export function elementwiseCases(): OperatorCase[] {
  const cond = bools([3, 1], 3);
  return [
    ...unary.map(([op, low, high], i) => operatorCase(op, "over its range", [uniform([2, 3, 5], i + 1, low, high)])),
    ...["Relu", "Abs", "Sign", "Neg"].map((op) => operatorCase(op, "zeros and both signs", [tied([4, 5], 7)])),
    operatorCase("Sign", "floating point", [uniform([3, 4], 5)]),
    operatorCase("Round", "ties go to even", [float32([8], [0.5, 1.5, 2.5, -0.5, -1.5, 2.4, -2.6, 3])]),
    operatorCase("IsNaN", "special values", [special]),
    operatorCase("IsInf", "both signs", [special]),
    operatorCase("IsInf", "the negative one", [special], { detect_positive: attr.int(0) }),
    operatorCase("Not", "truth values", [bools([2, 5])]),
    operatorCase("Identity", "int64", [wholes("int64", [3, 2], 1, -5, 5)]),
    operatorCase("HardSigmoid", "own slope", [uniform([3, 4], 2, -4, 4)], { alpha: attr.float(1 / 6), beta: attr.float(0.4) }),
    operatorCase("LeakyRelu", "own slope", [uniform([3, 4], 3)], { alpha: attr.float(0.2) }),
    operatorCase("Elu", "own scale", [uniform([3, 4], 4)], { alpha: attr.float(0.7) }),
    operatorCase("Celu", "own scale", [uniform([3, 4], 4)], { alpha: attr.float(2) }),
    operatorCase("Gelu", "by tanh", [uniform([3, 4], 5, -4, 4)], { approximate: attr.string("tanh") }),
    operatorCase("Shrink", "bias and threshold", [uniform([3, 4], 5)], { lambd: attr.float(0.8), bias: attr.float(0.3) }),
    operatorCase("PRelu", "a slope per channel", [uniform([2, 3, 4, 4], 6), fixed(uniform([3, 1, 1], 7, 0, 1))]),
    operatorCase("Clip", "both ends", [uniform([4, 4], 8), fixed(scalar(-0.5)), fixed(scalar(1))]),
    operatorCase("Clip", "only the upper end", [uniform([4, 4], 8), undefined, fixed(scalar(0.25))]),
    operatorCase("Softmax", "last axis", [uniform([2, 3, 5], 9, -6, 6)]),
    operatorCase("Softmax", "axis 1 of 4", [uniform([2, 5, 3, 2], 9, -40, 40)], { axis: attr.int(1) }),
    operatorCase("LogSoftmax", "axis 1", [uniform([2, 5, 3], 10, -6, 6)], { axis: attr.int(1) }),
    operatorCase("Hardmax", "ties to the first", [tied([3, 6], 2)]),
    operatorCase("Dropout", "passes everything", [uniform([3, 3], 1)]),
    ...arithmetic.flatMap((op, i) => [
      operatorCase(op, "broadcast both ways", [uniform([2, 1, 4], i + 11), uniform([3, 1], i + 40, 0.5, 2)]),
      operatorCase(op, "int64", [wholes("int64", [2, 4], i + 1, -9, 9), wholes("int64", [4], i + 2, 1, 5)]),
    ]),
    ...["Max", "Min", "Sum", "Mean"].map((op) => operatorCase(op, "three operands", [uniform([2, 3], 1), uniform([3], 2), uniform([2, 1], 3)])),
    operatorCase("Pow", "real exponents", [uniform([2, 3], 5, 0.2, 3), uniform([3], 6)]),
    operatorCase("Pow", "squares of negatives", [uniform([2, 3], 5), fixed(scalar(2))]),
    operatorCase("Mod", "integers, sign of the divisor", [wholes("int64", [3, 4], 3, -9, 9), wholes("int64", [4], 5, 2, 5)]),
    operatorCase("Mod", "floating point, sign of the dividend", [uniform([3, 4], 3, -9, 9), fixed(scalar(2.5))], { fmod: attr.int(1) }),
    ...comparisons.flatMap((op) => [
      operatorCase(op, "with ties", [tied([3, 4], 1), tied([4], 2)]),
      operatorCase(op, "int64", [wholes("int64", [5], 1, 0, 3), wholes("int64", [5], 2, 0, 3)]),
    ]),
    ...["And", "Or", "Xor"].map((op) => operatorCase(op, "broadcast", [bools([3, 1], 1), bools([4], 2)])),
    operatorCase("Where", "broadcast three ways", [cond, uniform([1, 4], 1), uniform([3, 4], 2)]),
    ...(["int64", "int32", "bool", "float64", "uint8"] satisfies DType[]).map((to) =>
      operatorCase("Cast", `float32 to ${to}`, [uniform([3, 4], 2, 0, 9)], { to: attr.int(onnxTypeNumber[to]) })),
    operatorCase("Cast", "int64 to float32", [wholes("int64", [5], 1, -9, 9)], { to: attr.int(onnxTypeNumber.float32) }),
    operatorCase("Cast", "truth values to float32", [bools([5])], { to: attr.int(onnxTypeNumber.float32) }),
    operatorCase("CastLike", "to int64", [uniform([4], 1, -9, 9), fixed(int64([1]))]),
    operatorCase("QuantizeLinear", "per tensor", [uniform([3, 4], 1), fixed(scalar(0.02)), fixed(tensor("uint8", [], Uint8Array.of(128)))]),
    operatorCase("DequantizeLinear", "per channel", [tensor("int8", [2, 3], Int8Array.of(1, -2, 3, 100, -128, 127)), fixed(float32([3], [0.5, 0.25, 2])), fixed(tensor("int8", [3], Int8Array.of(0, 1, -1)))], { axis: attr.int(1) }),
  ];
}
