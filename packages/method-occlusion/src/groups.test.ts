import { float32, int64, tensor } from "@vitrine/core";
import { expect, it } from "vitest";
import { groupsOf } from "./groups.js";

it("broadcasts a mask over the channels, and takes one group per number", () => {
  const groups = groupsOf(int64([7, 7, -2, 7], [2, 2]), "x", [3, 2, 2, 2], 0);
  expect(groups.values).toEqual([-2, 7]);
  expect(groups.groupOf).toHaveLength(1);
  expect([...groups.groupOf[0]!]).toEqual([1, 1, 0, 1, 1, 1, 0, 1]);
  expect([...groups.elements[0]!]).toEqual([2, 6, 0, 1, 3, 4, 5, 7]);
  expect([...groups.starts[0]!]).toEqual([0, 2, 8]);
});

it("takes a mask of its own for each sample, wherever the batch axis lies", () => {
  const groups = groupsOf(tensor("int32", [2, 2], Int32Array.of(0, 1, 1, 1)), "x", [2, 2], 1);
  expect(groups.groupOf.map((list) => [...list])).toEqual([[0, 1], [1, 1]]);
  expect([...groups.starts[1]!]).toEqual([0, 0, 2]);
});

it("refuses another shape and what are no whole numbers", () => {
  expect(() => groupsOf(int64([0, 1, 2]), "x", [1, 3, 4], 0)).toThrow("mask of shape [3] cannot be broadcast to the input `x` of shape [1, 3, 4]");
  expect(() => groupsOf(int64([0], [1, 1, 1, 1]), "x", [1, 3, 4], 0)).toThrow("cannot be broadcast");
  expect(() => groupsOf(float32([4], [0, 1, 0.5, 2]), "x", [1, 4], 0)).toThrow("holds float32 such as 0.5");
});
