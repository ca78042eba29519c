import fc from "fast-check";
import { expect, test } from "vitest";
import { families } from "../../test/arbitraries.js";
import { quantizedCases } from "../../test/quantized.js";
import { differentiableOperators } from "../index.js";

test("every rule is held against differences, or as a quantised one against that of the dequantised values, at random attributes and shapes", () => {
  const drawn = families.flatMap(({ cases }) => fc.sample(cases, { numRuns: 400, seed: 20240611 }).map(({ op }) => op));
  const tested = new Set([...drawn, ...Object.keys(quantizedCases)]);
  expect(differentiableOperators.filter((op) => !tested.has(op))).toEqual([]);
});
