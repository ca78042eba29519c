import { expect, test } from "vitest";
import { upsample } from "./upsample.js";

// The expected numbers are those of torch.nn.functional.interpolate(…, align_corners=False).

test("bilinear, as PyTorch", () => {
  expect([...upsample(Float32Array.of(1, 2, 3, 4), [2, 2], [4, 4], "bilinear")]).toEqual([1, 1.25, 1.75, 2, 1.5, 1.75, 2.25, 2.5, 2.5, 2.75, 3.25, 3.5, 3, 3.25, 3.75, 4]);
});

test("linear in one dimension, to a size that is no multiple", () => {
  const found = upsample(Float32Array.of(0, 3, 6), [3], [5], "bilinear");
  [0, 1.2, 3, 4.8, 6].forEach((value, i) => expect(found[i]).toBeCloseTo(value, 5));
});

test("nearest, as PyTorch: the cell of a place's first corner", () => {
  expect([...upsample(Float32Array.of(1, 2, 3), [3], [5], "nearest")]).toEqual([1, 1, 2, 2, 3]);
  expect([...upsample(Float32Array.of(1, 2, 3, 4), [2, 2], [2, 4], "nearest")]).toEqual([1, 1, 2, 2, 3, 3, 4, 4]);
});

test("trilinear keeps a constant, and the middle of a line in each dimension", () => {
  expect([...upsample(new Float32Array(8).fill(7), [2, 2, 2], [3, 4, 5], "bilinear")].every((value) => value === 7)).toBe(true);
  const ramp = upsample(Float32Array.of(0, 0, 0, 0, 2, 2, 2, 2), [2, 2, 2], [3, 2, 2], "bilinear");
  expect([...ramp.subarray(4, 8)]).toEqual([1, 1, 1, 1]);
});

test("a larger map becomes smaller, and none changes nothing", () => {
  expect([...upsample(Float32Array.of(1, 2, 3, 4), [4], [2], "nearest")]).toEqual([1, 3]);
  expect([...upsample(Float32Array.of(1, 2), [2], [2], "none")]).toEqual([1, 2]);
});
