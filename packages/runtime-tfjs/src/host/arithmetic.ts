import { intAttr, type DType, type Tensor } from "@vitrine/core";
import { broadcastShape } from "../layout.js";
import { dtypeOf } from "../operators/generate.js";
import type { HostOperator } from "../operators/operator.js";
import { made, need, numbersOf, spreadOffsets } from "./arrays.js";

type Pair = (a: number, b: number, whole: boolean) => number;

const isWhole = (dtype: DType): boolean => dtype.includes("int") || dtype === "bool";

function combined(op: string, parts: readonly Tensor[], compute: Pair, dtype?: DType): Tensor {
  return parts.slice(1).reduce((a, b) => {
    const shape = broadcastShape([a.shape, b.shape]);
    const [x, y] = [numbersOf(a), numbersOf(b)];
    const [i, j] = [spreadOffsets(a.shape, shape), spreadOffsets(b.shape, shape)];
    const whole = isWhole(a.dtype);
    return made(op, dtype ?? a.dtype, shape, Array.from(i, (at, k) => compute(x[at]!, y[j[k]!]!, whole)));
  }, parts[0]!);
}

const pairwise = (compute: Pair, dtype?: DType): HostOperator => (node, inputs) => [combined(node.op, inputs.filter((value) => value !== undefined), compute, dtype)];

const each = (compute: (x: number) => number, dtype?: DType): HostOperator => (node, inputs) => {
  const x = need(inputs, 0);
  return [made(node.op, dtype ?? x.dtype, x.shape, numbersOf(x).map(compute))];
};

const evenly = (x: number): number => {
  const down = Math.floor(x);
  if (x - down !== 0.5) return Math.round(x);
  return down % 2 === 0 ? down : down + 1;
};

/** With the sign of the divisor, or of the dividend where `fmod` says so. */
const mod: HostOperator = (node, inputs) => {
  const dividends = intAttr(node, "fmod", 0) !== 0;
  return pairwise((a, b) => (dividends ? a % b : a - Math.floor(a / b) * b))(node, inputs);
};

const where: HostOperator = (node, inputs) => {
  const [condition, yes, no] = [need(inputs, 0), need(inputs, 1), need(inputs, 2)];
  const shape = broadcastShape([condition.shape, yes.shape, no.shape]);
  const [c, a, b] = [numbersOf(condition), numbersOf(yes), numbersOf(no)];
  const [i, j, k] = [condition, yes, no].map((value) => spreadOffsets(value.shape, shape)) as [Int32Array, Int32Array, Int32Array];
  return [made(node.op, yes.dtype, shape, Array.from(i, (at, n) => (c[at] !== 0 ? a[j[n]!]! : b[k[n]!]!)))];
};

/** Towards zero, as C has it; what is no number becomes the smallest integer. */
const cast: HostOperator = (node, inputs) => {
  const x = need(inputs, 0);
  const to = node.op === "CastLike" ? need(inputs, 1).dtype : (dtypeOf(intAttr(node, "to", 0)) ?? x.dtype);
  if (to === x.dtype) return [x];
  const values = numbersOf(x);
  if (!isWhole(to)) return [made(node.op, to, x.shape, values)];
  const clean = to === "bool" ? values : values.map((value) => (Number.isFinite(value) ? Math.trunc(value) : -(2 ** 31)));
  return [made(node.op, to, x.shape, clean)];
};

const clip: HostOperator = (node, inputs) => {
  const end = (index: number, fallback: number): number => (inputs[index] ? numbersOf(inputs[index])[0]! : fallback);
  const [low, high] = [end(1, -Infinity), end(2, Infinity)];
  return each((x) => Math.min(high, Math.max(low, x)))(node, inputs);
};

const range: HostOperator = (node, inputs) => {
  const start = need(inputs, 0);
  const [from, to, step] = [0, 1, 2].map((i) => numbersOf(need(inputs, i))[0]!) as [number, number, number];
  const count = Math.max(0, Math.ceil((to - from) / step));
  return [made(node.op, start.dtype, [count], Array.from({ length: Math.min(count, 2 ** 31) }, (_, i) => from + i * step))];
};

const truth = (compute: (a: boolean, b: boolean) => boolean): HostOperator => pairwise((a, b) => Number(compute(a !== 0, b !== 0)), "bool");
const compared = (compute: (a: number, b: number) => boolean): HostOperator => pairwise((a, b) => Number(compute(a, b)), "bool");

/** Arithmetic in host memory: exact for whole numbers up to 2^53. */
export const hostArithmetic = {
  Add: pairwise((a, b) => a + b), Sub: pairwise((a, b) => a - b), Mul: pairwise((a, b) => a * b),
  Div: pairwise((a, b, whole) => (whole ? Math.trunc(a / b) : a / b)),
  Max: pairwise((a, b) => Math.max(a, b)), Min: pairwise((a, b) => Math.min(a, b)), Pow: pairwise((a, b) => a ** b), Mod: mod, Sum: pairwise((a, b) => a + b),
  Equal: compared((a, b) => a === b), Greater: compared((a, b) => a > b), GreaterOrEqual: compared((a, b) => a >= b), Less: compared((a, b) => a < b), LessOrEqual: compared((a, b) => a <= b),
  And: truth((a, b) => a && b), Or: truth((a, b) => a || b), Xor: truth((a, b) => a !== b), Not: each((x) => Number(x === 0), "bool"), Where: where,
  Abs: each(Math.abs), Neg: each((x) => (x === 0 ? 0 : -x)), Sign: each(Math.sign), Floor: each(Math.floor), Ceil: each(Math.ceil), Sqrt: each(Math.sqrt), Round: each(evenly),
  Clip: clip, Cast: cast, CastLike: cast, Range: range,
} satisfies Readonly<Record<string, HostOperator>>;
