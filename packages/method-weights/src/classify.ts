import { seededRandom } from "@vitrine/core";
import { concentration, orientationOf, peakOf, spectrumOf, spectrumSize, type Kernel, type Spectrum } from "./spectrum.js";

/** What a first-layer filter looks like. */
export type FilterClass = "edge" | "grating" | "blob" | "colour" | "noise";
export const filterClasses: readonly FilterClass[] = ["edge", "grating", "blob", "colour", "noise"];

/** A filter and the numbers that decide what it is. */
export interface FilterShape {
  readonly class: FilterClass;
  /** Cycles per pixel of the strongest frequency. */
  readonly frequency: number;
  /** How many periods of it fit into the kernel. */
  readonly cycles: number;
  /** Degrees: see `orientationOf`. */
  readonly angle: number;
  readonly coherence: number;
  /** Share of the energy that differs between the colours; 0 for other than three channels. */
  readonly chroma: number;
  readonly concentration: number;
  /** The concentration that 95 of 100 white-noise filters of this shape stay below; undefined for kernels too small to tell. */
  readonly noiseBelow: number | undefined;
  readonly spectrum: Spectrum;
}

/** From this side on noise can be told from structure. */
export const smallestForNoise = 5;
/** Colour is more than half of the energy. */
const mostlyColour = 0.5;
/** Below this coherence there is no preferred direction. */
export const oriented = 0.4;
/** An edge has about one period of its strongest frequency in the kernel, a grating more. */
const periods = 1.25;

/**
 * Sorts a filter by what its spectrum shows. In this order:
 *
 * 1. **noise**: its power is concentrated around its strongest frequency no more than that of 95 % of white-noise filters
 *    of the same shape (kernels of 5 × 5 and more; smaller ones hold too few numbers to tell);
 * 2. **colour**: more than half of its energy differs between three channels;
 * 3. **blob**: no preferred direction (coherence of its directions below .4);
 * 4. **grating**: at least 1¼ periods of its strongest frequency fit into it along its direction;
 * 5. **edge**: the rest, oriented with about one change from dark to light.
 */
export function classifyFilter(kernel: Kernel): FilterShape {
  const spectrum = spectrumOf(kernel);
  const peak = peakOf(spectrum);
  const { angle, coherence } = orientationOf(spectrum);
  const cycles = Math.hypot(peak.fy * kernel.height, peak.fx * kernel.width);
  const shape = {
    frequency: Math.hypot(peak.fy, peak.fx), cycles, angle, coherence, spectrum,
    chroma: chromaOf(kernel), concentration: concentration(spectrum, kernel, peak), noiseBelow: noiseLevel(kernel),
  };
  const named = (): FilterClass => {
    if (shape.noiseBelow !== undefined && shape.concentration < shape.noiseBelow) return "noise";
    if (shape.chroma > mostlyColour) return "colour";
    if (coherence < oriented) return "blob";
    return cycles >= periods ? "grating" : "edge";
  };
  return { ...shape, class: named() };
}

/** 1 − the share of the energy that all three channels have in common: 0 for grey, 2/3 for noise, 1 where they cancel. */
export function chromaOf({ channels, height, width, data }: Kernel): number {
  if (channels !== 3) return 0;
  const size = height * width;
  let [all, common] = [0, 0];
  for (let i = 0; i < size; i++) {
    const [r, g, b] = [data[i]!, data[size + i]!, data[2 * size + i]!];
    all += r * r + g * g + b * b;
    common += (r + g + b) ** 2 / 3;
  }
  return all === 0 ? 0 : Math.max(0, 1 - common / all);
}

const draws = 200;
const levels = new Map<string, number>();

/** The 95th percentile of the concentration of seeded white noise of a kernel's shape. */
function noiseLevel({ channels, height, width }: Kernel): number | undefined {
  if (Math.min(height, width) < smallestForNoise) return undefined;
  const key = `${channels}x${height}x${width}`;
  const known = levels.get(key);
  if (known !== undefined) return known;
  const random = seededRandom(0);
  const size = spectrumSize(height, width);
  const found = Array.from({ length: draws }, () => {
    const noise = { channels, height, width, data: Float64Array.from({ length: channels * height * width }, () => random.normal()) };
    return concentration(spectrumOf(noise, size), noise);
  }).sort((a, b) => a - b);
  const level = found[Math.floor(draws * 0.95)]!;
  levels.set(key, level);
  return level;
}
