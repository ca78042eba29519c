import { intAttr } from "@vitrine/core";
import { blank, held, numbers, type Held } from "./held.js";
import { input, type Operator, type OperatorTable } from "./operator.js";

/** Every element through a function: `whole` is the one for 64-bit integers. */
export function mapped(source: Held, real: (x: number) => number, whole?: (x: bigint) => bigint): Held {
  const { dtype, shape, data } = source;
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    if (!whole) throw new TypeError(`${dtype} is not a type of this operator`);
    const result = blank(dtype, shape) as BigInt64Array;
    data.forEach((x, i) => (result[i] = whole(x)));
    return held(dtype, shape, result);
  }
  return held(dtype, shape, numbers(source).map(real));
}

const unary = (real: (x: number) => number, whole?: (x: bigint) => bigint): Operator => (call) => [mapped(input(call, 0), real, whole)];

const asked = (test: (x: number) => boolean): Operator => (call) => {
  const x = input(call, 0);
  return [held("bool", x.shape, numbers(x).map((value) => (test(value) ? 1 : 0)))];
};

/** Ties to the even neighbour, as ONNX's Round and quantisation have it. */
export function roundHalfEven(x: number): number {
  return Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x);
}

/**
 * The error function, to float64: 2/√π · e^(−x²) · Σ 2ⁿ x^(2n+1) / (2n+1)!!, whose terms never cancel
 * (Abramowitz & Stegun 7.1.6). Beyond 6 it is 1 to the last bit.
 */
export function erf(x: number): number {
  if (Number.isNaN(x)) return NaN;
  if (Math.abs(x) >= 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > Math.abs(sum) * 1e-18; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

const absolute = (x: bigint): bigint => (x < 0n ? -x : x);

export const unaryOperators: OperatorTable = {
  Identity: (call) => [input(call, 0)],
  Abs: unary(Math.abs, absolute),
  Neg: unary((x) => -x, (x) => -x),
  Sign: unary(Math.sign, (x) => (x > 0n ? 1n : x < 0n ? -1n : 0n)),
  Ceil: unary(Math.ceil),
  Floor: unary(Math.floor),
  Round: unary(roundHalfEven),
  Sqrt: unary(Math.sqrt),
  Exp: unary(Math.exp),
  Log: unary(Math.log),
  Reciprocal: unary((x) => 1 / x),
  Sin: unary(Math.sin),
  Cos: unary(Math.cos),
  Tan: unary(Math.tan),
  Asin: unary(Math.asin),
  Acos: unary(Math.acos),
  Atan: unary(Math.atan),
  Sinh: unary(Math.sinh),
  Cosh: unary(Math.cosh),
  Tanh: unary(Math.tanh),
  Asinh: unary(Math.asinh),
  Acosh: unary(Math.acosh),
  Atanh: unary(Math.atanh),
  Erf: unary(erf),
  Not: asked((x) => x === 0),
  IsNaN: asked(Number.isNaN),
  IsInf: (call) => {
    const positive = intAttr(call.node, "detect_positive", 1) === 1;
    const negative = intAttr(call.node, "detect_negative", 1) === 1;
    return asked((x) => (positive && x === Infinity) || (negative && x === -Infinity))(call);
  },
};
