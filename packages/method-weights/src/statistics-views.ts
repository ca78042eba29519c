import { float32, type FindingTensor, type HistogramView, type TableView, type View } from "@vitrine/core";
import { blockOf, type BankAnalysis } from "./analysis.js";
import type { Shown } from "./filter-views.js";
import { histogramOf } from "./statistics.js";
import { by, keyOf, percent, shown, titled } from "./words.js";

const mostHistograms = 12;
const mostRows = 200;
const bins = 41;
/** Standard deviations on either side. */
const reach = 4;

/** Numbers of every block of weights: a table, how they are distributed on one scale, and a histogram each where there are few. */
export function statisticsViews(banks: readonly BankAnalysis[], nearZero: number): Shown {
  const group = "All weights";
  const tensors: Record<string, FindingTensor> = {};
  const views: View[] = [];
  const table: TableView = {
    kind: "table", group, title: "The weights in numbers",
    columns: [
      { title: "weights" }, { title: "shape" }, { title: "mean", numeric: true, digits: 4 }, { title: "standard deviation", numeric: true, digits: 4 }, { title: "largest", numeric: true, digits: 3 },
      { title: "L2 per filter", numeric: true, digits: 3 }, { title: "near zero", numeric: true, digits: 1, unit: "%" }, { title: "dead filters", numeric: true, digits: 0 },
    ],
    rows: banks.slice(0, mostRows).map(({ parameter, bank, statistics, norms, dead }) => [
      titled(parameter.name, bank.block), by([bank.filters, bank.slices, ...bank.kernel]), statistics.mean, statistics.std, Math.max(Math.abs(statistics.min), Math.abs(statistics.max)),
      meanOf(norms), 100 * statistics.nearZero, dead.length,
    ]),
    caption: `Near zero is below ${percent(nearZero)} of the largest magnitude in the same block. Shapes are filters × channels × kernel.${banks.length > mostRows ? ` The first ${mostRows} of ${banks.length}.` : ""}`,
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
    tensors["distribution"] = { tensor: float32([shownBanks.length, bins], data), axes: ["weights", "bin"], meaning: `share of each block's weights by (w − mean) ÷ standard deviation, in ${bins} bins from −${reach} to ${reach}; what lies outside is in none` };
    views.push({
      kind: "matrix", group, title: "How the weights of each layer are distributed", tensor: "distribution", colours: "magnitude", unit: "share of the layer's weights",
      rows: shownBanks.map(({ parameter, bank }) => titled(parameter.name, bank.block)),
      columns: Array.from({ length: bins }, (_, i) => `${shown(((i + 0.5) / bins) * 2 * reach - reach)} σ`),
      caption: `Each row is one layer's histogram, in standard deviations from its mean. A narrow dark middle is many weights near the mean and few large ones.`,
    });
  }
  if (banks.length <= mostHistograms) {
    for (const { parameter, bank, statistics } of banks) {
      views.push({
        kind: "histogram", group: parameter.layer, title: `How large the weights of ${titled(parameter.name, bank.block)} are`,
        counts: keyOf("histogram", parameter.name, bank.block), edges: keyOf("histogram-edges", parameter.name, bank.block), xAxis: "weight", yAxis: "count",
        caption: `Mean ${shown(statistics.mean)}, standard deviation ${shown(statistics.std)}; ${percent(statistics.nearZero)} below ${shown(statistics.below)} in magnitude.`,
      } satisfies HistogramView);
    }
  }
  return { tensors, views };
}

export function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / Math.max(1, values.length);
}

function standardised({ bank, statistics: { mean, std, count } }: BankAnalysis): Float32Array {
  const shares = new Float32Array(bins);
  for (const value of blockOf(bank)) {
    const bin = std > 0 ? Math.floor((((value - mean) / std + reach) / (2 * reach)) * bins) : Math.floor(bins / 2);
    if (bin >= 0 && bin < bins) shares[bin] = shares[bin]! + 1 / Math.max(1, count);
  }
  return shares;
}
