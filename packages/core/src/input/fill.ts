import { coreError } from "../errors/catalogue.js";
import { toFloat32 } from "../tensor/convert.js";
import { float32, sizeOf, stridesOf, type Tensor } from "../tensor/tensor.js";
import { seededRandom } from "./random.js";
import type { PreparedInput } from "./spec.js";

/** What stands in for hidden input, and what a path of gradients starts from. */
export type Fill =
  /** In the model's input space, as Captum's baselines. */
  | { readonly kind: "value"; readonly value: number }
  /** A pixel of 0 to 255 before normalisation, as Zeiler & Fergus's grey. */
  | { readonly kind: "pixel"; readonly value: number }
  /** Mean of the input per sample and channel. */
  | { readonly kind: "mean" }
  /** The input blurred over its spatial axes; sigma in positions. */
  | { readonly kind: "blur"; readonly sigma: number }
  /** Normal, with the input's own mean and deviation per sample. */
  | { readonly kind: "noise" }
  /** Another input; broadcast. */
  | { readonly kind: "tensor"; readonly tensor: Tensor };

/** Reads `0`, `pixel:127.5`, `mean`, `blur`, `blur:4`, `noise`, or the path of a `.npy` file. @throws `fill-syntax` */
export async function parseFill(text: string, readTensor: (path: string) => Promise<Tensor>): Promise<Fill> {
  const trimmed = text.trim();
  const number = Number(trimmed);
  if (trimmed !== "" && Number.isFinite(number)) return { kind: "value", value: number };
  if (trimmed === "mean" || trimmed === "noise") return { kind: trimmed };
  if (trimmed === "blur") return { kind: "blur", sigma: 10 };
  const [, word, value] = /^(pixel|blur):(-?[\d.]+(?:e-?\d+)?)$/i.exec(trimmed) ?? [];
  if (word !== undefined && Number.isFinite(Number(value))) return word === "pixel" ? { kind: "pixel", value: Number(value) } : { kind: "blur", sigma: Number(value) };
  if (trimmed.endsWith(".npy")) return { kind: "tensor", tensor: await readTensor(trimmed) };
  throw coreError("fill-syntax", { fill: text });
}

/** A fill as the command line writes it. */
export function showFill(fill: Fill): string {
  switch (fill.kind) {
    case "value":
      return String(fill.value);
    case "pixel":
      return `pixel:${fill.value}`;
    case "blur":
      return `blur:${fill.sigma}`;
    case "tensor":
      return `tensor [${fill.tensor.shape.join(", ")}]`;
    default:
      return fill.kind;
  }
}

/**
 * The whole fill for an input: float32, of the input's shape.
 * @param seed of `noise`
 * @throws `fill-pixel` where the input has no pixels, `fill-shape` where a tensor does not broadcast
 */
export function fillTensor(fill: Fill, input: PreparedInput, seed = 0): Tensor<"float32"> {
  const { shape } = input.tensor;
  const source = toFloat32(input.tensor);
  const filled = new Float32Array(source.length);
  const perSample = source.length / Math.max(1, shape[0] ?? 1);
  switch (fill.kind) {
    case "value":
      filled.fill(fill.value);
      break;
    case "pixel": {
      const pixel = input.fromPixel?.(fill.value);
      if (!pixel) throw coreError("fill-pixel", { input: input.name, kind: input.spec.kind });
      const stride = stridesOf(shape)[pixel.axis]!;
      for (let i = 0; i < filled.length; i++) filled[i] = pixel.values[Math.floor(i / stride) % shape[pixel.axis]!]!;
      break;
    }
    case "mean": {
      // One mean per sample and channel; a series or a matrix without channels has one per sample.
      const channels = shape.length > 2 ? shape[1]! : 1;
      const run = perSample / channels;
      for (let start = 0; start < filled.length; start += run) filled.fill(meanOf(source.subarray(start, start + run)), start, start + run);
      break;
    }
    case "noise": {
      const random = seededRandom(seed);
      for (let start = 0; start < filled.length; start += perSample) {
        const sample = source.subarray(start, start + perSample);
        const mean = meanOf(sample);
        const deviation = Math.sqrt(sample.reduce((sum, x) => sum + (x - mean) ** 2, 0) / sample.length);
        for (let i = 0; i < perSample; i++) filled[start + i] = mean + deviation * random.normal();
      }
      break;
    }
    case "blur": {
      let blurred = source;
      for (let axis = shape.length > 2 ? 2 : 1; axis < shape.length; axis++) blurred = blurAxis(blurred, shape, axis, fill.sigma);
      filled.set(blurred);
      break;
    }
    case "tensor":
      return broadcastTo(fill.tensor, shape, () => coreError("fill-shape", { input: input.name, shape: fill.tensor.shape, expected: shape }));
  }
  return float32(shape, filled);
}

const meanOf = (values: Float32Array): number => values.reduce((sum, x) => sum + x, 0) / Math.max(1, values.length);

/** Gaussian blur along one axis, cut at 3 σ, the border repeated. */
export function blurAxis(source: Float32Array, shape: readonly number[], axis: number, sigma: number): Float32Array {
  const size = shape[axis]!;
  const stride = stridesOf(shape)[axis]!;
  const radius = Math.min(size, Math.ceil(3 * sigma));
  const kernel = Float64Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-0.5 * ((i - radius) / Math.max(sigma, 1e-9)) ** 2));
  const total = kernel.reduce((sum, x) => sum + x, 0);
  const blurred = new Float32Array(source.length);
  for (let i = 0; i < source.length; i++) {
    const position = Math.floor(i / stride) % size;
    let sum = 0;
    for (let k = -radius; k <= radius; k++) {
      const at = Math.min(size - 1, Math.max(0, position + k));
      sum += kernel[k + radius]! * source[i + (at - position) * stride]!;
    }
    blurred[i] = sum / total;
  }
  return blurred;
}

/** `source` repeated to `shape` by the rules of broadcasting, as float32. */
export function broadcastTo(source: Tensor, shape: readonly number[], fail: () => Error): Tensor<"float32"> {
  const values = toFloat32(source);
  const padded = [...new Array<number>(Math.max(0, shape.length - source.shape.length)).fill(1), ...source.shape];
  if (padded.length !== shape.length || padded.some((dim, axis) => dim !== 1 && dim !== shape[axis])) throw fail();
  const strides = stridesOf(padded).map((stride, axis) => (padded[axis] === 1 ? 0 : stride));
  const outer = stridesOf(shape);
  const result = new Float32Array(sizeOf(shape));
  for (let i = 0; i < result.length; i++) {
    let offset = 0;
    for (let axis = 0; axis < shape.length; axis++) offset += (Math.floor(i / outer[axis]!) % shape[axis]!) * strides[axis]!;
    result[i] = values[offset]!;
  }
  return float32(shape, result);
}
