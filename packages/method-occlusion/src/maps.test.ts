import { expect, it } from "vitest";
import { extent, meanOver, strongestIndex } from "./maps.js";

const values = Array.from({ length: 24 }, (_, i) => i);

it("averages what is not kept, in the order asked for", () => {
  expect([...meanOver(values, [2, 3, 4], [1])]).toEqual([7.5, 11.5, 15.5]);
  expect([...meanOver(values, [2, 3, 4], [2, 1])]).toEqual([6, 10, 14, 7, 11, 15, 8, 12, 16, 9, 13, 17]);
  expect([...meanOver(values, [2, 3, 4], [0, 1, 2])]).toEqual(values);
  expect([...meanOver([5], [], [])]).toEqual([5]);
});

it("cuts where an index is fixed", () => {
  expect([...meanOver(values, [2, 3, 4], [1], new Map([[0, 1]]))]).toEqual([13.5, 17.5, 21.5]);
  expect([...meanOver(values, [2, 3, 4], [1], new Map([[0, 0], [2, 3]]))]).toEqual([3, 7, 11]);
});

it("finds extremes", () => {
  expect(strongestIndex([1, -7, 3, 4, 5, 6], [2, 3])).toEqual([0, 1]);
  expect(extent([NaN, 2, -1])).toEqual({ min: -1, max: 2 });
  expect(extent([])).toEqual({ min: 0, max: 0 });
});
