import { attr, layerAxes, type GraphBuilder, type Layer } from "@vitrine/core";
import { strongestShare } from "./measures.js";

/** A quantity that the graph reduces every map to. */
export type Reduction = "min" | "max" | "mean" | "position" | "zeros" | "below" | "energy" | "strongest" | "weighted" | "positions";

/** What was appended for one layer. */
export interface StatisticsNodes {
  readonly layer: Layer;
  /** The value [rows, units, reductions]: rows are samples, or more where a layer folds windows into its batch. */
  readonly output: string;
  readonly reductions: readonly Reduction[];
  /** Positions of one map; undefined where the graph itself counts them. */
  readonly positions: number | undefined;
}

export interface StatisticsOptions {
  /** T of the share of values with |a| < T. */
  readonly below?: number | undefined;
  /** True where the program must serve inputs of any sizes; else it is one for the sizes of `layer.shape`. */
  readonly anySize?: boolean;
}

/** Operators whose result is float whatever a network is fed with; the results of others are cast, which costs nothing where they are float too. */
const floatOps = new Set([
  "Conv", "ConvTranspose", "Gemm", "BatchNormalization", "InstanceNormalization", "LayerNormalization", "GroupNormalization", "LRN", "Relu", "LeakyRelu", "PRelu", "Elu", "Selu",
  "Sigmoid", "HardSigmoid", "HardSwish", "Tanh", "Softplus", "Gelu", "AveragePool", "GlobalAveragePool", "Softmax", "LogSoftmax", "LSTM", "GRU", "RNN",
]);

/** Below this an energy relative to the map's largest counts as zero; it keeps the logarithm finite. */
const tiny = 1e-37;

/** Appends reductions of a layer's value. Only their small result leaves the runtime. */
export function appendStatistics(builder: GraphBuilder, layer: Layer, { below, anySize = false }: StatisticsOptions = {}): StatisticsNodes {
  const { spatial } = layerAxes(layer);
  const positions = anySize && spatial.length > 0 ? undefined : spatial.reduce((product, axis) => product * layer.shape[axis]!, 1);
  const { x, rank } = unitsFirst(builder, layer, floatOps.has(layer.op) ? layer.value : builder.cast(layer.value, "float32"));
  const flat = rank === 3 ? x : builder.reshape(x, [0, 0, -1]);
  const share = (mask: string): string => total(builder, "reduceMean", builder.cast(mask, "float32"), rank);

  const max = builder.reduceMax(flat, [2], true);
  const min = builder.reduceMin(flat, [2], true);
  const parts: Partial<Record<Reduction, string>> = { min, max, mean: total(builder, "reduceMean", x, rank) };
  if (layer.rectified) parts.zeros = share(builder.equal(x, builder.scalar(0)));
  if (below !== undefined) parts.below = share(builder.less(builder.abs(x), builder.scalar(below)));
  let count: string | undefined;
  if (positions === undefined) {
    const each = builder.op("Div", [builder.op("Size", [x]), builder.op("Size", [max])]);
    parts.positions = builder.expand(builder.cast(each, "float32"), builder.shape(max));
    count = builder.reshape(builder.div(builder.add(each, builder.scalar(strongestShare - 1, "int64")), builder.scalar(strongestShare, "int64")), [1]);
  } else if (positions > 1) count = builder.ints([Math.ceil(positions / strongestShare)]);
  if (count !== undefined) {
    parts.position = builder.cast(builder.argMax(flat, 2), "float32");
    Object.assign(parts, energies(builder, x, rank, builder.max(max, builder.neg(min)), count));
  }
  const reductions = Object.keys(parts) as Reduction[];
  return { layer, reductions, positions, output: builder.concat(reductions.map((name) => parts[name]!), 2, `${layer.value}:statistics`) };
}

/** Energies e = (a / max |a|)², relative so that squares neither overflow nor vanish: their sum, that of the strongest `count`, and Σ e log e. */
function energies(builder: GraphBuilder, x: string, rank: number, largest: string, count: string): Partial<Record<Reduction, string>> {
  const scale = builder.max(largest, builder.scalar(1e-30));
  const relative = builder.div(x, rank === 3 ? scale : builder.unsqueeze(scale, Array.from({ length: rank - 3 }, (_, i) => 3 + i)));
  const energy = builder.mul(relative, relative);
  const flat = rank === 3 ? energy : builder.reshape(energy, [0, 0, -1]);
  const [strongest] = builder.node("TopK", [flat, count], { axis: attr.int(2), largest: attr.int(1), sorted: attr.int(0) }, { outputs: ["TopK", "TopK:indices"] });
  const weighted = builder.mul(energy, builder.log(builder.max(energy, builder.scalar(tiny))));
  return { energy: total(builder, "reduceSum", energy, rank), strongest: builder.reduceSum(strongest!, [2], true), weighted: total(builder, "reduceSum", weighted, rank) };
}

/** Reduces all positions to [rows, units, 1], axis by axis: the sum of many numbers in single precision is more exact as a sum of sums. */
function total(builder: GraphBuilder, by: "reduceSum" | "reduceMean", x: string, rank: number): string {
  let value = x;
  for (let axis = rank - 1; axis >= 2; axis--) value = builder[by](value, [axis], axis === 2);
  return value;
}

/** A value as [rows, units, positions, …], with one axis of one position where it has none. */
function unitsFirst(builder: GraphBuilder, layer: Layer, value: string): { readonly x: string; readonly rank: number } {
  const { batch, unit, spatial } = layerAxes(layer);
  const order = [batch, unit, ...spatial].filter((axis) => axis !== undefined);
  const moved = order.every((axis, i) => axis === i) ? value : builder.transpose(value, order);
  const missing = [...(batch === undefined ? [0] : []), ...(unit === undefined ? [1] : []), ...(spatial.length === 0 ? [2] : [])];
  return { x: missing.length === 0 ? moved : builder.unsqueeze(moved, missing), rank: 2 + Math.max(1, spatial.length) };
}
