import { attr, type GraphBuilder, type Layer } from "@vitrine/core";
import { axesOf } from "./axes.js";
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
  const { spatial } = axesOf(layer);
  const positions = anySize && spatial.length > 0 ? undefined : spatial.reduce((product, axis) => product * layer.shape[axis]!, 1);
  const x = flat(builder, layer, floatOps.has(layer.op) ? layer.value : builder.cast(layer.value, "float32"));
  const share = (mask: string): string => builder.reduceMean(builder.cast(mask, "float32"), [2], true);

  const max = builder.reduceMax(x, [2], true);
  const min = builder.reduceMin(x, [2], true);
  const parts: Partial<Record<Reduction, string>> = { min, max, mean: builder.reduceMean(x, [2], true) };
  if (layer.rectified) parts.zeros = share(builder.equal(x, builder.scalar(0)));
  if (below !== undefined) parts.below = share(builder.less(builder.abs(x), builder.scalar(below)));
  let count: string | undefined;
  if (positions === undefined) {
    const each = builder.op("Div", [builder.op("Size", [x]), builder.op("Size", [max])]);
    parts.positions = builder.expand(builder.cast(each, "float32"), builder.shape(max));
    count = builder.reshape(builder.div(builder.add(each, builder.scalar(strongestShare - 1, "int64")), builder.scalar(strongestShare, "int64")), [1]);
  } else if (positions > 1) count = builder.ints([Math.ceil(positions / strongestShare)]);
  if (count !== undefined) {
    parts.position = builder.cast(builder.argMax(x, 2), "float32");
    Object.assign(parts, energies(builder, x, builder.max(max, builder.neg(min)), count));
  }
  const reductions = Object.keys(parts) as Reduction[];
  return { layer, reductions, positions, output: builder.concat(reductions.map((name) => parts[name]!), 2, `${layer.value}:statistics`) };
}

/** Energies e = (a / max |a|)², relative so that squares neither overflow nor vanish: their sum, that of the strongest `count`, and Σ e log e. */
function energies(builder: GraphBuilder, x: string, largest: string, count: string): Partial<Record<Reduction, string>> {
  const relative = builder.div(x, builder.max(largest, builder.scalar(1e-30)));
  const energy = builder.mul(relative, relative);
  const [strongest] = builder.node("TopK", [energy, count], { axis: attr.int(2), largest: attr.int(1), sorted: attr.int(0) }, { outputs: ["TopK", "TopK:indices"] });
  const weighted = builder.mul(energy, builder.log(builder.max(energy, builder.scalar(tiny))));
  return { energy: builder.reduceSum(energy, [2], true), strongest: builder.reduceSum(strongest!, [2], true), weighted: builder.reduceSum(weighted, [2], true) };
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
