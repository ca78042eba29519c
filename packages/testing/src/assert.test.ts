import { expect, test } from "vitest";
import { float32, int64, tensor } from "@vitrine/core";
import { expectClose, relativeL2 } from "./assert.js";

test("relative L2 is over the whole tensor", () => {
  expect(relativeL2([3, 4], [3, 4])).toBe(0);
  expect(relativeL2([3, 5], [3, 4])).toBeCloseTo(1 / 5, 12);
  expect(relativeL2([0, 2], [0, 0])).toBe(2);
  expect(relativeL2([1], [1, 2])).toBe(Infinity);
  expect(relativeL2([NaN, Infinity, 1], [NaN, Infinity, 1])).toBe(0);
  expect(relativeL2([NaN, 1], [0, 1])).toBe(Infinity);
  expect(relativeL2([-Infinity], [Infinity])).toBe(Infinity);
});

test("closeness tells what differs", () => {
  expectClose(float32([2], [1, 2]), float32([2], [1, 2.00001]));
  expect(() => expectClose(float32([2], [1, 2]), float32([2], [1, 2.1]), 1e-3, "The map")).toThrow(/^The map differs by a relative L2 error of 4\.30e-2, and 1\.00e-3 is allowed: element 1 is 2, and 2\.09/);
  expect(() => expectClose(float32([2], [1, 2]), float32([1, 2], [1, 2]))).toThrow(/it is float32 \[2\], and float32 \[1, 2\] is expected/);
  expect(() => expectClose(float32([1], [1]), int64([1]))).toThrow(/int64/);
  expect(() => expectClose(int64([1000000]), int64([1000001]))).toThrow(/element 0 is 1000000/);
  expect(() => expectClose(tensor("string", [2], ["a", "b"]), tensor("string", [2], ["a", "c"]))).toThrow(/element 1 is `b`/);
  expect(() => expectClose(float32([3], [1, NaN, 3]), float32([3], [1, 2, 3]))).toThrow(/element 1 is NaN/);
});
