import { sizeOf } from "@vitrine/core";
import { filterOf, type FilterBank } from "./bank.js";
import { norm } from "./statistics.js";

/** Two filters that are one up to scale and sign. */
export interface SimilarPair {
  readonly a: number;
  readonly b: number;
  readonly cosine: number;
}

export interface Similarity {
  /** Filters that were compared, in their order: all, or evenly spaced ones where that is too much work. */
  readonly compared: readonly number[];
  /** [compared, compared] cosines; NaN for filters without a direction. */
  readonly cosines: Float32Array;
  readonly pairs: readonly SimilarPair[];
}

/** Multiplications at most for one layer. */
const mostWork = 4e8;
/** A matrix of more rows is no picture, and no list. */
const mostFilters = 1024;
/** With fewer numbers filters are alike by chance. */
const fewestNumbers = 9;

/**
 * Cosines between all pairs of filters of a layer, and the pairs that are alike. Filters of different groups see different
 * inputs, and are no pair. Undefined where filters are too short to tell, or each has a group of its own (depthwise).
 */
export function similarity(bank: FilterBank, threshold: number): Similarity | undefined {
  const length = bank.slices * sizeOf(bank.kernel);
  if (length < fewestNumbers || bank.filters <= bank.groups) return undefined;
  const most = Math.max(2, Math.min(mostFilters, bank.filters, Math.floor(Math.sqrt((2 * mostWork) / length))));
  const compared = Array.from({ length: most }, (_, i) => Math.floor((i * bank.filters) / most));
  const perGroup = bank.filters / bank.groups;
  const groupOf = (f: number): number => Math.floor(f / perGroup);
  const units = compared.map((f) => {
    const values = filterOf(bank, f);
    const scale = norm(values);
    return values.map((value) => value / scale);
  });
  const cosines = new Float32Array(most * most);
  const pairs: SimilarPair[] = [];
  for (let i = 0; i < most; i++) {
    for (let j = i; j < most; j++) {
      const a = units[i]!;
      const b = units[j]!;
      let dot = 0;
      for (let k = 0; k < length; k++) dot += a[k]! * b[k]!;
      cosines[i * most + j] = cosines[j * most + i] = dot;
      if (i !== j && Math.abs(dot) > threshold && groupOf(compared[i]!) === groupOf(compared[j]!)) pairs.push({ a: compared[i]!, b: compared[j]!, cosine: dot });
    }
  }
  pairs.sort((x, y) => Math.abs(y.cosine) - Math.abs(x.cosine));
  return { compared, cosines, pairs };
}
