import { lab, type LabColor } from "d3-color";
import { interpolatePuOr } from "d3-scale-chromatic";
import { tokens, type Theme } from "../tokens.js";

/** Steps of a ramp: finer than 8 bits can tell. */
export const rampSteps = 256;

/** Red, green and blue of each step. */
export type Ramp = Uint8ClampedArray;

/**
 * A ramp along `path`, whose lightness (CIELAB L*) changes by the same amount at every step: equal steps of a value look
 * equal, and two ramps with the same ends are equally light at the same value. The path's lightness must rise or fall throughout.
 */
function evenRamp(path: readonly LabColor[]): Ramp {
  const [first, last] = [path[0]!, path.at(-1)!];
  const ramp = new Uint8ClampedArray(3 * rampSteps);
  let arc = 0;
  for (let step = 0; step < rampSteps; step++) {
    const lightness = first.l + ((last.l - first.l) * step) / (rampSteps - 1);
    while (arc < path.length - 2 && Math.abs(path[arc + 1]!.l - first.l) < Math.abs(lightness - first.l)) arc++;
    const [from, to] = [path[arc]!, path[arc + 1]!];
    const t = (lightness - from.l) / (to.l - from.l);
    const { r, g, b } = lab(lightness, from.a + t * (to.a - from.a), from.b + t * (to.b - from.b)).rgb();
    ramp.set([r, g, b], 3 * step);
  }
  return ramp;
}

/** Lightness of both ends of the diverging map. */
const reach: Readonly<Record<Theme, number>> = { light: 28, dark: 76 };
const samples = 48;

/**
 * From the page along one arm of a diverging scheme; `arm` runs from its dark end (0) to its middle (1).
 * On a light page it is walked towards the dark end, on a dark page away from it: more is always further from the page.
 */
function along(theme: Theme, arm: (t: number) => string): LabColor[] {
  const page = lab(tokens[theme].page);
  const colours = Array.from({ length: samples }, (_, i) => lab(arm(i / (samples - 1))));
  const end = reach[theme];
  const walked = theme === "light" ? colours.reverse().filter(({ l }) => l < page.l - 8 && l > end) : colours.filter(({ l }) => l > page.l + 12 && l < end);
  const last = walked.at(-1)!;
  return [page, ...walked, lab(end, last.a, last.b)];
}

export interface Ramps {
  /** Paper to ink. */
  readonly magnitude: Ramp;
  /** The arms of the diverging map, PuOr: orange above zero, purple below; zero is the page on both. */
  readonly positive: Ramp;
  readonly negative: Ramp;
}

const made: Partial<Record<Theme, Ramps>> = {};

/** The ramps of a theme, made once. */
export function rampsOf(theme: Theme): Ramps {
  return (made[theme] ??= {
    magnitude: evenRamp([lab(tokens[theme].page), lab(tokens[theme].ink)]),
    positive: evenRamp(along(theme, (t) => interpolatePuOr(1 - t / 2))),
    negative: evenRamp(along(theme, (t) => interpolatePuOr(t / 2))),
  });
}
