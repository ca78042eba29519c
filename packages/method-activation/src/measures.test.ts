import { describe, expect, test } from "vitest";
import { isSilent, localisation, sparsity } from "./measures.js";

describe("measures of one map", () => {
  test("sparsity counts exact zeros, of either sign", () => {
    expect(sparsity([0, 1, -0, 1e-30])).toBe(0.5);
    expect(sparsity([1])).toBe(0);
  });

  test("a silent map", () => {
    expect(isSilent([0, 0])).toBe(true);
    expect(isSilent([0, 1e-40])).toBe(false);
  });

  test("localisation of one place, of an even map, and by hand", () => {
    expect(localisation([0, 0, 3, 0])).toEqual({ concentration: 1, entropy: 0 });
    const even = localisation(new Array<number>(20).fill(-2))!;
    expect(even.concentration).toBeCloseTo(0.1, 12);
    expect(even.entropy).toBeCloseTo(1, 12);
    // Energies 9, 1 of ten: the strongest one of ten holds 0.9; entropy by hand.
    const two = localisation([3, 1, 0, 0, 0, 0, 0, 0, 0, 0])!;
    expect(two.concentration).toBeCloseTo(0.9, 12);
    expect(two.entropy).toBeCloseTo(-(0.9 * Math.log(0.9) + 0.1 * Math.log(0.1)) / Math.log(10), 12);
    // Eleven positions: the strongest two count.
    expect(localisation([3, 1, ...new Array<number>(9).fill(0)])!.concentration).toBeCloseTo(1, 12);
    // Thirty positions: three, not the four that 0.1 × 30 rounds up to in floating point.
    expect(localisation(new Array<number>(30).fill(1))!.concentration).toBeCloseTo(0.1, 12);
  });

  test("nothing to locate", () => {
    expect(localisation([5])).toBeUndefined();
    expect(localisation([0, 0])).toBeUndefined();
  });
});
