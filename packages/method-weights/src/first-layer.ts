import { float32, intsAttr, isImageSpec, type Graph, type ModelSpec, type Tensor } from "@vitrine/core";
import { filterOf, type FilterBank } from "./bank.js";
import { classifyFilter, type FilterShape } from "./classify.js";
import { fitGabor, type GaborFit } from "./gabor.js";
import type { ModelParameter } from "./parameters.js";
import { shareOf, type Kernel, type Spectrum } from "./spectrum.js";

/** Operators whose result is made of learned features. */
const learned = new Set(["Conv", "ConvTranspose", "FusedConv", "DeformConv", "Gemm", "MatMul", "LSTM", "GRU", "RNN"]);

/** Nodes that see the input as it is, or a fixed transformation of it: no layer with weights lies before them. */
export function firstNodes(graph: Graph): Set<string> {
  const deep = new Set<string>();
  const first = new Set<string>();
  for (const node of graph.nodes) {
    const isDeep = node.inputs.some((name) => deep.has(name));
    if (!isDeep) first.add(node.name);
    if (isDeep || learned.has(node.op)) for (const name of node.outputs) deep.add(name);
  }
  return first;
}

/** Where red, green and blue lie among three input channels. */
export function colourOrder(spec: ModelSpec): readonly [number, number, number] {
  return Object.values(spec.inputs).some((input) => isImageSpec(input) && input.channels === "BGR") ? [2, 1, 0] : [0, 1, 2];
}

/** Bands of frequency, in cycles per pixel: low below the first, high from the second on. */
export const bands = [0.1, 0.25] as const;
/** Kernels below this side resolve no bands. */
export const smallestForBands = 5;
/** Filters of one layer that are looked at this closely. */
export const mostAnalysed = 256;
/** Gabor functions are fitted to as many filters as have this many pixels together, and to 16 at least. */
const pixelsFitted = 16_384;

/** What can be said of filters that look at pixels. */
export interface FirstLayer {
  /** By filter; undefined for dead ones. */
  readonly shapes: readonly (FilterShape | undefined)[];
  /** By filter; undefined for dead ones, kernels below 7 × 7, and the later filters of a layer with very many pixels. */
  readonly gabors: readonly (GaborFit | undefined)[];
  /** [size, size], zero frequency in the middle: the mean of the filters' power, each made to sum to 1. */
  readonly meanPower: Tensor<"float32">;
  /** Shares of that power below .1, up to .25 and from .25 cycles per pixel; undefined for kernels too small. */
  readonly bandShares: { readonly low: number; readonly middle: number; readonly high: number } | undefined;
  /** Where the layer samples more coarsely than every pixel. */
  readonly aliasing: Aliasing | undefined;
}

interface Aliasing {
  /** Steps down and to the right. */
  readonly stride: readonly [number, number];
  /** Frequencies above 1 / (2 · stride) fold back. */
  readonly nyquist: readonly [number, number];
  /** Share of the filters' power above it, each filter counting alike. */
  readonly share: number;
  /** That of white noise: 1 − 1 / (stride · stride). */
  readonly ofNoise: number;
  /** By filter; NaN for dead ones. */
  readonly shares: readonly number[];
}

function kernelOf(bank: FilterBank, filter: number): Kernel {
  const [height, width] = bank.kernel as [number, number];
  return { channels: bank.slices, height, width, data: filterOf(bank, filter) };
}

/** Looks at filters of a 2-D convolution over pixels. Yields after each. */
export function* analyseFirstLayer(parameter: ModelParameter, bank: FilterBank, dead: ReadonlySet<number>): Generator<number, FirstLayer> {
  const filters = Math.min(mostAnalysed, bank.filters);
  const fitted = Math.max(16, Math.floor(pixelsFitted / (bank.kernel[0]! * bank.kernel[1]!)));
  const shapes: (FilterShape | undefined)[] = [];
  const gabors: (GaborFit | undefined)[] = [];
  for (let f = 0; f < filters; f++) {
    const kernel = kernelOf(bank, f);
    const usable = !dead.has(f) && Array.from(kernel.data).every(Number.isFinite);
    shapes.push(usable ? classifyFilter(kernel) : undefined);
    gabors.push(usable && f < fitted ? fitGabor(kernel) : undefined);
    yield f + 1;
  }
  const [height, width] = bank.kernel as [number, number];
  const live = shapes.filter((shape) => shape !== undefined);
  const mean = (of: (spectrum: Spectrum) => number): number => live.reduce((sum, { spectrum }) => sum + of(spectrum), 0) / Math.max(1, live.length);
  const within = (spectrum: Spectrum, low: number, high: number): number => shareOf(spectrum, (fy, fx) => Math.hypot(fy, fx) >= low && Math.hypot(fy, fx) < high);
  const bandShares = Math.min(height, width) < smallestForBands || live.length === 0 ? undefined : {
    low: mean((s) => within(s, 0, bands[0])), middle: mean((s) => within(s, bands[0], bands[1])), high: mean((s) => within(s, bands[1], Infinity)),
  };
  return { shapes, gabors, meanPower: meanPower(live), bandShares, aliasing: live.length === 0 ? undefined : aliasing(parameter, shapes) };
}

function aliasing(parameter: ModelParameter, shapes: readonly (FilterShape | undefined)[]): Aliasing | undefined {
  const stride = intsAttr(parameter.node, "strides", [1, 1]);
  const dilated = intsAttr(parameter.node, "dilations", [1, 1]).some((step) => step > 1);
  const [down = 1, right = 1] = stride;
  // A dilated kernel's spectrum repeats; its stride says little.
  if (dilated || down * right <= 1 || parameter.op === "ConvTranspose") return undefined;
  const nyquist = [1 / (2 * down), 1 / (2 * right)] as const;
  const shares = shapes.map((shape) => (shape ? shareOf(shape.spectrum, (fy, fx) => Math.abs(fy) > nyquist[0] || Math.abs(fx) > nyquist[1]) : NaN));
  const live = shares.filter(Number.isFinite);
  return { stride: [down, right], nyquist, share: live.reduce((a, b) => a + b, 0) / live.length, ofNoise: 1 - 1 / (down * right), shares };
}

function meanPower(live: readonly FilterShape[]): Tensor<"float32"> {
  const size = live[0]?.spectrum.size ?? 32;
  const half = size / 2;
  const data = new Float32Array(size * size);
  for (const { spectrum } of live) {
    if (spectrum.total === 0) continue;
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        const at = ((y + half) % size) * size + ((x + half) % size);
        data[at] = data[at]! + spectrum.power[y * size + x]! / spectrum.total / live.length;
      }
    }
  }
  return float32([size, size], data);
}
