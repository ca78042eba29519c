import { float32, type Tensor } from "@vitrine/core";

/** What a set of weights amounts to. Values that are no numbers are counted and otherwise left out. */
export interface WeightStatistics {
  readonly count: number;
  readonly mean: number;
  /** Of the whole population: divided by n. */
  readonly std: number;
  readonly min: number;
  readonly max: number;
  /** √Σw² */
  readonly l2: number;
  /** Values with |w| below this are "near zero". */
  readonly below: number;
  /** Share of those. */
  readonly nearZero: number;
  /** How many are NaN or infinite. */
  readonly notFinite: number;
}

/** @param share near zero is below this share of the largest |w| */
export function statisticsOf(values: ArrayLike<number>, share: number): WeightStatistics {
  let [count, sum, squares, min, max] = [0, 0, 0, Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    count++;
    sum += value;
    squares += value * value;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (count === 0) return { count: 0, mean: 0, std: 0, min: 0, max: 0, l2: 0, below: 0, nearZero: 0, notFinite: values.length };
  const mean = sum / count;
  const below = share * Math.max(Math.abs(min), Math.abs(max));
  let [spread, near] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    spread += (value - mean) ** 2;
    if (Math.abs(value) < below || value === 0) near++;
  }
  return { count, mean, std: Math.sqrt(spread / count), min, max, l2: Math.sqrt(squares), below, nearZero: near / count, notFinite: values.length - count };
}

export interface Histogram {
  /** [bins] */
  readonly counts: Tensor<"float32">;
  /** [bins + 1] */
  readonly edges: Tensor<"float32">;
}

/** Equal bins from the least to the greatest value; the last one holds its upper edge. Values that are no numbers are left out. */
export function histogramOf(values: ArrayLike<number>, { min, max }: Pick<WeightStatistics, "min" | "max">, bins = 61): Histogram {
  const counts = new Float32Array(bins);
  const width = (max - min) / bins;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    const bin = width > 0 ? Math.min(bins - 1, Math.floor((value - min) / width)) : Math.floor(bins / 2);
    counts[bin]!++;
  }
  const half = max > min ? 0 : Math.abs(min) / 2 || 0.5;
  const edges = Float32Array.from({ length: bins + 1 }, (_, i) => min - half + ((max - min + 2 * half) * i) / bins);
  return { counts: float32([bins], counts), edges: float32([bins + 1], edges) };
}

/** L2 of one filter. */
export function norm(values: ArrayLike<number>): number {
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += values[i]! ** 2;
  return Math.sqrt(squares);
}

/** Filters that are next to nothing: L2 at most 1 % of the root mean square over the layer's filters. */
export const deadShare = 0.01;

export function deadFilters(norms: ArrayLike<number>): number[] {
  const finite = Array.from(norms).filter(Number.isFinite);
  const limit = deadShare * Math.sqrt(finite.reduce((sum, one) => sum + one * one, 0) / Math.max(1, finite.length));
  return Array.from(norms, (one, f) => (one <= limit ? f : -1)).filter((f) => f >= 0);
}
