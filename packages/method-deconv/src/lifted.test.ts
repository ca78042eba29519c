import { expect, test } from "vitest";
import { lifted } from "./filters.js";
import { gammaOf } from "./parameters.js";

test("lifting what is faint keeps signs, zero, the order and the largest", () => {
  const values = Float32Array.of(-4, -1, 0, 0.25, 1);
  const shown = lifted(values, 0.5);
  expect([...shown]).toEqual([-4, -2, 0, 1, 2]);
  expect([...lifted(values, 1)]).toEqual([...values]);
  expect([...lifted(new Float32Array(3), 0.5)]).toEqual([0, 0, 0]);
});

test("guided backprop is lifted unless told, the others are not", () => {
  expect(gammaOf({ rule: "guided", gamma: undefined })).toBe(0.6);
  expect(gammaOf({ rule: "plain", gamma: undefined })).toBe(1);
  expect(gammaOf({ rule: "guided", gamma: 1 })).toBe(1);
});
