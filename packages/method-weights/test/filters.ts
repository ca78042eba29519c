import type { seededRandom } from "@vitrine/core";
import type { Kernel } from "../src/spectrum.js";

interface Filter extends Kernel {
  readonly data: number[];
}

function draw(side: number, channels: number, value: (x: number, y: number, c: number) => number): Filter {
  const centre = (side - 1) / 2;
  const data = Array.from({ length: channels * side * side }, (_, i) => value((i % side) - centre, (Math.floor(i / side) % side) - centre, Math.floor(i / side / side)));
  return { channels, height: side, width: side, data };
}

const along = (x: number, y: number, degrees: number): number => x * Math.cos((degrees * Math.PI) / 180) + y * Math.sin((degrees * Math.PI) / 180);
const envelope = (x: number, y: number, sigma: number): number => Math.exp(-(x * x + y * y) / (2 * sigma * sigma));

/** Filters that are what they are called; angles in degrees, clockwise from left-to-right. */
export const synthetic = {
  /** From dark to light under a Gaussian. */
  edge: (side: number, angle: number, channels = 1): Filter => draw(side, channels, (x, y) => Math.tanh(along(x, y, angle)) * envelope(x, y, side / 3)),
  /** A Gabor function with as many periods in the kernel. */
  grating: (side: number, angle: number, cycles: number, channels = 1): Filter =>
    draw(side, channels, (x, y) => Math.cos((2 * Math.PI * cycles * along(x, y, angle)) / side) * envelope(x, y, side / 3)),
  blob: (side: number, channels = 1): Filter => draw(side, channels, (x, y) => envelope(x, y, side / 5)),
  colour: (side: number, rgb: readonly number[]): Filter => draw(side, 3, (_x, _y, c) => rgb[c]!),
};

export function whiteNoise(random: ReturnType<typeof seededRandom>, channels: number, side: number): Filter {
  return draw(side, channels, () => random.normal());
}
