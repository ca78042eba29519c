import { seededRandom } from "@vitrine/core";
import { describe, expect, test } from "vitest";
import { synthetic, whiteNoise } from "../test/filters.js";
import { chromaOf, classifyFilter } from "./classify.js";

const angles = [0, 20, 45, 70, 90, 120, 155];

describe("synthetic filters are sorted into what they were made as", () => {
  for (const side of [5, 7, 11]) {
    for (const channels of [1, 3]) {
      test(`${channels} × ${side} × ${side}`, () => {
        for (const angle of angles) {
          expect(classifyFilter(synthetic.edge(side, angle, channels)).class, `edge at ${angle}`).toBe("edge");
          expect(classifyFilter(synthetic.grating(side, angle, 2, channels)).class, `grating at ${angle}`).toBe("grating");
        }
        expect(classifyFilter(synthetic.blob(side, channels)).class).toBe("blob");
        const random = seededRandom(side * 10 + channels);
        const noise = Array.from({ length: 100 }, () => classifyFilter(whiteNoise(random, channels, side)).class === "noise").filter(Boolean).length;
        // 95 of 100 by construction; the level itself is an estimate from 200 draws.
        expect(noise).toBeGreaterThan(84);
      });
    }
    test(`pure colour, ${side} × ${side}`, () => {
      expect(classifyFilter(synthetic.colour(side, [1, 0, -1])).class).toBe("colour");
      expect(classifyFilter(synthetic.colour(side, [-0.5, 1, -0.5])).class).toBe("colour");
    });
  }

  test("3 × 3: Sobel is an edge, a second difference a grating, a Gaussian a blob, and noise is not told", () => {
    const kernel = (data: number[]) => ({ channels: 1, height: 3, width: 3, data });
    expect(classifyFilter(kernel([1, 0, -1, 2, 0, -2, 1, 0, -1]))).toMatchObject({ class: "edge", angle: 0, noiseBelow: undefined });
    expect(classifyFilter(kernel([1, 1, 1, -2, -2, -2, 1, 1, 1]))).toMatchObject({ class: "grating", frequency: 0.5, angle: 90 });
    expect(classifyFilter(kernel([1, 2, 1, 2, 4, 2, 1, 2, 1])).class).toBe("blob");
  });

  test("with noise of a fifth of the signal", () => {
    const random = seededRandom(3);
    for (const angle of angles) {
      for (const [name, kernel] of [["edge", synthetic.edge(7, angle, 3)], ["grating", synthetic.grating(7, angle, 2, 3)]] as const) {
        const rms = Math.sqrt(kernel.data.reduce((sum, value) => sum + value * value, 0) / kernel.data.length);
        expect(classifyFilter({ ...kernel, data: kernel.data.map((value) => value + 0.2 * rms * random.normal()) }).class, `${name} at ${angle}`).toBe(name);
      }
    }
  });
});

test("frequency and orientation of a grating are those it was made with", () => {
  for (const angle of angles) {
    const found = classifyFilter(synthetic.grating(11, angle, 3, 1));
    expect(Math.abs(found.frequency - 3 / 11)).toBeLessThan(1.5 / 64);
    const difference = Math.abs(found.angle - angle);
    expect(Math.min(difference, 180 - difference), `${angle}`).toBeLessThan(6);
  }
});

test("chroma: none in grey, all where channels cancel, two thirds in one channel alone", () => {
  expect(chromaOf(synthetic.blob(5, 3))).toBeCloseTo(0, 6);
  expect(chromaOf(synthetic.colour(5, [1, 0, -1]))).toBeCloseTo(1, 6);
  expect(chromaOf(synthetic.colour(5, [1, 0, 0]))).toBeCloseTo(2 / 3, 6);
});
