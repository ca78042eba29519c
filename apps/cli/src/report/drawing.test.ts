import { describe, expect, it } from "vitest";
import { busyness, secondsToDraw } from "./drawing.js";

describe("secondsToDraw", () => {
  it("keeps an eighth of a small budget, eight seconds of a large one", () => {
    expect(secondsToDraw(0, 1, 1)).toBeCloseTo(0.3);
    expect(secondsToDraw(20, 1, 1)).toBeCloseTo(2.4);
    expect(secondsToDraw(600, 1, 1)).toBe(8);
  });

  it("keeps more where others compute as well, and where things took longer than was thought", () => {
    expect(secondsToDraw(60, 2, 1)).toBeCloseTo(7.2);
    expect(secondsToDraw(60, 5, 1)).toBeCloseTo(15);
    expect(secondsToDraw(60, 2, 1.5)).toBeCloseTo(10.8);
    expect(secondsToDraw(60, 2, 9)).toBeCloseTo(14.4);
  });

  it("leaves most of the budget to what is drawn", () => {
    expect(secondsToDraw(60, 40, 4)).toBeCloseTo(24);
    expect(secondsToDraw(5, 40, 4)).toBeCloseTo(2);
  });
});

describe("busyness", () => {
  it("is one where nobody else computes, more elsewhere, and soon known", () => {
    const began = performance.now();
    const busy = busyness();
    expect(busy).toBeGreaterThanOrEqual(1);
    expect(busy).toBeLessThan(1000);
    expect(performance.now() - began).toBeLessThan(20_000);
  });
});
