import { describe, expect, test } from "vitest";
import { noise } from "../test/networks.js";
import { peakOf, shareOf, spectrumOf, spectrumSize } from "./spectrum.js";

const kernel = { channels: 2, height: 4, width: 7, data: noise([2, 4, 7], 3).data };

test("the power is the plain double sum of the DFT", () => {
  const { size, power } = spectrumOf(kernel, 16);
  for (const [ky, kx] of [[0, 0], [1, 5], [8, 3], [15, 15], [7, 0]] as const) {
    let expected = 0;
    for (let c = 0; c < 2; c++) {
      let [re, im] = [0, 0];
      for (let y = 0; y < 4; y++) {
        for (let x = 0; x < 7; x++) {
          const angle = (-2 * Math.PI * (ky * y + kx * x)) / size;
          re += kernel.data[(c * 4 + y) * 7 + x]! * Math.cos(angle);
          im += kernel.data[(c * 4 + y) * 7 + x]! * Math.sin(angle);
        }
      }
      expected += re * re + im * im;
    }
    expect(power[ky * size + kx]).toBeCloseTo(expected, 8);
  }
});

describe("closed forms", () => {
  test("Parseval: the power sums to size² · Σw²", () => {
    const { size, total } = spectrumOf(kernel);
    expect(size).toBe(spectrumSize(4, 7));
    expect(total / size ** 2).toBeCloseTo(kernel.data.reduce((sum, value) => sum + value * value, 0), 8);
  });

  test("a single pixel has all frequencies alike", () => {
    const flat = spectrumOf({ channels: 1, height: 3, width: 3, data: [0, 0, 0, 0, 2, 0, 0, 0, 0] });
    flat.power.forEach((power) => expect(power).toBeCloseTo(4, 8));
    // Of 32 frequencies along an axis, 17 lie within ±.25.
    expect(shareOf(flat, (fy, fx) => Math.abs(fy) <= 0.25 && Math.abs(fx) <= 0.25)).toBeCloseTo((17 / 32) ** 2, 8);
  });

  test("alternating columns peak at the highest frequency, a flat patch at zero", () => {
    expect(peakOf(spectrumOf({ channels: 1, height: 2, width: 4, data: [1, -1, 1, -1, 1, -1, 1, -1] }))).toEqual({ fy: 0, fx: 0.5 });
    expect(peakOf(spectrumOf({ channels: 1, height: 3, width: 3, data: new Array<number>(9).fill(1) }))).toEqual({ fy: 0, fx: 0 });
  });
});
