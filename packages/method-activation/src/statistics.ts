import { toFloat32, type Layer, type Tensor } from "@vitrine/core";
import type { Reduction, StatisticsNodes } from "./statistics-graph.js";

/** What is told of every unit on every sample, in this order in the tensor `statistics/LAYER`. */
export const statisticNames = ["min", "max", "mean", "position", "zeros", "below", "concentration", "entropy"] as const;
export type StatisticName = (typeof statisticNames)[number];
const indexOf = Object.fromEntries(statisticNames.map((name, i) => [name, i])) as Readonly<Record<StatisticName, number>>;

/** Statistics of every unit of a layer on every sample. */
export interface LayerStatistics {
  readonly layer: Layer;
  readonly samples: number;
  /** Rows of the layer's batch axis for each sample: more than one where windows are folded into it; undefined where samples cannot be told apart. */
  readonly rowsPerSample: number | undefined;
  readonly units: number;
  /** Positions of one map. */
  readonly positions: number;
  /** [samples, units, statistics]; NaN where one does not apply. */
  readonly data: Float32Array;
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
  const data = rows === samples ? perRow : foldRows(perRow, samples, units, (sample) => (each === undefined ? [0, rows] : [sample * each, (sample + 1) * each]));
  return { layer, samples, rowsPerSample: each, units, positions: positions * (each ?? rows), data };
}

/** [rows, units, reductions] as [rows, units, statistics]. */
function statisticsOfRows(raw: Float32Array, { reductions }: StatisticsNodes, positions: number): Float32Array {
  const width = reductions.length;
  const count = raw.length / width;
  const data = new Float32Array(count * statisticNames.length).fill(NaN);
  const put = (name: StatisticName, value: (base: number) => number): void => {
    const to = indexOf[name];
    for (let i = 0; i < count; i++) data[i * statisticNames.length + to] = value(i * width);
  };
  const column = (name: Reduction): number => reductions.indexOf(name);
  for (const name of ["min", "max", "mean", "position", "zeros", "below"] as const) {
    const from = column(name);
    if (from >= 0) put(name, (base) => raw[base + from]!);
  }
  const [energy, strongest, weighted] = [column("energy"), column("strongest"), column("weighted")];
  // Neither applies to a map of one position: there is nothing of either; nor to one that is all zero: 0 / 0.
  if (energy < 0 || positions < 2) return data;
  put("concentration", (base) => within(raw[base + strongest]! / raw[base + energy]!));
  // −Σ p log p with p = e / total, over log(positions).
  put("entropy", (base) => within((Math.log(raw[base + energy]!) - raw[base + weighted]! / raw[base + energy]!) / Math.log(positions)));
  return data;
}

/** Takes the rows of each sample together; which of them held the strongest position is not told. */
function foldRows(perRow: Float32Array, samples: number, units: number, rowsOf: (sample: number) => readonly [number, number]): Float32Array {
  const width = statisticNames.length;
  const data = new Float32Array(samples * units * width);
  for (let sample = 0; sample < samples; sample++) {
    const [first, end] = rowsOf(sample);
    for (let unit = 0; unit < units; unit++) {
      statisticNames.forEach((name, k) => {
        const column = Array.from({ length: end - first }, (_, i) => perRow[((first + i) * units + unit) * width + k]!);
        data[(sample * units + unit) * width + k] = name === "min" ? Math.min(...column) : name === "max" ? Math.max(...column) : name === "position" ? NaN : meanOf(column);
      });
    }
  }
  return data;
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

/** One statistic of one unit, by its place among samples × units. */
export function statisticAt({ data }: Pick<LayerStatistics, "data">, name: StatisticName, index: number): number {
  return data[index * statisticNames.length + indexOf[name]]!;
}

/** One statistic of all units on one sample. */
export function ofSample(statistics: LayerStatistics, name: StatisticName, sample: number): Float32Array {
  const column = new Float32Array(statistics.units);
  for (let unit = 0; unit < statistics.units; unit++) column[unit] = statisticAt(statistics, name, sample * statistics.units + unit);
  return column;
}

/** Lowest and highest value of a layer on one sample; NaN where it holds one. */
export function rangeOf(statistics: LayerStatistics, sample: number): { readonly min: number; readonly max: number } {
  let [min, max] = [Infinity, -Infinity];
  for (const value of ofSample(statistics, "min", sample)) min = Math.min(min, value);
  for (const value of ofSample(statistics, "max", sample)) max = Math.max(max, value);
  return { min, max };
}

/** True where a unit's map is all zero on a sample. */
export function isSilentAt(statistics: LayerStatistics, index: number): boolean {
  return statisticAt(statistics, "max", index) === 0 && statisticAt(statistics, "min", index) === 0;
}
