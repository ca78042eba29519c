import { rgb } from "d3-color";
import type { Colours } from "@vitrine/core";
import { tokens, type Look, type Theme } from "../tokens.js";
import { colourFor } from "./both.js";
import { rampSteps, rampsOf, type Ramp } from "./ramps.js";
import { unblend } from "./unblend.js";

/** How much of the picture below the strongest accent hides: it stays legible. */
const strongest = 0.86;

/** Writes red, green, blue and alpha of a value at an offset. */
type Paint = (value: number, into: Uint8ClampedArray, offset: number) => void;

const clamp = (t: number): number => (t > 0 ? (t < 1 ? t : 1) : 0);

/** The share of the way from `from` to `to`; none below, all beyond, also where the two are the same. */
function share(value: number, from: number, to: number): number {
  return to > from ? clamp((value - from) / (to - from)) : value > from ? 1 : 0;
}

function fromRamp(ramp: Ramp, t: number, into: Uint8ClampedArray, offset: number): void {
  const at = 3 * Math.round(t * (rampSteps - 1));
  into[offset] = ramp[at]!;
  into[offset + 1] = ramp[at + 1]!;
  into[offset + 2] = ramp[at + 2]!;
  into[offset + 3] = 255;
}

/** Of the way from the page to the strongest colour: where a scale begins that does not begin at zero. The page is zero, everywhere. */
const beginning = 0.25;

/** The share of a ramp for a magnitude on a scale from `near` to `far`, both at least 0: of a scale that begins beyond zero, from a tint on. */
function inked(magnitude: number, near: number, far: number): number {
  const start = near > 0 && far > near ? Math.min(beginning, near / far) : 0;
  return start + (1 - start) * share(magnitude, near, far);
}

/** The paint of a colour map over a range. */
function paintOf(range: readonly [number, number], colours: Colours, theme: Theme): Paint {
  const [low, high] = range;
  const ramps = rampsOf(theme);
  switch (colours) {
    case "magnitude":
      return (value, into, offset) => fromRamp(ramps.magnitude, inked(value, low, high), into, offset);
    case "signed": {
      const [near, most] = [low * high > 0 ? Math.min(Math.abs(low), Math.abs(high)) : 0, Math.max(Math.abs(low), Math.abs(high))];
      return (value, into, offset) => fromRamp(value < 0 ? ramps.negative : ramps.positive, inked(Math.abs(value), near, most), into, offset);
    }
    case "importance": {
      const { r, g, b } = rgb(tokens[theme].accent);
      return (value, into, offset) => {
        into[offset] = r;
        into[offset + 1] = g;
        into[offset + 2] = b;
        into[offset + 3] = Math.round(255 * strongest * share(value, low, high));
      };
    }
    case "picture":
      return (value, into, offset) => {
        into.fill(Math.round(255 * share(value, low, high)), offset, offset + 3);
        into[offset + 3] = 255;
      };
  }
}

/**
 * Colours of values: red, green, blue and alpha bytes for each.
 * `magnitude` runs from the page at zero to ink, `signed` diverges from the page at zero and is symmetric whatever a `range` through
 * zero says; on a range that does not hold zero both begin with a tint, for the page is zero everywhere. `importance` runs from transparent to the accent, `picture` from black to white.
 * Values beyond the range take the colour of its ends; what is not a number is left transparent.
 * For the look `page` the colours are a light page's, and zero is transparent.
 */
export function colourise(values: ArrayLike<number>, range: readonly [number, number], colours: Colours, look: Look): Uint8ClampedArray {
  const paint = paintOf(range, colours, look === "page" ? "light" : look);
  const bytes = new Uint8ClampedArray(4 * values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isNaN(value)) paint(value, bytes, 4 * i);
  }
  return look === "page" && (colours === "magnitude" || colours === "signed") ? unblend(bytes) : bytes;
}

/** One value's colour as `#rrggbb`, or `#rrggbbaa` where it is transparent; for the look `page` that of both themes, as `light-dark()`. */
export function colourOf(value: number, range: readonly [number, number], colours: Colours, look: Look): string {
  return colourFor(look, (theme) => {
    const [r = 0, g = 0, b = 0, a = 255] = colourise([value], range, colours, theme);
    return rgb(r, g, b, a / 255).formatHex8().replace(/ff$/u, "");
  });
}
