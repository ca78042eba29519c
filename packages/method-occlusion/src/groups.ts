import { isFloat, sizeOf, stridesOf, toNumbers, type Tensor } from "@vitrine/core";
import { occlusionError } from "./errors.js";

/**
 * A partition of an input into groups that are hidden together (superpixels, words, channels): Captum's feature mask.
 * Elements are those of one sample, row-major without the batch axis.
 */
export interface Groups {
  /** The mask's numbers, ascending: one group each. */
  readonly values: readonly number[];
  /** Group of every element, for each sample; one list where all samples share it. */
  readonly groupOf: readonly Int32Array[];
  /** Elements sorted by group, for each of those lists. */
  readonly elements: readonly Int32Array[];
  /** Where each group's elements begin in `elements`; one more entry than groups. */
  readonly starts: readonly Int32Array[];
}

/**
 * Reads a mask of whole numbers, broadcast to the input by the usual rules: one group per number.
 * @param shape of the input, batch included
 * @throws `mask-shape`, `mask-dtype`
 */
export function groupsOf(mask: Tensor, name: string, shape: readonly number[], batchAxis: number | undefined): Groups {
  if (mask.dtype === "string" || isFloat(mask.dtype)) {
    const example = mask.dtype === "string" ? undefined : toNumbers(mask).find((value) => !Number.isInteger(value));
    throw occlusionError("mask-dtype", { input: name, dtype: mask.dtype, example });
  }
  const padded = [...new Array<number>(Math.max(0, shape.length - mask.shape.length)).fill(1), ...mask.shape];
  if (padded.length !== shape.length || padded.some((dim, axis) => dim !== 1 && dim !== shape[axis])) {
    throw occlusionError("mask-shape", { input: name, shape: mask.shape, expected: shape });
  }
  const numbers = toNumbers(mask);
  const values = [...new Set(numbers)].sort((a, b) => a - b);
  const indexOf = new Map(values.map((value, index) => [value, index]));
  const dense = Int32Array.from(numbers, (value) => indexOf.get(value)!);

  const axes = shape.map((_, axis) => axis).filter((axis) => axis !== batchAxis);
  const maskStrides = stridesOf(padded).map((stride, axis) => (padded[axis] === 1 ? 0 : stride));
  const sampleShape = axes.map((axis) => shape[axis]!);
  const samples = batchAxis === undefined ? 1 : padded[batchAxis]!;
  const groupOf = Array.from({ length: samples }, (_, sample) => {
    const groups = new Int32Array(sizeOf(sampleShape));
    const index = new Array<number>(axes.length).fill(0);
    const base = batchAxis === undefined ? 0 : sample * maskStrides[batchAxis]!;
    for (let i = 0; i < groups.length; i++) {
      let offset = base;
      for (let a = 0; a < axes.length; a++) offset += index[a]! * maskStrides[axes[a]!]!;
      groups[i] = dense[offset]!;
      for (let a = axes.length - 1; a >= 0 && ++index[a]! === sampleShape[a]; a--) index[a] = 0;
    }
    return groups;
  });
  const sorted = groupOf.map((groups) => sortByGroup(groups, values.length));
  return { values, groupOf, elements: sorted.map(({ elements }) => elements), starts: sorted.map(({ starts }) => starts) };
}

function sortByGroup(groupOf: Int32Array, count: number): { elements: Int32Array; starts: Int32Array } {
  const starts = new Int32Array(count + 1);
  for (const group of groupOf) starts[group + 1]!++;
  for (let group = 0; group < count; group++) starts[group + 1]! += starts[group]!;
  const next = starts.slice(0, count);
  const elements = new Int32Array(groupOf.length);
  groupOf.forEach((group, element) => (elements[next[group]!++] = element));
  return { elements, starts };
}
