import { distance, type Colour } from './colour.js';
import type { Rng } from './rng.js';

/** Picks the colour that stands out: the first of a few draws that is far enough from what is behind, else the farthest. */
export function standOut(rng: Rng, choices: readonly Colour[], behind: readonly Colour[], enough = 0.2): Colour {
  let best = rng.pick(choices);
  let bestGap = -1;
  for (let i = 0; i < 8; i++) {
    const [l, c, h] = rng.pick(choices);
    const colour: Colour = [l + rng.range(-0.025, 0.025), c * rng.range(0.85, 1.15), h + rng.range(-7, 7)];
    const gap = Math.min(1, ...behind.map((tone) => distance(tone, colour)));
    if (gap >= enough) return colour;
    if (gap > bestGap) [best, bestGap] = [colour, gap];
  }
  return best;
}

/** Fur of dogs and cats. */
export const FUR: readonly Colour[] = [
  [0.72, 0.11, 72],
  [0.6, 0.11, 62],
  [0.46, 0.075, 52],
  [0.36, 0.03, 50],
  [0.9, 0.025, 85],
  [0.66, 0.13, 58],
  [0.56, 0.018, 260],
  [0.8, 0.075, 80],
];

/** Cheerful paint: cars, boats, birds, fish, doors. */
export const BRIGHT: readonly Colour[] = [
  [0.63, 0.2, 27],
  [0.68, 0.17, 48],
  [0.83, 0.155, 88],
  [0.68, 0.14, 155],
  [0.68, 0.11, 200],
  [0.58, 0.14, 255],
  [0.56, 0.15, 300],
  [0.7, 0.15, 355],
  [0.94, 0.02, 90],
  [0.42, 0.09, 262],
];
