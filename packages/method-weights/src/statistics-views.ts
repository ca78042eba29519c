import { float32, orNull, percentOf, threeDigits, type FindingTensor, type HistogramView, type TableView, type View } from "@vitrine/core";
import { blockOf, type BankAnalysis } from "./analysis.js";
import type { FilterBank } from "./bank.js";
import type { Shown } from "./filter-views.js";
import type { ModelParameter } from "./parameters.js";
import { histogramOf } from "./statistics.js";
import { keyOf, titled } from "./words.js";

const mostHistograms = 12;
const mostRows = 200;
/** A quarter of a standard deviation each, the outermost around ±4. */
const bins = 33;
const perSigma = 4;

/** Numbers of every block of weights: a table, how they are distributed on one scale, and a histogram each where there are few. */
export function statisticsViews(banks: readonly BankAnalysis[], nearZero: number): Shown {
  const group = "All weights";
  const tensors: Record<string, FindingTensor> = {};
  const views: View[] = [];
  const table: TableView = {
    kind: "table", group, title: "The weights in numbers",
    columns: [
      { title: "weights" }, { title: "shape" }, { title: "mean", numeric: true, digits: 4 }, { title: "spread", numeric: true, digits: 4 }, { title: "max", numeric: true, digits: 3 },
      { title: "L2", numeric: true, digits: 2 }, { title: "≈ 0", numeric: true, digits: 1, unit: "%" }, { title: "dead", numeric: true, digits: 0 },
    ],
    rows: banks.slice(0, mostRows).map(({ parameter, bank, statistics, norms, dead }) => [
      rowName(parameter, bank), [bank.filters, bank.slices, ...bank.kernel].join("×"), statistics.mean, statistics.std, Math.max(Math.abs(statistics.min), Math.abs(statistics.max)),
      orNull(meanOf(norms)), 100 * statistics.nearZero, dead.length,
    ]),
    caption: `Shapes are filters × channels × kernel; spread is the standard deviation, max the largest magnitude, L2 the mean over filters, ≈ 0 the share below ${percentOf(nearZero)} of the largest magnitude, dead the filters that are next to nothing.${banks.length > mostRows ? ` The first ${mostRows} of ${banks.length}.` : ""}`,
  };
  views.push(table);

  for (const { parameter, bank, statistics, norms } of banks) {
    const [counts, edges] = [keyOf("histogram", parameter.name, bank.block), keyOf("histogram-edges", parameter.name, bank.block)];
    const histogram = histogramOf(blockOf(bank), statistics);
    tensors[counts] = { tensor: histogram.counts, axes: ["bin"], meaning: "weights in each bin" };
    tensors[edges] = { tensor: histogram.edges, axes: ["edge"], meaning: "edges of the bins" };
    tensors[keyOf("l2", parameter.name, bank.block)] = { tensor: float32([norms.length], norms), axes: ["filter"], meaning: "L2 norm of each filter" };
  }
  if (banks.length > 1) {
    const shownBanks = banks.slice(0, mostRows);
    const data = new Float32Array(shownBanks.length * bins);
    shownBanks.forEach((one, row) => data.set(standardised(one), row * bins));
    tensors["distribution"] = { tensor: float32([shownBanks.length, bins], data), axes: ["weights", "bin"], meaning: `share of each block's weights by (w − mean) ÷ standard deviation, in ${bins} bins of ${1 / perSigma}; what lies outside is in none` };
    views.push({
      kind: "matrix", group, title: "How the weights of each layer are distributed", tensor: "distribution", colours: "magnitude", unit: "share of the layer's weights",
      rows: shownBanks.map(({ parameter, bank }) => rowName(parameter, bank)),
      columns: Array.from({ length: bins }, (_, i) => `${(i - (bins - 1) / 2) / perSigma} σ`),
      caption: `Each row is one layer's histogram, in standard deviations from its mean. A narrow strong middle is many weights near the mean and few large ones.`,
    });
  }
  if (banks.length <= mostHistograms) {
    for (const { parameter, bank, statistics } of banks) {
      views.push({
        kind: "histogram", group: parameter.layer, title: `How large the weights of ${titled(parameter.name, bank.block)} are`,
        counts: keyOf("histogram", parameter.name, bank.block), edges: keyOf("histogram-edges", parameter.name, bank.block), xAxis: "weight", yAxis: "count",
        caption: `Mean ${threeDigits(statistics.mean)}, standard deviation ${threeDigits(statistics.std)}; ${percentOf(statistics.nearZero)} below ${threeDigits(statistics.below)} in magnitude.`,
      } satisfies HistogramView);
    }
  }
  return { tensors, views };
}

/** The layer's name says it where it has one matrix; several are told apart. */
function rowName(parameter: ModelParameter, bank: FilterBank): string {
  return titled(parameter.role === "recurrent-weight" ? parameter.name : parameter.layer, bank.block);
}

export function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / Math.max(1, values.length);
}

function standardised({ bank, statistics: { mean, std, count } }: BankAnalysis): Float32Array {
  const shares = new Float32Array(bins);
  for (const value of blockOf(bank)) {
    const bin = std > 0 ? Math.round(((value - mean) / std) * perSigma) + (bins - 1) / 2 : (bins - 1) / 2;
    if (bin >= 0 && bin < bins) shares[bin] = shares[bin]! + 1 / Math.max(1, count);
  }
  return shares;
}
