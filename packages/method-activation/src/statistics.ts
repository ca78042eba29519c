import { float32, toFloat32, type Layer, type Tensor } from "@vitrine/core";
import type { Reduction, StatisticsNodes } from "./statistics-graph.js";

/** What is told of every unit on every sample, in this order in the tensor `statistics/LAYER`. */
export const statisticNames = ["min", "max", "mean", "position", "zeros", "below", "concentration", "entropy"] as const;
export type StatisticName = (typeof statisticNames)[number];

/** Statistics of every unit of a layer on every sample. */
export interface LayerStatistics {
  readonly layer: Layer;
  readonly samples: number;
  /** Rows of the layer's batch axis for each sample: more than one where windows are folded into it; undefined where samples cannot be told apart. */
  readonly rowsPerSample: number | undefined;
  readonly units: number;
  /** Positions of one map. */
  readonly positions: number;
  /** [samples × units] each; NaN where one does not apply. */
  readonly values: Readonly<Record<StatisticName, Float32Array>>;
}

/**
 * Reads what `appendStatistics` computed. Where a layer has more rows than there are samples (windows of attention in the
 * batch), a sample's rows are taken together, and its strongest position is then not told.
 */
export function readStatistics(nodes: StatisticsNodes, results: Readonly<Record<string, Tensor>>, samples: number): LayerStatistics {
  const { layer, output, positions: known } = nodes;
  const reduced = results[output]!;
  const [rows = 1, units = 1] = reduced.shape;
  const raw = toFloat32(reduced);
  const positions = known ?? raw[nodes.reductions.indexOf("positions")]!;
  const each = rows % samples === 0 ? rows / samples : undefined;
  const perRow = statisticsOfRows(raw, nodes, positions);
  const values = rows === samples ? perRow : foldRows(perRow, samples, units, (sample) => (each === undefined ? [0, rows] : [sample * each, (sample + 1) * each]));
  return { layer, samples, rowsPerSample: each, units, positions: positions * (each ?? rows), values };
}

/** [rows, units, reductions] as one column of [rows × units] for each statistic. */
function statisticsOfRows(raw: Float32Array, { reductions }: StatisticsNodes, positions: number): LayerStatistics["values"] {
  const width = reductions.length;
  const count = raw.length / width;
  const all = (value: (base: number) => number): Float32Array => {
    const column = new Float32Array(count);
    for (let i = 0; i < count; i++) column[i] = value(i * width);
    return column;
  };
  const at = (name: Reduction): number => reductions.indexOf(name);
  const copied = (name: Reduction & StatisticName): Float32Array => {
    const from = at(name);
    return from < 0 ? new Float32Array(count).fill(NaN) : all((base) => raw[base + from]!);
  };
  const [energy, strongest, weighted] = [at("energy"), at("strongest"), at("weighted")];
  // Neither applies to a map of one position: there is nothing of either; nor to one that is all zero: 0 / 0.
  const located = energy >= 0 && positions > 1;
  return {
    min: copied("min"), max: copied("max"), mean: copied("mean"), position: copied("position"), zeros: copied("zeros"), below: copied("below"),
    concentration: all((base) => (located ? within(raw[base + strongest]! / raw[base + energy]!) : NaN)),
    // −Σ p log p with p = e / total, over log(positions).
    entropy: all((base) => (located ? within((Math.log(raw[base + energy]!) - raw[base + weighted]! / raw[base + energy]!) / Math.log(positions)) : NaN)),
  };
}

/** Takes the rows of each sample together; which of them held the strongest position is not told. */
function foldRows(perRow: LayerStatistics["values"], samples: number, units: number, rowsOf: (sample: number) => readonly [number, number]): LayerStatistics["values"] {
  const fold = (name: StatisticName): Float32Array =>
    Float32Array.from({ length: samples * units }, (_, i) => {
      const [first, end] = rowsOf(Math.floor(i / units));
      const column = Array.from({ length: end - first }, (_, row) => perRow[name][(first + row) * units + (i % units)]!);
      return name === "min" ? Math.min(...column) : name === "max" ? Math.max(...column) : name === "position" ? NaN : meanOf(column);
    });
  return Object.fromEntries(statisticNames.map((name) => [name, fold(name)])) as LayerStatistics["values"];
}

/** Rounding may leave what is exactly 0 or 1 a little outside. */
const within = (share: number): number => Math.min(1, Math.max(0, share));

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

/** One statistic of all units on one sample. */
export function ofSample({ values, units }: LayerStatistics, name: StatisticName, sample: number): Float32Array {
  return values[name].subarray(sample * units, (sample + 1) * units);
}

/** All of them as one tensor, [samples, units, statistics]. */
export function asTensor({ samples, units, values }: LayerStatistics): Tensor<"float32"> {
  const width = statisticNames.length;
  const data = new Float32Array(samples * units * width);
  statisticNames.forEach((name, k) => {
    const column = values[name];
    for (let i = 0; i < column.length; i++) data[i * width + k] = column[i]!;
  });
  return float32([samples, units, width], data);
}

/** Lowest and highest value of a layer on one sample; NaN where it holds one. */
export function rangeOf(statistics: LayerStatistics, sample: number): { readonly min: number; readonly max: number } {
  let [min, max] = [Infinity, -Infinity];
  for (const value of ofSample(statistics, "min", sample)) min = Math.min(min, value);
  for (const value of ofSample(statistics, "max", sample)) max = Math.max(max, value);
  return { min, max };
}

/** True where a unit's map is all zero on a sample. */
export function isSilentAt({ values }: LayerStatistics, index: number): boolean {
  return values.max[index] === 0 && values.min[index] === 0;
}
