import { dataValues, isFloat, nameNodes, producersOf, sizeOf, subgraphsOf, type Graph, type LayerKind, type NamedNode, type Node, type Tensor } from "@vitrine/core";
import { inputOf, resolver, type Resolved } from "./resolve.js";

/** What a parameter does in its layer. */
export type ParameterRole =
  | "weight" | "bias" | "recurrent-weight" | "recurrent-bias" | "peephole" | "scale" | "mean" | "variance" | "slope" | "table" | "constant";

/** One parameter of a model. */
export interface ModelParameter {
  /** Readable and unique: `layer2.0.conv1.weight`. */
  readonly name: string;
  /** The initialiser's own name; undefined for a bias that folding a normalisation made. */
  readonly value: string | undefined;
  /** Readable name of its layer. */
  readonly layer: string;
  readonly kind: LayerKind;
  readonly role: ParameterRole;
  /** The operator that it feeds, and the node. */
  readonly op: string;
  readonly node: Node;
  /** Which of its inputs. */
  readonly input: number;
  /** As the operator gets it: transposed, reshaped or dequantised where the file does that on the way. */
  readonly tensor: Tensor;
  /** Other layers that use the same initialiser. */
  readonly sharedWith: readonly string[];
}

type Slots = readonly (readonly [input: number, role: ParameterRole])[];
const convolution: Slots = [[1, "weight"], [2, "bias"]];
const recurrent: Slots = [[1, "weight"], [2, "recurrent-weight"], [3, "recurrent-bias"], [7, "peephole"]];
const affine: Slots = [[1, "scale"], [2, "bias"]];

/** Which inputs of an operator are parameters. */
const slots: Readonly<Record<string, readonly [LayerKind, Slots]>> = {
  Conv: ["conv", convolution],
  ConvTranspose: ["conv", convolution],
  FusedConv: ["conv", convolution],
  DeformConv: ["conv", [[1, "weight"], [3, "bias"]]],
  QLinearConv: ["conv", [[3, "weight"], [8, "bias"]]],
  ConvInteger: ["conv", [[1, "weight"]]],
  QLinearMatMul: ["dense", [[0, "weight"], [3, "weight"]]],
  MatMulInteger: ["dense", [[0, "weight"], [1, "weight"]]],
  Gemm: ["dense", [[0, "weight"], [1, "weight"], [2, "bias"]]],
  MatMul: ["dense", [[0, "weight"], [1, "weight"]]],
  LSTM: ["recurrent", recurrent],
  GRU: ["recurrent", recurrent],
  RNN: ["recurrent", recurrent],
  BatchNormalization: ["norm", [...affine, [3, "mean"], [4, "variance"]]],
  InstanceNormalization: ["norm", affine],
  GroupNormalization: ["norm", affine],
  LayerNormalization: ["norm", affine],
  RMSNormalization: ["norm", affine],
  SimplifiedLayerNormalization: ["norm", affine],
  Gather: ["embedding", [[0, "table"]]],
  PRelu: ["activation", [[1, "slope"]]],
  Add: ["other", [[0, "constant"], [1, "constant"]]],
  Sub: ["other", [[0, "constant"], [1, "constant"]]],
  Mul: ["other", [[0, "constant"], [1, "constant"]]],
  Div: ["other", [[0, "constant"], [1, "constant"]]],
};

/** The last part of a parameter's name. */
const suffixes: Readonly<Record<ParameterRole, string>> = {
  weight: "weight", bias: "bias", "recurrent-weight": "recurrent", "recurrent-bias": "bias", peephole: "peephole",
  scale: "scale", mean: "mean", variance: "variance", slope: "slope", table: "table", constant: "constant",
};

const principal = new Set<LayerKind>(["conv", "dense", "recurrent", "norm", "embedding"]);

/**
 * All parameters of a graph in its order, each initialiser once. Names are those of `model.layers`, and need no shapes:
 * nothing is run. Single numbers, shapes and indices are no parameters; weights inside the bodies of `Loop`, `If` and `Scan`
 * are left out (`hasInnerWeights` tells).
 */
export function modelParameters(graph: Graph): readonly ModelParameter[] {
  const data = dataValues(graph);
  const named = nameNodes(graph.nodes.filter((node) => node.outputs.some((output) => data.has(output))));
  const producers = producersOf(graph);
  const resolve = resolver(graph);
  const read = (node: Node, input: number): Resolved | undefined => {
    const resolved = data.has(node.inputs[input] ?? "") ? undefined : inputOf(node, input, resolve);
    return resolved && isFloat(resolved.tensor.dtype) && sizeOf(resolved.tensor.shape) > 1 ? resolved : undefined;
  };
  const layerOf = layerNames(named, (node) => principal.has(kindOf(node)) && slots[node.op]![1].some(([input]) => read(node, input)));
  const found: (ModelParameter & { sharedWith: string[] })[] = [];
  const byValue = new Map<string, (typeof found)[number]>();
  const names = new Set<string>();
  for (const { node } of named) {
    const slot = Object.hasOwn(slots, node.op) ? slots[node.op] : undefined;
    if (!slot) continue;
    for (const [input, role] of slot[1]) {
      const resolved = read(node, input);
      if (!resolved) continue;
      const before = biasedNode(node, role, data, producers);
      const layer = layerOf.get(before ?? node)!;
      const same = byValue.get(resolved.value);
      if (same) {
        if (layer !== same.layer && !same.sharedWith.includes(layer)) same.sharedWith.push(layer);
        continue;
      }
      const actual = before ? "bias" : role;
      const parameter = {
        name: unique(`${layer}.${suffixes[actual]}`, names),
        value: resolved.value, layer, role: actual, op: node.op, node, input,
        kind: before ? kindOf(before) : slot[0],
        tensor: resolved.tensor,
        sharedWith: [],
      };
      found.push(parameter);
      byValue.set(resolved.value, parameter);
    }
  }
  return found;
}

/** Readable names of the layers whose weights are constant and yet not listed: computed before they are used. */
export function layersWithoutWeights(graph: Graph): readonly string[] {
  const data = dataValues(graph);
  const resolve = resolver(graph);
  return nameNodes(graph.nodes.filter((node) => node.outputs.some((output) => data.has(output)))).flatMap(({ node, name }) => {
    const slot = Object.hasOwn(slots, node.op) && node.domain === "" ? slots[node.op]![1] : [];
    return slot.some(([input, role]) => role === "weight" && (node.inputs[input] ?? "") !== "" && !data.has(node.inputs[input]!) && !inputOf(node, input, resolve)) ? [name] : [];
  });
}

/** Whether a layer multiplies whole numbers, whose scale comes after the product. */
export const isUnscaled = ({ op }: Pick<ModelParameter, "op">): boolean => op === "ConvInteger" || op === "MatMulInteger";

/** Whether graphs inside nodes hold numbers of their own, which `modelParameters` does not list. */
export function hasInnerWeights(graph: Graph): boolean {
  return graph.nodes.some((node) =>
    subgraphsOf(node).some(({ graph: inner }) => [...inner.constants.values()].some(({ dtype, shape }) => (isFloat(dtype) || dtype === "int8" || dtype === "uint8") && sizeOf(shape) > 1) || hasInnerWeights(inner)));
}

const kindOf = (node: Node): LayerKind => slots[node.op]?.[0] ?? "other";

/** A constant that is added to a product is that layer's bias. */
function biasedNode(node: Node, role: ParameterRole, data: ReadonlySet<string>, producers: ReadonlyMap<string, Node>): Node | undefined {
  if (role !== "constant" || node.op !== "Add") return undefined;
  const producer = producers.get(node.inputs.find((name) => data.has(name)) ?? "");
  return producer && ["MatMul", "Gemm", "Conv", "ConvTranspose"].includes(producer.op) ? producer : undefined;
}

/** The module's name where a node is the only one of its module that has weights: the product in a dense layer is called as the layer is. */
function layerNames(named: readonly NamedNode[], hasWeights: (node: Node) => boolean): Map<Node, string> {
  const weighted = new Map<string, Node[]>();
  for (const { node, module } of named) if (module !== undefined && hasWeights(node)) weighted.set(module, [...(weighted.get(module) ?? []), node]);
  return new Map(named.map(({ node, name, module }) => {
    const own = module === undefined ? undefined : weighted.get(module);
    return [node, own?.length === 1 && own[0] === node ? module! : name];
  }));
}

function unique(name: string, taken: Set<string>): string {
  let result = name;
  for (let i = 2; taken.has(result); i++) result = `${name}#${i}`;
  taken.add(result);
  return result;
}
