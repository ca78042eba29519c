import { intAttr, type DType } from "@vitrine/core";
import { blank, convert, held, numbers, write, type Element, type Held } from "./held.js";
import { broadcastOffsets, broadcastShapes } from "./indexing.js";
import { input, type Operator, type OperatorTable } from "./operator.js";

/** A function of two numbers, and the one for 64-bit integers where that type is allowed. */
export interface Arithmetic {
  real(a: number, b: number): number;
  whole?(a: bigint, b: bigint): bigint;
}

/** Two values broadcast to each other and joined element by element. */
export function combined(a: Held, b: Held, { real, whole }: Arithmetic): Held {
  if (a.dtype !== b.dtype) throw new TypeError(`its inputs are ${a.dtype} and ${b.dtype}, and have to be of one type`);
  const shape = broadcastShapes(a.shape, b.shape);
  const left = broadcastOffsets(a.shape, shape);
  const right = broadcastOffsets(b.shape, shape);
  const data = blank(a.dtype, shape);
  if (a.data instanceof Float64Array && b.data instanceof Float64Array) {
    for (let i = 0; i < data.length; i++) data[i] = real(a.data[left[i]!]!, b.data[right[i]!]!);
  } else {
    if (!whole || a.dtype === "string") throw new TypeError(`${a.dtype} is not a type of this operator`);
    for (let i = 0; i < data.length; i++) data[i] = whole(a.data[left[i]!] as bigint, b.data[right[i]!] as bigint);
  }
  return held(a.dtype, shape, data);
}

const isWhole = (dtype: DType): boolean => !dtype.includes("float");

const binary = (arithmetic: Arithmetic): Operator => (call) => [combined(input(call, 0), input(call, 1), arithmetic)];

const variadic = (arithmetic: Arithmetic): Operator => (call) => {
  const all = call.inputs.map((_, i) => input(call, i));
  return [all.slice(1).reduce((sum, next) => combined(sum, next, arithmetic), input(call, 0))];
};

/** Comparisons and logic: JavaScript's own operators are right for numbers and for 64-bit integers alike. */
const compared = (test: (a: Element, b: Element) => boolean): Operator => (call) => {
  const [a, b] = [input(call, 0), input(call, 1)];
  const shape = broadcastShapes(a.shape, b.shape);
  const left = broadcastOffsets(a.shape, shape);
  const right = broadcastOffsets(b.shape, shape);
  const data = blank("bool", shape);
  for (let i = 0; i < data.length; i++) data[i] = test(a.data[left[i]!]!, b.data[right[i]!]!) ? 1 : 0;
  return [held("bool", shape, data)];
};

function nonZero<N extends number | bigint>(divisor: N): N {
  if (divisor === 0 || divisor === 0n) throw new RangeError("an integer is divided by zero");
  return divisor;
}

/** The remainder that has the divisor's sign, as in Python. */
const flooredModulo = (a: number, b: number): number => a - b * Math.floor(a / b);

const sum: Arithmetic = { real: (a, b) => a + b, whole: (a, b) => a + b };

export const binaryOperators: OperatorTable = {
  Add: binary(sum),
  Sub: binary({ real: (a, b) => a - b, whole: (a, b) => a - b }),
  Mul: binary({ real: (a, b) => a * b, whole: (a, b) => a * b }),
  Div: (call) => {
    const whole = isWhole(input(call, 0).dtype);
    return binary({ real: (a, b) => (whole ? Math.trunc(a / nonZero(b)) : a / b), whole: (a, b) => a / nonZero(b) })(call);
  },
  Mod: (call) => {
    const c = intAttr(call.node, "fmod", 0) === 1;
    if (!c && !isWhole(input(call, 0).dtype)) throw new TypeError("fmod must be 1 for floating point");
    return binary({
      real: (a, b) => (c ? a % b : flooredModulo(a, nonZero(b))),
      whole: (a, b) => (c ? a % nonZero(b) : ((a % nonZero(b)) + b) % b),
    })(call);
  },
  Pow: (call) => {
    // The exponent may be of another type: the result has the base's.
    const [base, exponent] = [input(call, 0), input(call, 1)];
    const real = (value: Held): Held => held("float64", value.shape, numbers(value));
    const power = combined(real(base), real(exponent), { real: (a, b) => a ** b });
    const data = blank(base.dtype, power.shape);
    (power.data as Float64Array).forEach((x, i) => write(data, i, isWhole(base.dtype) ? convert(x, base.dtype) : x));
    return [held(base.dtype, power.shape, data)];
  },
  Max: variadic({ real: Math.max, whole: (a, b) => (a > b ? a : b) }),
  Min: variadic({ real: Math.min, whole: (a, b) => (a < b ? a : b) }),
  Sum: variadic(sum),
  Mean: async (call) => {
    const [total] = await variadic(sum)(call);
    return [held(total!.dtype, total!.shape, numbers(total!).map((x) => x / call.inputs.length))];
  },
  Equal: compared((a, b) => a === b),
  Greater: compared((a, b) => a > b),
  GreaterOrEqual: compared((a, b) => a >= b),
  Less: compared((a, b) => a < b),
  LessOrEqual: compared((a, b) => a <= b),
  And: compared((a, b) => a !== 0 && b !== 0),
  Or: compared((a, b) => a !== 0 || b !== 0),
  Xor: compared((a, b) => (a !== 0) !== (b !== 0)),
  Where: (call) => {
    const [condition, yes, no] = [input(call, 0), input(call, 1), input(call, 2)];
    if (yes.dtype !== no.dtype) throw new TypeError(`its branches are ${yes.dtype} and ${no.dtype}, and have to be of one type`);
    const shape = broadcastShapes(condition.shape, yes.shape, no.shape);
    const [c, y, n] = [condition, yes, no].map((value) => broadcastOffsets(value.shape, shape)) as [Int32Array, Int32Array, Int32Array];
    const data = blank(yes.dtype, shape);
    for (let i = 0; i < data.length; i++) write(data, i, condition.data[c[i]!] !== 0 ? yes.data[y[i]!]! : no.data[n[i]!]!);
    return [held(yes.dtype, shape, data)];
  },
};
