import { toFloat32, type Layer, type Tensor } from "@vitrine/core";
import { statisticNames, type StatisticName, type StatisticsNodes } from "./statistics-graph.js";

/** Statistics of every unit of a layer on every sample; NaN where one does not apply. */
export interface LayerStatistics {
  readonly layer: Layer;
  readonly samples: number;
  /** Rows of the layer's batch axis for each sample: more than one where windows are folded into it; undefined where samples cannot be told apart. */
  readonly rowsPerSample: number | undefined;
  readonly units: number;
  /** Positions of one map. */
  readonly positions: number;
  /** [samples × units] each. */
  readonly values: Readonly<Record<StatisticName, Float32Array>>;
}

/**
 * Reads what `appendStatistics` computed. A layer may have more rows than there are samples (windows of attention in the
 * batch): a sample's rows are taken together, and its strongest position is then not told.
 */
export function readStatistics({ layer, outputs }: StatisticsNodes, results: Readonly<Record<string, Tensor>>, samples: number): LayerStatistics {
  const max = results[outputs.max!]!;
  const [rows = 1, units = 1] = max.shape;
  const each = rows % samples === 0 ? rows / samples : undefined;
  const positions = toFloat32(results[outputs.positions!]!)[0]! * (each ?? rows);
  const rowsOf = (sample: number): [number, number] => (each === undefined ? [0, rows] : [sample * each, (sample + 1) * each]);
  const fold = (name: StatisticName): Float32Array => {
    const output = outputs[name];
    if (output === undefined || (name === "position" && rows !== samples)) return new Float32Array(samples * units).fill(NaN);
    const from = toFloat32(results[output]!);
    const ready = rows === samples ? from : folded(from, samples, units, rowsOf, name);
    return name === "entropy" || name === "concentration" ? located(ready, name, toFloat32(results[outputs.positions!]!)[0]!) : ready;
  };
  return { layer, samples, rowsPerSample: each, units, positions, values: Object.fromEntries(statisticNames.map((name) => [name, fold(name)])) as Record<StatisticName, Float32Array> };
}

function folded(from: Float32Array, samples: number, units: number, rowsOf: (sample: number) => [number, number], name: StatisticName): Float32Array {
  const to = new Float32Array(samples * units);
  for (let sample = 0; sample < samples; sample++) {
    const [start, end] = rowsOf(sample);
    for (let unit = 0; unit < units; unit++) {
      const column: number[] = [];
      for (let row = start; row < end; row++) column.push(from[row * units + unit]!);
      to[sample * units + unit] = name === "min" ? Math.min(...column) : name === "max" ? Math.max(...column) : meanOf(column);
    }
  }
  return to;
}

/** Neither applies to a map of one position. */
function located(values: Float32Array, name: "entropy" | "concentration", positions: number): Float32Array {
  if (positions < 2) return new Float32Array(values.length).fill(NaN);
  const scale = name === "entropy" ? Math.log(positions) : 1;
  // Rounding may leave what is exactly 0 or 1 a little outside.
  return values.map((value) => Math.min(1, Math.max(0, value / scale)));
}

/** Mean of the values that apply; NaN where none does. */
export function meanOf(values: Iterable<number>): number {
  let sum = 0;
  let count = 0;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  return count === 0 ? NaN : sum / count;
}

/** The statistics of one sample, [units]. */
export function ofSample({ values, units }: LayerStatistics, name: StatisticName, sample: number): Float32Array {
  return values[name].subarray(sample * units, (sample + 1) * units);
}

/** Lowest and highest value of a layer on one sample; NaN where it holds one. */
export function rangeOf(statistics: LayerStatistics, sample: number): { readonly min: number; readonly max: number } {
  let min = Infinity;
  let max = -Infinity;
  for (const value of ofSample(statistics, "min", sample)) min = Math.min(min, value);
  for (const value of ofSample(statistics, "max", sample)) max = Math.max(max, value);
  return { min, max };
}

/** True where a unit's map is all zero on a sample. */
export function isSilentAt({ values }: LayerStatistics, index: number): boolean {
  return values.max[index] === 0 && values.min[index] === 0;
}

/** All of them as one tensor's data, [samples, units, statistics]. */
export function interleave(statistics: Pick<LayerStatistics, "samples" | "units" | "values">): Float32Array {
  const data = new Float32Array(statistics.samples * statistics.units * statisticNames.length);
  statisticNames.forEach((name, k) => statistics.values[name].forEach((value, i) => (data[i * statisticNames.length + k] = value)));
  return data;
}
