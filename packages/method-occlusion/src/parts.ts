import { sizeOf, stridesOf } from "@vitrine/core";
import type { Groups } from "./groups.js";
import { spread, type Combine } from "./spread.js";
import { windowBox, type WindowGrid } from "./windows.js";

/** One sample inside a batched array: the batch axis may lie anywhere. */
export interface Slot {
  readonly data: Float32Array;
  /** Samples that the array holds. */
  readonly rows: number;
  readonly row: number;
}

/** The axes of an input, the batch apart. */
export interface SampleShape {
  /** Without the batch axis. */
  readonly shape: readonly number[];
  /** Elements of one sample. */
  readonly size: number;
  /** Elements from one sample to the next: the product of the axes after the batch axis. */
  readonly inner: number;
  /** Of one sample alone, row-major. */
  readonly strides: readonly number[];
}

export function sampleShape(shape: readonly number[], batchAxis: number | undefined): SampleShape {
  const own = shape.filter((_, axis) => axis !== batchAxis);
  return { shape: own, size: sizeOf(own), strides: stridesOf(own), inner: batchAxis === undefined ? sizeOf(own) : sizeOf(shape.slice(batchAxis + 1)) };
}

/** Places of an input that can be hidden. */
export interface Hideable {
  /** Copies what part `index` of a sample covers from one slot to another. */
  copy(index: number, sample: number, from: Slot, to: Slot): void;
}

/** The parts of one input that are hidden one after the other: windows, or groups of a mask. */
export interface Parts extends Hideable {
  /** Positions along each axis; one axis for groups. */
  readonly grid: readonly number[];
  readonly count: number;
  /** From one value per part to one per element of the sample. */
  attribute(values: Float64Array, sample: number): Float64Array;
}

/** From here on a copy of memory beats a loop over its elements. */
const longRow = 16;

/** Copies a box of every sample axis, from `start` to `end` (excluded), from one slot to another. */
export function copyBox(sample: SampleShape, start: readonly number[], end: readonly number[], from: Slot, to: Slot): void {
  const { strides } = sample;
  const last = strides.length - 1;
  const source = from.data;
  const target = to.data;
  // In an array of several samples, an axis before the batch steps over all of them.
  const stepIn = (rows: number, axis: number): number => (strides[axis]! >= sample.inner ? strides[axis]! * rows : strides[axis]!);
  const copy = (axis: number, fromBase: number, toBase: number): void => {
    const fromStep = stepIn(from.rows, axis);
    const toStep = stepIn(to.rows, axis);
    let a = fromBase + start[axis]! * fromStep;
    let b = toBase + start[axis]! * toStep;
    const count = end[axis]! - start[axis]!;
    if (axis < last) for (let i = 0; i < count; i++, a += fromStep, b += toStep) copy(axis + 1, a, b);
    else if (fromStep === 1 && toStep === 1 && count >= longRow) target.set(source.subarray(a, a + count), b);
    else for (let i = 0; i < count; i++, a += fromStep, b += toStep) target[b] = source[a]!;
  };
  // A sample without axes is one number.
  if (last < 0) target[to.row] = source[from.row]!;
  else copy(0, from.row * sample.inner, to.row * sample.inner);
}

export function windowParts(grid: WindowGrid, sample: SampleShape, combine: Combine): Parts {
  return {
    grid: grid.steps,
    count: sizeOf(grid.steps),
    copy(index, _, from, to) {
      const { start, end } = windowBox(grid, index);
      copyBox(sample, start, end, from, to);
    },
    attribute: (values) => spread(grid, values, combine),
  };
}

export function groupParts(groups: Groups, sample: SampleShape): Parts {
  const { inner } = sample;
  const own = <T>(lists: readonly T[], index: number): T => lists[lists.length === 1 ? 0 : index]!;
  return {
    grid: [groups.values.length],
    count: groups.values.length,
    copy(index, sampleIndex, from, to) {
      const elements = own(groups.elements, sampleIndex);
      const starts = own(groups.starts, sampleIndex);
      for (let i = starts[index]!; i < starts[index + 1]!; i++) {
        const element = elements[i]!;
        const outer = Math.floor(element / inner);
        const rest = element - outer * inner;
        to.data[(outer * to.rows + to.row) * inner + rest] = from.data[(outer * from.rows + from.row) * inner + rest]!;
      }
    },
    attribute: (values, sampleIndex) => new Float64Array(own(groups.groupOf, sampleIndex)).map((group) => values[group]!),
  };
}

/** Copies one whole sample. */
export function copySample(sample: SampleShape, from: Slot, to: Slot): void {
  const { inner, size } = sample;
  const outer = inner === 0 ? 0 : size / inner;
  for (let o = 0; o < outer; o++) {
    const source = (o * from.rows + from.row) * inner;
    to.data.set(from.data.subarray(source, source + inner), (o * to.rows + to.row) * inner);
  }
}
