import FFT from "fft.js";

/** One filter as pictures: [channels, height, width]. */
export interface Kernel {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly data: ArrayLike<number>;
}

/**
 * The power spectrum of a kernel: |DFT|² summed over channels, the kernel padded with zeros to `size` × `size`.
 * Index (ky, kx) is the frequency (ky, kx) / size in cycles per pixel; those above size / 2 are negative.
 */
export interface Spectrum {
  readonly size: number;
  /** [size, size] */
  readonly power: Float64Array;
  /** Sum of the power: size² · Σw², by Parseval. */
  readonly total: number;
}

/** Grid of the padded DFT: at least four times the kernel, so that its main lobe is resolved; twice for kernels above 16. */
export function spectrumSize(height: number, width: number): number {
  const side = Math.max(height, width);
  return 2 ** Math.max(5, Math.ceil(Math.log2((side > 16 ? 2 : 4) * side)));
}

const transforms = new Map<number, FFT>();

/** The padded 2-D DFT of one channel: [re, im] interleaved, row by row. */
export function transform(kernel: Kernel, channel: number, size: number): Float64Array {
  const fft = transforms.get(size) ?? new FFT(size);
  transforms.set(size, fft);
  const { height, width, data } = kernel;
  const rows = new Float64Array(2 * size * size);
  const line = new Float64Array(2 * size);
  const out = new Float64Array(2 * size);
  for (let y = 0; y < height; y++) {
    line.fill(0);
    for (let x = 0; x < width; x++) line[2 * x] = data[(channel * height + y) * width + x]!;
    fft.transform(out, line);
    rows.set(out, 2 * y * size);
  }
  for (let x = 0; x < size; x++) {
    for (let y = 0; y < size; y++) {
      line[2 * y] = rows[2 * (y * size + x)]!;
      line[2 * y + 1] = rows[2 * (y * size + x) + 1]!;
    }
    fft.transform(out, line);
    for (let y = 0; y < size; y++) {
      rows[2 * (y * size + x)] = out[2 * y]!;
      rows[2 * (y * size + x) + 1] = out[2 * y + 1]!;
    }
  }
  return rows;
}

export function spectrumOf(kernel: Kernel, size = spectrumSize(kernel.height, kernel.width)): Spectrum {
  const power = new Float64Array(size * size);
  let total = 0;
  for (let c = 0; c < kernel.channels; c++) {
    const values = transform(kernel, c, size);
    for (let i = 0; i < power.length; i++) {
      const one = values[2 * i]! ** 2 + values[2 * i + 1]! ** 2;
      power[i] = power[i]! + one;
      total += one;
    }
  }
  return { size, power, total };
}

/** The frequency of an index along an axis, in cycles per pixel, from −.5 to .5. */
const frequencyOf = (index: number, size: number): number => (index < size / 2 ? index : index - size) / size;

/** The sum of the power where `inside(fy, fx)`, as a share of all. */
export function shareOf({ size, power, total }: Spectrum, inside: (fy: number, fx: number) => boolean): number {
  if (total === 0) return 0;
  let sum = 0;
  for (let y = 0; y < size; y++) for (let x = 0; x < size; x++) if (inside(frequencyOf(y, size), frequencyOf(x, size))) sum += power[y * size + x]!;
  return sum / total;
}

export interface Peak {
  /** Cycles per pixel, fx ≥ 0. */
  readonly fy: number;
  readonly fx: number;
}

/** The frequency with the most power; of the two mirror images the one to the right. */
export function peakOf({ size, power }: Spectrum): Peak {
  let best = 0;
  for (let y = 0; y < size; y++) for (let x = 0; x <= size / 2; x++) if (power[y * size + x]! > power[best]! * (1 + 1e-9)) best = y * size + x;
  return { fy: frequencyOf(Math.floor(best / size), size), fx: Math.abs(frequencyOf(best % size, size)) };
}

/**
 * Share of the power within 1.25 / side of the strongest frequency and its mirror image: about the main lobe of a kernel of
 * that size. Structure is concentrated, white noise spreads.
 */
export function concentration(spectrum: Spectrum, { height, width }: Pick<Kernel, "height" | "width">, peak = peakOf(spectrum)): number {
  const near = (fy: number, fx: number, sign: number): boolean => (wrap(fy - sign * peak.fy) * height) ** 2 + (wrap(fx - sign * peak.fx) * width) ** 2 <= 1.25 ** 2;
  return shareOf(spectrum, (fy, fx) => near(fy, fx, 1) || near(fy, fx, -1));
}

/** Frequencies repeat with period 1. */
const wrap = (f: number): number => f - Math.round(f);

/**
 * The direction in which a kernel varies: the mean of e^(2iθ) over the power, θ the direction of each frequency, the mean itself left
 * out (the structure tensor of Bigün & Granlund 1987, without its weight |f|², which would count a little noise for much).
 * `angle` in degrees from 0 to 180, clockwise from left-to-right as it is drawn; `coherence` is 0 without a preferred
 * direction, 1 with a single one.
 */
export function orientationOf({ size, power }: Spectrum): { readonly angle: number; readonly coherence: number } {
  let [even, odd, sum] = [0, 0, 0];
  for (let y = 0; y < size; y++) {
    const fy = frequencyOf(y, size);
    for (let x = 0; x < size; x++) {
      const fx = frequencyOf(x, size);
      const p = power[y * size + x]!;
      const square = fx * fx + fy * fy;
      if (square === 0) continue;
      sum += p;
      even += (p * (fx * fx - fy * fy)) / square;
      // The highest frequency of an even grid is its own mirror image: it has no sign.
      if (2 * x !== size && 2 * y !== size) odd += (p * 2 * fx * fy) / square;
    }
  }
  const angle = (Math.atan2(odd, even) * 90) / Math.PI;
  // Within rounding of 180 is 0.
  return { angle: Math.abs(angle) < 1e-9 ? 0 : (angle + 180) % 180, coherence: sum === 0 ? 0 : Math.hypot(even, odd) / sum };
}
