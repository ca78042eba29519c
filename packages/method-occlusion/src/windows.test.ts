import fc from "fast-check";
import { expect, it } from "vitest";
import { covering, windowBox, windowGrid } from "./windows.js";

it("has Captum's number of steps and cuts the last window at the edge", () => {
  const grid = windowGrid("x", [3, 10], [3, 4], [3, 3], "overhang");
  expect(grid.steps).toEqual([1, 3]);
  expect(windowBox(grid, 2)).toEqual({ start: [0, 6], end: [3, 10] });
  const cut = windowGrid("x", [11], [4], [3], "overhang");
  expect(cut.steps).toEqual([4]);
  expect(windowBox(cut, 3)).toEqual({ start: [9], end: [11] });
});

it("keeps only whole windows inside", () => {
  expect(windowGrid("x", [11], [4], [3], "inside").steps).toEqual([3]);
  // PAIR: 1 + size − window rows; Xplique: ⌈(size − patch + 1) / stride⌉.
  expect(windowGrid("x", [224], [15], [1], "inside").steps).toEqual([210]);
  expect(windowGrid("x", [224], [3], [3], "inside").steps).toEqual([Math.ceil((224 - 3 + 1) / 3)]);
});

it("takes any stride where the window is the whole axis", () => {
  expect(windowGrid("x", [4], [4], [9], "overhang").steps).toEqual([1]);
});

it("refuses what cannot be, and names it", () => {
  expect(() => windowGrid("x", [8], [0], [1], "overhang")).toThrow("--window is 0 along axis 0 of the input `x`");
  expect(() => windowGrid("x", [8], [-2], [1], "overhang")).toThrow("--window is -2");
  expect(() => windowGrid("x", [8], [2.5], [1], "overhang")).toThrow("--window is 2.5");
  expect(() => windowGrid("x", [8], [4], [0], "overhang")).toThrow("--stride is 0");
  expect(() => windowGrid("x", [8], [9], [1], "overhang")).toThrow("The window is 9 along axis 0 of the input `x`, which has only 8");
  expect(() => windowGrid("x", [8], [2], [3], "overhang")).toThrow("The stride 3 along axis 0 of the input `x` is larger than the window, 2");
  expect(() => windowGrid("x", [3000, 3000], [1, 1], [1, 1], "overhang")).toThrow("9,000,000 positions");
});

it("names the windows that cover an element", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 30 }), fc.nat(), fc.nat(), fc.constantFrom("overhang" as const, "inside" as const), (size, w, s, edge) => {
      const window = 1 + (w % size);
      const stride = 1 + (s % window);
      const grid = windowGrid("x", [size], [window], [stride], edge);
      for (let i = 0; i < size; i++) {
        const hits = [...Array(grid.steps[0]!).keys()].filter((k) => windowBox(grid, k).start[0]! <= i && i < windowBox(grid, k).end[0]!);
        const { first, last } = covering(grid, 0, i);
        expect(hits).toEqual(Array.from({ length: Math.max(0, last - first + 1) }, (_, n) => first + n));
        if (edge === "overhang") expect(hits.length).toBeGreaterThan(0);
      }
    }),
  );
});
