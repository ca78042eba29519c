import { seededRandom } from "@vitrine/core";
import { describe, expect, test } from "vitest";
import { synthetic, whiteNoise } from "../test/filters.js";
import { fitGabor, gaborGradient, gaborValue, principalChannel } from "./gabor.js";
import type { Kernel } from "./spectrum.js";

type Random = ReturnType<typeof seededRandom>;
const between = (random: Random, low: number, high: number): number => low + (high - low) * random.uniform();
const ranges = [[1, 1], [-1, 1], [-1, 1], [1.8, 3], [1.8, 3], [0, Math.PI], [0.12, 0.3], [-3, 3]] as const;
const truth = (random: Random): number[] => ranges.map(([low, high]) => between(random, low, high));
const kernelOf = (p: readonly number[], side: number): Kernel & { readonly data: number[] } => ({
  channels: 1, height: side, width: side,
  data: Array.from({ length: side * side }, (_, i) => gaborValue(p, (i % side) - (side - 1) / 2, Math.floor(i / side) - (side - 1) / 2)),
});

test("the gradient is that of finite differences", () => {
  const random = seededRandom(1);
  for (let k = 0; k < 20; k++) {
    const p = truth(random);
    const [x, y] = [between(random, -4, 4), between(random, -4, 4)];
    gaborGradient(p, x, y).forEach((got, i) => {
      const moved = (step: number): number => gaborValue(p.map((value, j) => (j === i ? value + step : value)), x, y);
      expect(got, `parameter ${i}`).toBeCloseTo((moved(1e-5) - moved(-1e-5)) / 2e-5, 6);
    });
  }
});

describe("noisy Gabors", { timeout: 60_000 }, () => {
  test("are found again, with the adjusted R² that their noise leaves", () => {
    const random = seededRandom(2);
    let close = 0;
    for (let k = 0; k < 20; k++) {
      const p = truth(random);
      const clean = kernelOf(p, 11);
      const rms = Math.sqrt(clean.data.reduce((sum, value) => sum + value * value, 0) / 121);
      const fit = fitGabor({ ...clean, data: clean.data.map((value) => value + 0.3 * rms * random.normal()) })!;
      // Noise of .3 leaves 1 / 1.09 of the variance explained.
      if (Math.abs(fit.adjustedR2 - 1 / 1.09) < 0.06) close++;
      const angle = Math.abs(fit.gabor.angle - (p[5]! * 180) / Math.PI);
      if (fit.adjustedR2 > 0.85) expect(Math.min(angle, 180 - angle)).toBeLessThan(12);
    }
    expect(close).toBeGreaterThanOrEqual(18);
  });

  test("without noise the fit is exact", () => {
    const random = seededRandom(4);
    const fits = Array.from({ length: 10 }, () => fitGabor(kernelOf(truth(random), 9))!.adjustedR2);
    expect(fits.filter((r2) => r2 > 0.99).length).toBeGreaterThanOrEqual(9);
  });
});

test("white noise is no Gabor, and what is too small or constant is not fitted", () => {
  const random = seededRandom(5);
  const fits = Array.from({ length: 12 }, () => fitGabor(whiteNoise(random, 1, 11))!.adjustedR2);
  expect(Math.max(...fits)).toBeLessThan(0.4);
  expect(fitGabor(synthetic.grating(5, 30, 2))).toBeUndefined();
  expect(fitGabor({ channels: 1, height: 7, width: 7, data: new Array<number>(49).fill(0) })).toBeUndefined();
  expect(fitGabor({ channels: 1, height: 7, width: 7, data: new Array<number>(49).fill(2) })).toBeUndefined();
});

test("of colour filters the strongest direction in colour is fitted", () => {
  const grey = synthetic.grating(7, 40, 2);
  const data = [0.6, -0.8, 0].flatMap((weight) => grey.data.map((value) => weight * value));
  const projected = principalChannel({ channels: 3, height: 7, width: 7, data });
  const sign = Math.sign(projected[24]! * grey.data[24]!);
  projected.forEach((value, i) => expect(sign * value).toBeCloseTo(grey.data[i]!, 6));
  expect(fitGabor({ channels: 3, height: 7, width: 7, data })!.adjustedR2).toBeGreaterThan(0.99);
});
