import { isFloat } from "@vitrine/core";
import { operatorCases } from "@vitrine/testing";
import { describe, expect, test } from "vitest";
import { gradientError } from "../../test/gradients.js";
import { differentiableOperators } from "../index.js";

/** Every operator case of the testing package that has a rule and a floating-point input. */
describe("rules against differences of float64 forward passes", () => {
  // Kinks, flat casts and roundings have tests of their own; the logarithm of nothing is infinite, and differences of that are no numbers.
  const elsewhere = /of no elements|QuantizeLinear|zeros and both|: (indices of )?ties|all-zero|Cast: float32 to (int|bool|uint)|CastLike|: (mul|max|min) where/;
  const cases = operatorCases().filter((each) => !elsewhere.test(each.name) && differentiableOperators.includes(each.op) && Object.values(each.feeds).some(({ dtype }) => isFloat(dtype)));
  test.each(cases)("$name", async (each) => {
    expect(await gradientError(each)).toBeLessThan(1e-6);
  });
});
