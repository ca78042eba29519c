import { intAttr, stringAttr, stridesOf, type Tensor } from "@vitrine/core";
import { Refusal } from "../errors.js";
import { axisOf, type HostOperator } from "../operators/operator.js";
import { made, need, numbersOf, places } from "./arrays.js";

const reduction = (start: number, combine: (sum: number, x: number) => number, finish: (sum: number, count: number) => number = (sum) => sum): HostOperator => (node, inputs) => {
  const x = need(inputs, 0);
  const given = inputs[1] ? numbersOf(inputs[1]) : [];
  if (given.length === 0 && intAttr(node, "noop_with_empty_axes", 0) === 1) return [x];
  const rank = x.shape.length;
  const axes = new Set(given.length > 0 ? given.map((axis) => axisOf(axis, rank)) : x.shape.map((_, axis) => axis));
  const kept = x.shape.map((dim, axis) => (axes.has(axis) ? 1 : dim));
  const strides = stridesOf(kept);
  const sums = new Array<number>(kept.reduce((a, b) => a * b, 1)).fill(start);
  const values = numbersOf(x);
  places(x.shape, (index) => index.reduce((sum, at, axis) => sum + (axes.has(axis) ? 0 : at * strides[axis]!), 0)).forEach((at, i) => (sums[at] = combine(sums[at]!, values[i]!)));
  const count = values.length / Math.max(1, sums.length);
  const shape = intAttr(node, "keepdims", 1) !== 0 ? kept : x.shape.filter((_, axis) => !axes.has(axis));
  return [made(node.op, x.dtype, shape, sums.map((sum) => finish(sum, count)))];
};

const cumSum: HostOperator = (node, inputs) => {
  const x = need(inputs, 0);
  const axis = axisOf(numbersOf(need(inputs, 1))[0] ?? 0, x.shape.length);
  const [size, step] = [x.shape[axis]!, stridesOf(x.shape)[axis]!];
  const [exclusive, reverse] = [intAttr(node, "exclusive", 0) !== 0, intAttr(node, "reverse", 0) !== 0];
  const values = numbersOf(x);
  const sums = [...values];
  values.forEach((_, first) => {
    if (Math.floor(first / step) % size !== 0) return;
    let sum = 0;
    for (let i = 0; i < size; i++) {
      const at = first + (reverse ? size - 1 - i : i) * step;
      sums[at] = exclusive ? sum : sum + values[at]!;
      sum += values[at]!;
    }
  });
  return [made(node.op, x.dtype, x.shape, sums)];
};

const combiners: Readonly<Record<string, (a: number, b: number) => number>> = { none: (_, b) => b, add: (a, b) => a + b, mul: (a, b) => a * b, max: Math.max, min: Math.min };

function scattered(op: string, reduction: string, x: Tensor, updates: Tensor, offsets: ArrayLike<number>): Tensor {
  const combine = Object.hasOwn(combiners, reduction) ? combiners[reduction] : undefined;
  if (!combine) throw new Refusal(`\`${reduction}\` is no reduction`);
  const [values, given] = [numbersOf(x), numbersOf(updates)];
  for (let i = 0; i < offsets.length; i++) values[offsets[i]!] = combine(values[offsets[i]!]!, given[i]!);
  return made(op, x.dtype, x.shape, values);
}

function inside(index: number, size: number): number {
  if (index < -size || index >= size) throw new Refusal(`the index ${index} lies outside ${size} elements`);
  return index < 0 ? index + size : index;
}

const scatterElements: HostOperator = (node, inputs) => {
  const [x, indices, updates] = [need(inputs, 0), need(inputs, 1), need(inputs, 2)];
  const axis = axisOf(intAttr(node, "axis", 0), x.shape.length);
  const strides = stridesOf(x.shape);
  const at = numbersOf(indices);
  const offsets = Array.from(places(indices.shape, (index) => index.reduce((sum, place, i) => sum + (i === axis ? 0 : place * strides[i]!), 0)), (base, i) => base + inside(at[i]!, x.shape[axis]!) * strides[axis]!);
  return [scattered(node.op, stringAttr(node, "reduction", "none"), x, updates, offsets)];
};

const scatterND: HostOperator = (node, inputs) => {
  const [x, indices, updates] = [need(inputs, 0), need(inputs, 1), need(inputs, 2)];
  const depth = indices.shape.at(-1) ?? 0;
  const strides = stridesOf(x.shape);
  const width = x.shape.slice(depth).reduce((a, b) => a * b, 1);
  const at = numbersOf(indices);
  const offsets = Array.from({ length: updates.data.length }, (_, i) => {
    const row = Math.floor(i / width);
    let offset = i % width;
    for (let k = 0; k < depth; k++) offset += inside(at[row * depth + k]!, x.shape[k]!) * strides[k]!;
    return offset;
  });
  return [scattered(node.op, stringAttr(node, "reduction", "none"), x, updates, offsets)];
};

/** Sums and places in host memory. */
export const hostReduction = {
  ReduceSum: reduction(0, (a, b) => a + b), ReduceProd: reduction(1, (a, b) => a * b), ReduceMax: reduction(-Infinity, Math.max), ReduceMin: reduction(Infinity, Math.min),
  ReduceMean: reduction(0, (a, b) => a + b, (sum, count) => sum / count),
  CumSum: cumSum, ScatterElements: scatterElements, ScatterND: scatterND,
} satisfies Readonly<Record<string, HostOperator>>;
