import { levenbergMarquardt } from "ml-levenberg-marquardt";
import { orientationOf, peakOf, spectrumOf, transform, type Kernel } from "./spectrum.js";

/** A Gabor function: a plane wave under a Gaussian. Positions are pixels from the kernel's centre. */
export interface Gabor {
  readonly amplitude: number;
  readonly x: number;
  readonly y: number;
  /** Widths of the envelope along and across the wave, in pixels. */
  readonly sigmaAlong: number;
  readonly sigmaAcross: number;
  /** Direction of the wave in degrees, 0 to 180, clockwise from left-to-right as it is drawn. */
  readonly angle: number;
  /** Cycles per pixel. */
  readonly frequency: number;
  /** Radians at the centre of the envelope. */
  readonly phase: number;
}

export interface GaborFit {
  readonly gabor: Gabor;
  /** 1 − (1 − R²)(n − 1)/(n − 9) for n pixels: eight parameters are paid for. At most 1; below 0 where it is worse than a constant. */
  readonly adjustedR2: number;
}

/** Eight parameters overfit anything smaller. */
export const smallestForGabor = 7;
const parameters = 8;

type P = readonly number[];

interface Attempt {
  readonly values: readonly number[];
  /** Sum of squares. */
  readonly error: number;
}

/** A·exp(−½((u/σ₁)² + (v/σ₂)²))·cos(2πfu + φ), u and v rotated by θ (Daugman 1985). Order: A, x₀, y₀, σ₁, σ₂, θ, f, φ. */
export function gaborValue([a, x0, y0, s1, s2, theta, f, phi]: P, x: number, y: number): number {
  const { u, v } = rotated(x - x0!, y - y0!, theta!);
  return a! * Math.exp(-0.5 * ((u / s1!) ** 2 + (v / s2!) ** 2)) * Math.cos(2 * Math.PI * f! * u + phi!);
}

/** Its partial derivatives, in the order of the parameters. */
export function gaborGradient([a, x0, y0, s1, s2, theta, f, phi]: P, x: number, y: number): number[] {
  const [cos, sin] = [Math.cos(theta!), Math.sin(theta!)];
  const { u, v } = rotated(x - x0!, y - y0!, theta!);
  const envelope = Math.exp(-0.5 * ((u / s1!) ** 2 + (v / s2!) ** 2));
  const wave = Math.cos(2 * Math.PI * f! * u + phi!);
  const slope = -Math.sin(2 * Math.PI * f! * u + phi!);
  const byU = a! * envelope * ((-u / s1! ** 2) * wave + 2 * Math.PI * f! * slope);
  const byV = a! * envelope * wave * (-v / s2! ** 2);
  return [
    envelope * wave,
    -cos * byU + sin * byV,
    -sin * byU - cos * byV,
    a! * envelope * wave * (u * u) / s1! ** 3,
    a! * envelope * wave * (v * v) / s2! ** 3,
    v * byU - u * byV,
    a! * envelope * slope * 2 * Math.PI * u,
    a! * envelope * slope,
  ];
}

function rotated(x: number, y: number, theta: number): { u: number; v: number } {
  const [cos, sin] = [Math.cos(theta), Math.sin(theta)];
  return { u: x * cos + y * sin, v: -x * sin + y * cos };
}

/**
 * Fits a Gabor function to a kernel by Levenberg–Marquardt from several starts; of several channels to their projection on the
 * direction of colour that holds most of the energy.
 * Undefined for kernels below 7 × 7 and for constant ones.
 */
export function fitGabor(kernel: Kernel): GaborFit | undefined {
  const { height, width } = kernel;
  if (Math.min(height, width) < smallestForGabor) return undefined;
  const values = principalChannel(kernel);
  const scale = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
  const y = values.map((value) => value / (scale || 1));
  const mean = y.reduce((sum, value) => sum + value, 0) / y.length;
  const total = y.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  if (!(total > 1e-12) || !Number.isFinite(scale)) return undefined;
  const px = (i: number): number => (i % width) - (width - 1) / 2;
  const py = (i: number): number => Math.floor(i / width) - (height - 1) / 2;
  const side = Math.max(height, width);
  const fit = (initialValues: readonly number[], maxIterations: number): Attempt => {
    const { parameterValues: found } = levenbergMarquardt({ x: y.map((_, i) => i), y }, (p) => (i) => gaborValue(p, px(i), py(i)), {
      initialValues: [...initialValues],
      jacobianFunction: (p) => (i) => gaborGradient(p, px(i), py(i)),
      minValues: [-50, -width, -height, 0.5, 0.5, -10, 0, -20], maxValues: [50, width, height, 2 * side, 2 * side, 10, 0.75, 20],
      damping: 0.01, maxIterations, errorTolerance: 1e-9,
    });
    return { values: found, error: y.reduce((sum, value, i) => sum + (value - gaborValue(found, px(i), py(i))) ** 2, 0) };
  };
  const nearest = (attempts: readonly Attempt[]): Attempt[] => attempts.filter(({ error }) => Number.isFinite(error)).sort((p, q) => p.error - q.error);
  // A few steps from every start tell which two are worth going on with.
  const begun = nearest(starts({ channels: 1, height, width, data: y }).map((start) => fit(start, 8)));
  const [best] = nearest(begun.slice(0, 2).map(({ values: start }) => fit(start, 50)));
  if (!best) return undefined;
  const [a, x, yAt, sigmaAlong, sigmaAcross, theta, frequency, phase] = best.values as readonly [number, number, number, number, number, number, number, number];
  const n = y.length;
  const degrees = (theta * 180) / Math.PI;
  return {
    gabor: { amplitude: a * scale, x, y: yAt, sigmaAlong, sigmaAcross, angle: ((degrees % 180) + 180) % 180, frequency, phase },
    adjustedR2: 1 - ((best.error / total) * (n - 1)) / (n - parameters - 1),
  };
}

/**
 * Where the fit begins: the wave of the strongest frequency, its phase and amplitude from the DFT, under a narrow and a wide
 * envelope; and a part of a wave around the strongest pixel, for spots, which have no frequency of their own.
 */
function starts(kernel: Kernel): number[][] {
  const { height, width, data } = kernel;
  const spectrum = spectrumOf(kernel);
  const { size } = spectrum;
  const { fy, fx } = peakOf(spectrum);
  const dft = transform(kernel, 0, size);
  const at = 2 * (((fy * size + size) % size) * size + ((fx * size) % size));
  // The DFT counts positions from the corner; the Gabor from the centre.
  const phase = Math.atan2(dft[at + 1]!, dft[at]!) + 2 * Math.PI * (fx * (width - 1) / 2 + fy * (height - 1) / 2);
  const side = Math.min(height, width);
  const waves = [side / 6, side / 3].map((sigma) => {
    // Σ envelope is about 2πσ²; a wave and its mirror image share the amplitude.
    const amplitude = (2 * Math.hypot(dft[at]!, dft[at + 1]!)) / Math.min(2 * Math.PI * sigma * sigma, height * width);
    return [amplitude, 0, 0, sigma, sigma, Math.atan2(fy, fx), Math.hypot(fx, fy), Math.atan2(Math.sin(phase), Math.cos(phase))];
  });
  let strongest = 0;
  for (let i = 1; i < height * width; i++) if (Math.abs(data[i]!) > Math.abs(data[strongest]!)) strongest = i;
  const theta = (orientationOf(spectrum).angle * Math.PI) / 180;
  const spots = ([[side / 6, 0.25], [side / 2, 0.25], [side / 2, 0.75]] as const).map(([sigma, cycles]) => [data[strongest]!, (strongest % width) - (width - 1) / 2, Math.floor(strongest / width) - (height - 1) / 2, sigma, sigma, theta, cycles / side, 0.1]);
  return [...waves, ...spots];
}

/** The kernel's projection on the direction in colour space with the most energy, by power iteration; [height × width]. */
export function principalChannel({ channels, height, width, data }: Kernel): number[] {
  const size = height * width;
  if (channels === 1) return Array.from({ length: size }, (_, i) => data[i]!);
  const moment = (a: number, b: number): number => {
    let sum = 0;
    for (let i = 0; i < size; i++) sum += data[a * size + i]! * data[b * size + i]!;
    return sum;
  };
  const moments = Array.from({ length: channels }, (_, a) => Array.from({ length: channels }, (__, b) => moment(a, b)));
  // Begins at the strongest channel's own row, which is never orthogonal to the answer.
  const strongest = moments.reduce((best, row, c) => (row[c]! > moments[best]![best]! ? c : best), 0);
  let direction = [...moments[strongest]!];
  for (let i = 0; i < 60; i++) {
    const length = Math.hypot(...direction) || 1;
    const unit = direction.map((value) => value / length);
    direction = moments.map((row) => row.reduce((sum, value, c) => sum + value * unit[c]!, 0));
  }
  const length = Math.hypot(...direction) || 1;
  return Array.from({ length: size }, (_, i) => direction.reduce((sum, value, c) => sum + (value / length) * data[c * size + i]!, 0));
}
