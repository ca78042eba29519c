import { consumersOf, float32, floatAttr, producersOf, sizeOf, toFloat32, type Graph, type Node } from "@vitrine/core";
import { banksOf } from "./bank.js";
import type { ModelParameter } from "./parameters.js";
import { resolver } from "./resolve.js";

/** A normalisation that went into the layer before it. */
export interface Fold {
  readonly layer: string;
  /** Name of the `BatchNormalization` node. */
  readonly norm: string;
}

export interface Folded {
  readonly parameters: readonly ModelParameter[];
  readonly folds: readonly Fold[];
}

/**
 * Folds each `BatchNormalization` (as inference computes it) that alone uses the output of a convolution or a dense layer into that layer's
 * numbers: w′ = w·γ/√(σ² + ε), b′ = (b − μ)·γ/√(σ² + ε) + β, per output channel. What remains is listed unchanged, the
 * normalisation's own parameters too. Weights that several layers share are not folded.
 */
export function foldBatchNorm(graph: Graph, parameters: readonly ModelParameter[]): Folded {
  const producers = producersOf(graph);
  const consumers = consumersOf(graph);
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const resolve = resolver(graph);
  const result = [...parameters];
  const folds: Fold[] = [];
  const onlyUse = (value: string): boolean => !outputs.has(value) && consumers.get(value)?.length === 1;

  for (const norm of graph.nodes) {
    if (norm.op !== "BatchNormalization" || norm.domain !== "" || !onlyUse(norm.inputs[0]!)) continue;
    const numbers = norm.inputs.slice(1, 5).map((name) => resolve(name)?.tensor);
    const [gamma, beta, mean, variance] = numbers.map((tensor) => tensor && toFloat32(tensor));
    if (!gamma || !beta || !mean || !variance) continue;
    const layer = layerBefore(producers.get(norm.inputs[0]!), parameters, (value) => onlyUse(value), producers);
    if (!layer) continue;
    const { weight, bias } = layer;
    const [bank] = banksOf(weight);
    if (!bank || bank.filters !== gamma.length || weight.sharedWith.length > 0 || bias?.sharedWith.length) continue;

    const epsilon = floatAttr(norm, "epsilon", 1e-5);
    const factor = gamma.map((g, c) => g / Math.sqrt(variance[c]! + epsilon));
    const scaled = new Float32Array(bank.data);
    const size = sizeOf(bank.kernel);
    for (let f = 0; f < bank.filters; f++) {
      for (let slice = 0; slice < bank.slices; slice++) {
        const from = bank.first(f) + slice * bank.sliceStride;
        for (let i = from; i < from + size; i++) scaled[i] = bank.data[i]! * factor[f]!;
      }
    }
    const before = bias ? toFloat32(bias.tensor) : undefined;
    const shifted = beta.map((b, c) => ((before ? before[before.length === 1 ? 0 : c]! : 0) - mean[c]!) * factor[c]! + b);
    const newBias: ModelParameter = { ...(bias ?? { ...weight, name: `${weight.layer}.bias`, value: undefined, role: "bias", input: 2 }), tensor: float32([shifted.length], shifted) };
    const at = result.findIndex(({ name }) => name === weight.name);
    result[at] = { ...weight, tensor: float32(weight.tensor.shape, scaled) };
    if (bias) result[result.findIndex(({ name }) => name === bias.name)] = newBias;
    else result.splice(at + 1, 0, newBias);
    folds.push({ layer: weight.layer, norm: norm.name });
  }
  return { parameters: result, folds };
}

interface Before {
  readonly weight: ModelParameter;
  readonly bias: ModelParameter | undefined;
}

/** The layer whose output `node` is: a convolution or a product, with a bias that it holds itself or that is added after it. */
function layerBefore(node: Node | undefined, parameters: readonly ModelParameter[], onlyUse: (value: string) => boolean, producers: ReadonlyMap<string, Node>): Before | undefined {
  if (!node) return undefined;
  const of = (owner: Node, role: string): ModelParameter | undefined => parameters.find((one) => one.node === owner && one.role === role);
  if (node.op === "Add") {
    const added = of(node, "bias");
    const inner = node.inputs.find((name) => producers.has(name) && onlyUse(name));
    const weight = inner === undefined ? undefined : of(producers.get(inner)!, "weight");
    // A bias below it and one beside it would be two.
    return added && weight && !of(weight.node, "bias") ? { weight, bias: added } : undefined;
  }
  const weight = of(node, "weight");
  return weight && { weight, bias: of(node, "bias") };
}

