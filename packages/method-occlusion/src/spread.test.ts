import { seededRandom, sizeOf, stridesOf } from "@vitrine/core";
import fc from "fast-check";
import { expect, it } from "vitest";
import { spread } from "./spread.js";
import { windowBox, windowGrid } from "./windows.js";

/** Every element of every window, one by one. */
function naive(size: number[], window: number[], stride: number[], edge: "overhang" | "inside", values: Float64Array, mean: boolean): number[] {
  const grid = windowGrid("x", size, window, stride, edge);
  const sums = new Array<number>(sizeOf(size)).fill(0);
  const counts = new Array<number>(sums.length).fill(0);
  const strides = stridesOf(size);
  values.forEach((value, k) => {
    const { start, end } = windowBox(grid, k);
    for (let i = 0; i < sums.length; i++) {
      const covered = size.every((dim, axis) => {
        const at = Math.floor(i / strides[axis]!) % dim;
        return at >= start[axis]! && at < end[axis]!;
      });
      if (covered) {
        sums[i]! += value;
        counts[i]!++;
      }
    }
  });
  return sums.map((sum, i) => (counts[i] === 0 ? 0 : mean ? sum / counts[i]! : sum));
}

it("gives each element the mean or the sum of the windows that cover it, in any number of dimensions", () => {
  const axis = fc.record({ size: fc.integer({ min: 1, max: 9 }), w: fc.nat(), s: fc.nat() });
  fc.assert(
    fc.property(fc.array(axis, { minLength: 1, maxLength: 4 }), fc.constantFrom("overhang" as const, "inside" as const), fc.boolean(), fc.integer(), (axes, edge, mean, seed) => {
      const size = axes.map((a) => a.size);
      const window = axes.map((a) => 1 + (a.w % a.size));
      const stride = axes.map((a, i) => 1 + (a.s % window[i]!));
      const grid = windowGrid("x", size, window, stride, edge);
      const random = seededRandom(seed);
      const values = Float64Array.from({ length: sizeOf(grid.steps) }, () => random.normal());
      const found = spread(grid, values, mean ? "mean" : "sum");
      naive(size, window, stride, edge, values, mean).forEach((expected, i) => expect(found[i]).toBeCloseTo(expected, 10));
    }),
    { numRuns: 60 },
  );
});

it("keeps a score that is no number to the elements that its window covers", () => {
  const grid = windowGrid("x", [6], [2], [2], "overhang");
  expect([...spread(grid, Float64Array.of(1, NaN, 3), "mean")]).toEqual([1, 1, NaN, NaN, 3, 3]);
});
