import { countOf, float32, orNull, topK, type Fact, type Findings, type FindingTensor, type TableView } from "@vitrine/core";
import type { SetMeasures } from "./checkpoints.js";
import { setStatisticNames, type SetStatistics } from "./set-statistics.js";
import { sparsitySentence, sparsityViews, type LayerMeasures } from "./sparsity-views.js";
import { listedUnits } from "./words.js";

function measures(statistics: SetStatistics): LayerMeasures {
  const dead = statistics.dead();
  return { layer: statistics.layer.name, units: statistics.units, size: statistics.units * statistics.meanPositions, silent: dead?.length, ...statistics.layerMeans() };
}

/** What a set of inputs showed: statistics of every unit, dead units, and which input each unit answers most. */
export function setFindings({ statistics, labels }: SetMeasures, below: number | undefined, most: number): Findings {
  const inputs = labels.length;
  const group = `Over ${countOf(inputs, "input")}`;
  const tensors: Record<string, FindingTensor> = {};
  for (const one of statistics) {
    tensors[`against/${one.layer.name}`] = {
      tensor: float32([one.units, setStatisticNames.length], interleaved(one)),
      value: one.layer.value,
      axes: ["unit", "statistic"],
      meaning: `over ${countOf(inputs, "input")}, per unit: ${setStatisticNames.join(", ")}; NaN where one does not apply`,
    };
  }
  const all = statistics.map(measures);
  const sentence = sparsitySentence(all, `on every one of ${countOf(inputs, "input")}`);
  const views = sparsityViews(all, { group, below, table: "What is switched off, and how local it is, over the set", bars: "How much of each rectifier is off over the set", silent: `dead on all ${inputs}` });
  const layers = statistics.map((one): Fact => {
    const means = one.layerMeans();
    const dead = one.dead();
    return {
      layer: one.layer.name, sparsity: orNull(means.sparsity), below: orNull(means.below), concentration: orNull(means.concentration), entropy: orNull(means.entropy),
      dead: dead?.length ?? null, deadUnits: dead ?? null,
    };
  });
  const facts = { against: { inputs, labels, statistics: setStatisticNames, ...(sentence !== undefined && { summary: sentence }), layers } };
  return { tensors, facts, views: [...views, strongestInputs(statistics, labels, group, listedUnits(statistics.length, most))] };
}

function interleaved(statistics: SetStatistics): Float32Array {
  const values = statistics.values();
  return Float32Array.from({ length: statistics.units * setStatisticNames.length }, (_, i) => values[setStatisticNames[i % setStatisticNames.length]!][Math.floor(i / setStatisticNames.length)]!);
}

function strongestInputs(statistics: readonly SetStatistics[], labels: readonly string[], group: string, most: number): TableView {
  return {
    kind: "table", group, title: "Which input the strongest units answer most",
    caption: "Fires on: the share of inputs on which the unit is not silent, told for rectifiers only.",
    columns: [
      { title: "layer" }, { title: "unit", numeric: true }, { title: "maximum", numeric: true, digits: 3 }, { title: "mean", numeric: true, digits: 3 },
      { title: "fires on", numeric: true, digits: 0, unit: "%" }, { title: "strongest on" },
    ],
    rows: statistics.flatMap((one) => {
      const values = one.values();
      return topK(values.max, most).map(({ index, value }) => [
        one.layer.name, index, orNull(value), orNull(values.mean[index]), orNull(values.firing[index]! * 100), labels[values.strongestInput[index]!] ?? null,
      ]);
    }),
  };
}
