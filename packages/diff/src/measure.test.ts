import { float32, seededRandom } from "@vitrine/core";
import { relativeL2 } from "@vitrine/testing";
import { describe, expect, it } from "vitest";
import { distance } from "./measure.js";

const random = seededRandom(3);
const normal = (n: number): number[] => Array.from({ length: n }, () => random.normal());
const of = (...values: number[]) => float32([values.length], values);

describe("distance", () => {
  it("is what its formulae say", () => {
    const a = float32([4, 5], normal(20));
    const b = float32([4, 5], Array.from(a.data, (value) => value + 0.1 * random.normal()));
    const found = distance(a, b);
    const differences = Array.from(a.data, (value, i) => Math.abs(value - b.data[i]!));
    const dot = (x: ArrayLike<number>, y: ArrayLike<number>): number => Array.from(x, (value, i) => value * y[i]!).reduce((sum, value) => sum + value, 0);
    expect(found.relativeL2).toBeCloseTo(relativeL2(b.data, a.data), 6);
    expect(found.largest).toBe(Math.max(...differences));
    expect(found.at).toBe(differences.indexOf(found.largest));
    expect(found.cosine).toBeCloseTo(dot(a.data, b.data) / Math.sqrt(dot(a.data, a.data) * dot(b.data, b.data)), 10);
    expect(found.notFinite).toBe(0);
  });

  it("of the same is nothing, of zeros too", () => {
    const a = of(1, -2, NaN, Infinity);
    expect(distance(a, a)).toMatchObject({ relativeL2: 0, largest: 0, notFinite: 0 });
    expect(distance(of(0, 0), of(0, 0))).toMatchObject({ relativeL2: 0, largest: 0, cosine: NaN });
    expect(distance(of(0, 0), of(0, 1))).toMatchObject({ relativeL2: Infinity, largest: 1, at: 1 });
  });

  it("a number that is finite in one only is as far as can be, and is found", () => {
    expect(distance(of(1, 2, 3), of(1, NaN, 9))).toMatchObject({ relativeL2: Infinity, largest: Infinity, at: 1, notFinite: 1 });
    expect(distance(of(Infinity), of(-Infinity))).toMatchObject({ notFinite: 1, at: 0 });
  });
});
