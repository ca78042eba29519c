import { countOf, float32, orNull, type CurveView, type Fact, type Findings, type FindingTensor, type Layer } from "@vitrine/core";
import type { CheckpointCurves, CheckpointMeasures } from "./checkpoints.js";

interface Curve {
  readonly measure: keyof CheckpointMeasures;
  /** First part of the tensors' keys: `sparsity/LAYER`. */
  readonly key: string;
  readonly title: string;
  readonly yAxis: string;
  readonly caption: string;
  readonly meaning: string;
}

const curves: readonly Curve[] = [
  {
    measure: "sparsity", key: "sparsity", title: "How sparse each rectifier became", yAxis: "share of zeros",
    caption: "Networks of rectifiers often start dense and become sparse as they learn.", meaning: "share of exact zeros at each checkpoint",
  },
  {
    measure: "dead", key: "dead-units", title: "Units that died", yAxis: "share of dead units",
    caption: "A unit is dead where its map is all zero on every input: from these it learns nothing more.", meaning: "share of units whose map is all zero on every input, at each checkpoint",
  },
  {
    measure: "concentration", key: "concentration", title: "How local each layer became", yAxis: "energy in the strongest tenth",
    caption: "The share of a map's energy (a²) that its strongest tenth of positions hold: a tenth where it is spread evenly, all where it is local.",
    meaning: "mean share of energy in the strongest tenth of positions, at each checkpoint",
  },
  {
    measure: "entropy", key: "entropy", title: "How widely each layer's maps spread", yAxis: "entropy ÷ log(positions)",
    caption: "Entropy of the energy over positions: 0 in one place, 1 everywhere alike.", meaning: "mean entropy of the energy over positions ÷ log(positions), at each checkpoint",
  },
];

/** Curves over checkpoints: one tensor per measure and layer where it applies, and one figure per measure. */
export function checkpointFindings({ axis, names, inputs, layers }: CheckpointCurves): Findings {
  const ordered = <T>(values: readonly T[]): T[] => axis.order.map((i) => values[i]!);
  const tensors: Record<string, FindingTensor> = {
    checkpoints: { tensor: float32([names.length], ordered(axis.values)), axes: ["checkpoint"], meaning: `${axis.title} of each checkpoint` },
  };
  const group = "Over training";
  const views: CurveView[] = [];
  for (const { measure, key, title, yAxis, caption, meaning } of curves) {
    const applies = [...layers].filter(([, measures]) => measures.some((one) => Number.isFinite(one[measure])));
    if (applies.length === 0) continue;
    for (const [layer, measures] of applies) {
      tensors[`${key}/${layer.name}`] = { tensor: float32([names.length], ordered(measures.map((one) => one[measure]))), value: layer.value, axes: ["checkpoint"], meaning };
    }
    views.push({
      kind: "curve", group, title, yAxis, xAxis: axis.title, yRange: [0, 1],
      caption: `${caption} Measured on ${countOf(inputs, "input")} at ${countOf(names.length, "checkpoint")}.`,
      series: applies.map(([layer]) => ({ x: "checkpoints", y: `${key}/${layer.name}`, label: layer.name })),
    });
  }
  const facts = {
    checkpoints: {
      axis: axis.title, inputs,
      files: ordered(names), at: ordered(axis.values),
      layers: [...layers].map(([layer, measures]) => factsOf(layer, ordered(measures))),
    },
  };
  return { tensors, facts, views };
}

function factsOf(layer: Layer, measures: readonly CheckpointMeasures[]): Fact {
  return {
    layer: layer.name,
    sparsity: measures.map((one) => orNull(one.sparsity)),
    dead: measures.map((one) => orNull(one.dead)),
    concentration: measures.map((one) => orNull(one.concentration)),
    entropy: measures.map((one) => orNull(one.entropy)),
  };
}
