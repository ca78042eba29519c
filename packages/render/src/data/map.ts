import { sizeOf, toFloat32, type HeatmapView, type Tensor } from "@vitrine/core";
import { renderError } from "../errors.js";

/** Values on a grid, row by row. */
export interface ValueMap {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

type Reduce = NonNullable<HeatmapView["reduce"]>;

const steps: Readonly<Record<Reduce, (sum: number, value: number) => number>> = {
  sum: (sum, value) => sum + value,
  mean: (sum, value) => sum + value,
  max: (best, value) => (value > best || Number.isNaN(value) ? value : best),
  "max-abs": (best, value) => (Math.abs(value) > Math.abs(best) || Number.isNaN(value) ? value : best),
  norm: (sum, value) => sum + value * value,
};

export interface MapOptions {
  readonly sample?: number | undefined;
  /** How channels become one map. Default `sum`. */
  readonly reduce?: Reduce | undefined;
}

/** Number of samples that `mapOf` can choose from. */
export function samplesOf({ shape }: Tensor): number {
  return shape.length === 4 ? shape[0]! : 1;
}

/**
 * The map that a tensor holds: [height, width]; [width] as one row; [channels, height, width] and
 * [batch, channels, height, width] with the channels reduced to one.
 * @throws `map-shape` for any other rank, `tensor-index` for a sample that is not there.
 */
export function mapOf(tensor: Tensor, { sample = 0, reduce = "sum" }: MapOptions = {}): ValueMap {
  const { shape } = tensor;
  if (shape.length > 4 || tensor.dtype === "string") throw renderError("map-shape", { shape });
  const [height = 1, width = 1] = shape.length === 1 ? [1, shape[0]!] : shape.slice(-2);
  const channels = shape.length > 2 ? shape.at(-3)! : 1;
  const size = width * height;
  const all = toFloat32(tensor).subarray(sample * channels * size, (sample + 1) * channels * size);
  if (channels === 1) return { width, height, values: all };
  if (sizeOf(shape) === 0) return { width, height, values: new Float32Array(size) };
  const step = steps[reduce];
  const values = reduce === "norm" ? all.slice(0, size).map((value) => value * value) : all.slice(0, size);
  for (let c = 1; c < channels; c++) for (let i = 0; i < size; i++) values[i] = step(values[i]!, all[c * size + i]!);
  if (reduce === "mean") values.forEach((value, i) => (values[i] = value / channels));
  if (reduce === "norm") values.forEach((value, i) => (values[i] = Math.sqrt(value)));
  return { width, height, values };
}

/** The map made no larger than `width` × `height`, each value the mean of those that it replaces; itself where it is smaller. */
export function shrinkMap(map: ValueMap, width: number, height: number): ValueMap {
  const w = Math.max(1, Math.min(map.width, Math.round(width)));
  const h = Math.max(1, Math.min(map.height, Math.round(height)));
  if (w === map.width && h === map.height) return map;
  const sums = new Float64Array(w * h);
  const counts = new Uint32Array(w * h);
  for (let y = 0; y < map.height; y++) {
    const row = Math.floor((y * h) / map.height) * w;
    for (let x = 0; x < map.width; x++) {
      const to = row + Math.floor((x * w) / map.width);
      sums[to] = sums[to]! + map.values[y * map.width + x]!;
      counts[to] = counts[to]! + 1;
    }
  }
  return { width: w, height: h, values: Float32Array.from(sums, (sum, i) => sum / counts[i]!) };
}
