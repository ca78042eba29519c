import { intAttr, sizeOf, stridesOf } from "@vitrine/core";
import { blank, held, indices, integers, write, type Element, type Held } from "./held.js";
import { axisOf, offsets, splitAt, withDim } from "./indexing.js";
import { input, type Call, type Operator, type OperatorTable } from "./operator.js";

/** What a reduction does to the elements that become one: `whole` is the one for 64-bit integers. */
interface Reduction {
  real(values: Float64Array): number;
  whole?(values: readonly bigint[]): bigint;
}

/** The axes to reduce: the second input, else all of them, or none with `noop_with_empty_axes`. */
function reducedAxes(call: Call, rank: number): Set<number> {
  const given = call.inputs[1] ? integers(call.inputs[1]) : [];
  if (given.length > 0) return new Set(given.map((axis) => axisOf(axis, rank)));
  return new Set(intAttr(call.node, "noop_with_empty_axes", 0) === 1 ? [] : Array.from({ length: rank }, (_, axis) => axis));
}

const reduction = ({ real, whole }: Reduction): Operator => (call) => {
  const x = input(call, 0);
  const { shape } = x;
  const axes = reducedAxes(call, shape.length);
  const keep = intAttr(call.node, "keepdims", 1) === 1;
  const strides = stridesOf(shape);
  const isReduced = (_: number, axis: number): boolean => axes.has(axis);
  const isKept = (_: number, axis: number): boolean => !axes.has(axis);
  const starts = offsets(shape.filter(isKept), strides.filter(isKept));
  const steps = offsets(shape.filter(isReduced), strides.filter(isReduced));
  const result = keep ? shape.map((dim, axis) => (axes.has(axis) ? 1 : dim)) : shape.filter(isKept);
  const data = blank(x.dtype, result);
  starts.forEach((start, i) => {
    if (x.data instanceof Float64Array) {
      const { data: from } = x;
      write(data, i, real(Float64Array.from(steps, (step) => from[start + step]!)));
    } else {
      if (!whole || x.dtype === "string") throw new TypeError(`${x.dtype} is not a type of this operator`);
      write(data, i, whole(Array.from(steps, (step) => x.data[start + step] as bigint)));
    }
  });
  return [held(x.dtype, result, data)];
};

const sum = (values: Float64Array): number => values.reduce((a, b) => a + b, 0);
const sumWhole = (values: readonly bigint[]): bigint => values.reduce((a, b) => a + b, 0n);
const largest = (values: Float64Array): number => values.reduce((a, b) => Math.max(a, b), -Infinity);

function extreme(values: readonly bigint[], better: (a: bigint, b: bigint) => boolean): bigint {
  if (values.length === 0) throw new RangeError("an empty set of integers has no extreme");
  return values.reduce((a, b) => (better(b, a) ? b : a));
}

/** log Σ exp, with the largest taken out so that nothing overflows. */
function logSumExp(values: Float64Array): number {
  const top = largest(values);
  return Number.isFinite(top) ? top + Math.log(sum(values.map((x) => Math.exp(x - top)))) : top;
}

/** Index of the largest or smallest along an axis: of equals the first, or the last where the node says so. */
const argument = (better: (a: Element, b: Element) => boolean): Operator => (call) => {
  const x = input(call, 0);
  const axis = axisOf(intAttr(call.node, "axis", 0), x.shape.length);
  const last = intAttr(call.node, "select_last_index", 0) === 1;
  const { outer, size, inner } = splitAt(x.shape, axis);
  if (size === 0) throw new RangeError("the axis is empty");
  const found: number[] = [];
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const at = (k: number): Element => x.data[(o * size + k) * inner + i]!;
      let best = 0;
      for (let k = 1; k < size; k++) if (better(at(k), at(best)) || (last && at(k) === at(best))) best = k;
      found.push(best);
    }
  }
  const keep = intAttr(call.node, "keepdims", 1) === 1;
  return [indices(found, keep ? withDim(x.shape, axis, 1) : x.shape.filter((_, i) => i !== axis))];
};

/** The k largest or smallest along an axis, best first; of equals the lower index first. */
function topK(call: Call): readonly Held[] {
  const x = input(call, 0);
  const k = integers(input(call, 1))[0] ?? 0;
  const axis = axisOf(intAttr(call.node, "axis", -1), x.shape.length);
  const sign = intAttr(call.node, "largest", 1) === 1 ? -1 : 1;
  const { outer, size, inner } = splitAt(x.shape, axis);
  if (k < 0 || k > size) throw new RangeError(`k is ${k}, and the axis has ${size} elements`);
  const shape = withDim(x.shape, axis, k);
  const values = blank(x.dtype, shape);
  const places = new Float64Array(sizeOf(shape));
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const at = (j: number): Element => x.data[(o * size + j) * inner + i]!;
      const order = Array.from({ length: size }, (_, j) => j).sort((a, b) => (at(a) < at(b) ? -sign : at(a) > at(b) ? sign : a - b));
      for (let j = 0; j < k; j++) {
        write(values, (o * k + j) * inner + i, at(order[j]!));
        places[(o * k + j) * inner + i] = order[j]!;
      }
    }
  }
  return [{ dtype: x.dtype, shape, data: values }, indices(places, shape)];
}

function cumulativeSum(call: Call): Held {
  const x = input(call, 0);
  const axis = axisOf(integers(input(call, 1))[0]!, x.shape.length);
  const exclusive = intAttr(call.node, "exclusive", 0) === 1;
  const reverse = intAttr(call.node, "reverse", 0) === 1;
  const { outer, size, inner } = splitAt(x.shape, axis);
  const data = blank(x.dtype, x.shape);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      let total: number | bigint = x.data instanceof Float64Array ? 0 : 0n;
      for (let step = 0; step < size; step++) {
        const at = (o * size + (reverse ? size - 1 - step : step)) * inner + i;
        const before = total;
        // Both are numbers, or both are bigints.
        total = (total as number) + (x.data[at] as number);
        write(data, at, exclusive ? before : total);
      }
    }
  }
  return held(x.dtype, x.shape, data);
}

export const reduceOperators: OperatorTable = {
  ReduceSum: reduction({ real: sum, whole: sumWhole }),
  ReduceMean: reduction({ real: (x) => sum(x) / x.length, whole: (x) => sumWhole(x) / BigInt(x.length) }),
  ReduceProd: reduction({ real: (x) => x.reduce((a, b) => a * b, 1), whole: (x) => x.reduce((a, b) => a * b, 1n) }),
  ReduceMax: reduction({ real: largest, whole: (x) => extreme(x, (a, b) => a > b) }),
  ReduceMin: reduction({ real: (x) => x.reduce((a, b) => Math.min(a, b), Infinity), whole: (x) => extreme(x, (a, b) => a < b) }),
  ReduceL1: reduction({ real: (x) => sum(x.map(Math.abs)), whole: (x) => sumWhole(x.map((v) => (v < 0n ? -v : v))) }),
  ReduceL2: reduction({ real: (x) => Math.sqrt(sum(x.map((v) => v * v))) }),
  ReduceSumSquare: reduction({ real: (x) => sum(x.map((v) => v * v)), whole: (x) => sumWhole(x.map((v) => v * v)) }),
  ReduceLogSum: reduction({ real: (x) => Math.log(sum(x)) }),
  ReduceLogSumExp: reduction({ real: logSumExp }),
  ArgMax: argument((a, b) => a > b),
  ArgMin: argument((a, b) => a < b),
  TopK: topK,
  CumSum: (call) => [cumulativeSum(call)],
};
