import { attr, type GraphBuilder, type Layer } from "@vitrine/core";
import { axesOf } from "./axes.js";
import { strongestShare } from "./measures.js";

/** What is computed of every unit on every sample, in this order in the tensor `statistics/LAYER`. */
export const statisticNames = ["min", "max", "mean", "position", "zeros", "below", "concentration", "entropy"] as const;
export type StatisticName = (typeof statisticNames)[number];

/** Names of the values [rows, units] that were appended for one layer. */
export interface StatisticsNodes {
  readonly layer: Layer;
  readonly outputs: Readonly<Partial<Record<StatisticName | "positions", string>>>;
}

export interface StatisticsOptions {
  /** T of the share of values with |a| < T. */
  readonly below?: number | undefined;
}

/** Operators whose result is float whatever a network is fed with; the results of others are cast, which costs nothing where they are float too. */
const floatOps = new Set([
  "Conv", "ConvTranspose", "Gemm", "BatchNormalization", "InstanceNormalization", "LayerNormalization", "GroupNormalization", "LRN", "Relu", "LeakyRelu", "PRelu", "Elu", "Selu",
  "Sigmoid", "HardSigmoid", "HardSwish", "Tanh", "Softplus", "Gelu", "AveragePool", "GlobalAveragePool", "Softmax", "LogSoftmax", "LSTM", "GRU", "RNN",
]);

/** Below this an energy relative to the map's largest counts as zero; it keeps the logarithm finite. */
const tiny = 1e-37;

/**
 * Appends reductions of a layer's value: [rows, units] each, rows being samples (or more, where a layer folds windows into its batch).
 * Only these small results leave the runtime. They serve any sizes, so that one program serves a set of inputs of any length.
 */
export function appendStatistics(builder: GraphBuilder, layer: Layer, { below }: StatisticsOptions = {}): StatisticsNodes {
  const hint = (name: string): string => `${layer.value}:${name}`;
  const value = floatOps.has(layer.op) ? layer.value : builder.cast(layer.value, "float32", hint("float"));
  const { spatial } = axesOf(layer);
  const narrow = (kept: string, name: string): string => table(builder, layer, spatial.length === 0 ? kept : builder.squeeze(kept, spatial), hint(name));
  const mean = (mask: string, name: string): string => narrow(builder.reduceMean(builder.cast(mask, "float32"), spatial, true), name);

  const highest = builder.reduceMax(value, spatial, true);
  const lowest = builder.reduceMin(value, spatial, true);
  const max = narrow(highest, "max");
  const outputs: Partial<Record<StatisticName | "positions", string>> = {
    min: narrow(lowest, "min"),
    max,
    mean: narrow(builder.reduceMean(value, spatial, true), "mean"),
  };
  if (layer.rectified) outputs.zeros = mean(builder.equal(value, builder.scalar(0)), "zeros");
  if (below !== undefined) outputs.below = mean(builder.less(builder.abs(value), builder.scalar(below)), "below");
  const positions = builder.op("Div", [builder.op("Size", [value]), builder.op("Size", [max])]);
  outputs.positions = builder.expand(builder.cast(positions, "float32"), builder.shape(max), hint("positions"));
  if (spatial.length === 0) return { layer, outputs };

  outputs.position = builder.cast(builder.argMax(flat(builder, layer, value), 2, false), "float32", hint("position"));
  // Relative to the map's largest value, so that squares neither overflow nor vanish.
  const largest = builder.max(builder.max(highest, builder.neg(lowest)), builder.scalar(1e-30));
  const relative = builder.div(value, largest);
  const energy = builder.mul(relative, relative);
  const total = narrow(builder.reduceSum(energy, spatial, true), "energy");
  const count = builder.op("Div", [builder.add(positions, builder.scalar(strongestShare - 1, "int64")), builder.scalar(strongestShare, "int64")]);
  const [strongest] = builder.node("TopK", [flat(builder, layer, energy), builder.reshape(count, [1])], { axis: attr.int(2), largest: attr.int(1), sorted: attr.int(0) }, { outputs: [hint("strongest"), hint("strongest:indices")] });
  outputs.concentration = builder.div(builder.reduceSum(strongest!, [2]), total, hint("concentration"));
  // −Σ p log p with p = e / total is log(total) − Σ e log e / total, in nats; the host divides by log(positions).
  const weighted = builder.mul(energy, builder.log(builder.max(energy, builder.scalar(tiny))));
  outputs.entropy = builder.sub(builder.log(total), builder.div(narrow(builder.reduceSum(weighted, spatial, true), "weighted"), total), hint("entropy"));
  return { layer, outputs };
}

/** A value that has only batch and unit axes left, as [rows, units]. */
function table(builder: GraphBuilder, layer: Layer, reduced: string, hint: string): string {
  const { batch, unit } = axesOf(layer);
  if (batch === undefined) return builder.reshape(reduced, [1, -1], hint);
  if (unit === undefined) return builder.unsqueeze(reduced, [1], hint);
  return unit < batch ? builder.transpose(reduced, [1, 0], hint) : reduced;
}

/** A value as [rows, units, positions]. */
function flat(builder: GraphBuilder, layer: Layer, value: string): string {
  const { batch, unit, spatial } = axesOf(layer);
  const order = [batch, unit, ...spatial].filter((axis) => axis !== undefined);
  const moved = order.every((axis, i) => axis === i) ? value : builder.transpose(value, order);
  // 0 keeps the dimension that stands at its own place.
  if (batch === undefined) return unit === undefined ? builder.reshape(moved, [1, 1, -1]) : builder.reshape(builder.unsqueeze(moved, [0]), [1, 0, -1]);
  return builder.reshape(moved, unit === undefined ? [0, 1, -1] : [0, 0, -1]);
}
