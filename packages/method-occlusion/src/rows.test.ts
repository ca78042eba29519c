import { float32, int64, sizeOf, tensor, type Tensor } from "@vitrine/core";
import { expect, it } from "vitest";
import { groupsOf } from "./groups.js";
import { groupParts, sampleShape, windowParts } from "./parts.js";
import { gather, Rows } from "./rows.js";
import { windowBox, windowGrid } from "./windows.js";

const counting = (shape: number[]): Tensor<"float32"> => float32(shape, Array.from({ length: sizeOf(shape) }, (_, i) => i + 1));
const filled = (shape: number[], value: number): Tensor => float32(shape, new Array<number>(sizeOf(shape)).fill(value));

/** Element by element, by the coordinates of each. */
function naive(clean: Tensor<"float32">, batchAxis: number, samples: number[], hidden: (row: number, index: number[]) => boolean): number[] {
  const shape = clean.shape.map((dim, axis) => (axis === batchAxis ? samples.length : dim));
  return Array.from({ length: sizeOf(shape) }, (_, flat) => {
    const index: number[] = [];
    for (let axis = shape.length - 1, rest = flat; axis >= 0; axis--) {
      index.unshift(rest % shape[axis]!);
      rest = Math.floor(rest / shape[axis]!);
    }
    const row = index[batchAxis]!;
    if (hidden(row, index.filter((_, axis) => axis !== batchAxis))) return -1;
    const from = index.map((i, axis) => (axis === batchAxis ? samples[row]! : i));
    return clean.data[from.reduce((offset, i, axis) => offset * clean.shape[axis]! + i, 0)]!;
  });
}

for (const batchAxis of [0, 1, 2]) {
  it(`hides windows and shows them again, the batch on axis ${batchAxis}`, () => {
    const shape = [4, 5];
    shape.splice(batchAxis, 0, 3);
    const clean = counting(shape);
    const samples = [2, 0, 2, 1];
    const rows = new Rows(clean, batchAxis, samples);
    const layout = sampleShape(shape, batchAxis);
    const grid = windowGrid("x", [4, 5], [3, 2], [2, 2], "overhang");
    const parts = windowParts(grid, layout, "mean");
    const fill = filled(shape, -1);
    const hides = new Array<number | undefined>(4).fill(undefined);
    for (const [row, part] of [[0, 0], [1, 5], [3, 2], [0, 3], [1, undefined], [2, 4], [3, 3]] as const) {
      if (part === undefined) rows.show(row);
      else rows.hide(row, parts, part, fill);
      hides[row] = part;
      const expected = naive(clean, batchAxis, samples, (r, index) => {
        const own = hides[r];
        if (own === undefined) return false;
        const { start, end } = windowBox(grid, own);
        return index.every((i, axis) => i >= start[axis]! && i < end[axis]!);
      });
      expect([...(rows.tensor.data as Float32Array)]).toEqual(expected);
    }
  });

  it(`hides groups, the batch on axis ${batchAxis}`, () => {
    const shape = [2, 3];
    shape.splice(batchAxis, 0, 2);
    const clean = counting(shape);
    const mask = int64([0, 1, 1, 2, 0, 1], batchAxis === 0 ? [2, 3] : batchAxis === 1 ? [2, 1, 3] : [2, 3, 1]);
    const parts = groupParts(groupsOf(mask, "x", shape, batchAxis), sampleShape(shape, batchAxis));
    const rows = new Rows(clean, batchAxis, [1, 0, 1]);
    rows.hide(0, parts, 0, filled(shape, -1));
    rows.hide(0, parts, 1, filled(shape, -1));
    rows.hide(2, parts, 2, filled(shape, -1));
    const groupAt = [[0, 1, 1], [2, 0, 1]];
    expect([...(rows.tensor.data as Float32Array)]).toEqual(naive(clean, batchAxis, [1, 0, 1], (row, [i, j]) => groupAt[i!]![j!] === [1, undefined, 2][row]));
  });
}

it("moves integers of 64 bits, too", () => {
  const clean = int64([1, 2, 3, 4], [2, 2]);
  const rows = new Rows(clean as Tensor, 0, [1, 0]);
  rows.hide(0, windowParts(windowGrid("x", [2], [1], [1], "overhang"), sampleShape([2, 2], 0), "mean"), 1, int64([9, 9, 9, 9], [2, 2]) as Tensor);
  expect([...(rows.tensor.data as BigInt64Array)]).toEqual([3n, 9n, 1n, 2n]);
});

it("gathers samples of any type along any axis", () => {
  const words = tensor("string", [2, 2], ["a", "b", "c", "d"]) as Tensor;
  expect(gather(words, 1, [1, 0, 1])).toEqual(tensor("string", [2, 3], ["b", "a", "b", "d", "c", "d"]));
  expect(gather(words, 0, [0, 1])).toBe(words);
  expect(gather(words, undefined, [0, 0])).toBe(words);
});
