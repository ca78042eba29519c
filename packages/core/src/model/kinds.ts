import { floatAttr, intAttr } from "../graph/attributes.js";
import type { Graph, Node } from "../graph/graph.js";
import type { LayerKind } from "./layer.js";

const byOp: Readonly<Record<string, LayerKind>> = {
  Conv: "conv", ConvTranspose: "conv", ConvInteger: "conv", QLinearConv: "conv", FusedConv: "conv", DeformConv: "conv",
  Gemm: "dense", QLinearMatMul: "dense", MatMulInteger: "dense",
  LSTM: "recurrent", GRU: "recurrent", RNN: "recurrent",
  BatchNormalization: "norm", InstanceNormalization: "norm", LayerNormalization: "norm", GroupNormalization: "norm", LRN: "norm", LpNormalization: "norm",
  MeanVarianceNormalization: "norm", RMSNormalization: "norm", SkipLayerNormalization: "norm", SimplifiedLayerNormalization: "norm",
  Relu: "activation", LeakyRelu: "activation", PRelu: "activation", Elu: "activation", Selu: "activation", Celu: "activation", ThresholdedRelu: "activation",
  Sigmoid: "activation", HardSigmoid: "activation", HardSwish: "activation", Tanh: "activation", Softplus: "activation", Softsign: "activation",
  Gelu: "activation", FastGelu: "activation", QuickGelu: "activation", Mish: "activation", Clip: "activation",
  MaxPool: "pool", AveragePool: "pool", LpPool: "pool", GlobalAveragePool: "pool", GlobalMaxPool: "pool", GlobalLpPool: "pool",
  Softmax: "softmax", LogSoftmax: "softmax", Hardmax: "softmax",
  Concat: "concat", Attention: "attention", MultiHeadAttention: "attention",
  Resize: "upsample", Upsample: "upsample", DepthToSpace: "upsample", SpaceToDepth: "upsample",
  Reshape: "reshape", Flatten: "reshape", Transpose: "reshape", Squeeze: "reshape", Unsqueeze: "reshape", Identity: "reshape", Cast: "reshape",
  Expand: "reshape", Slice: "reshape", Split: "reshape", Dropout: "reshape", Pad: "reshape", Tile: "reshape", Gather: "reshape",
};

/** What a node is to a person. `data` are the values that carry the input's data. */
export function kindOf(node: Node, data: ReadonlySet<string>): LayerKind {
  const carried = node.inputs.filter((name) => data.has(name)).length;
  switch (node.op) {
    case "MatMul":
      return carried > 1 ? "attention" : "dense";
    case "Add":
    case "Sum":
      return carried > 1 ? "add" : "other";
    // What a loop leaves of every round is a sequence, as that of a recurrent layer.
    case "Loop":
    case "Scan":
      return firstScanned(node) < node.outputs.length ? "recurrent" : "other";
    case "Gather":
      return data.has(node.inputs[0] ?? "") ? "reshape" : "embedding";
    case "ReduceMean":
    case "ReduceMax":
      return "pool";
    default:
      return byOp[node.op] ?? "other";
  }
}

/** Which output of a Loop or a Scan is the first that holds a value of every round, behind the last states; one behind the end where there is none. */
export function firstScanned(node: Node): number {
  return node.op === "Loop" ? Math.max(0, node.inputs.length - 2) : node.inputs.length - intAttr(node, "num_scan_inputs", 0);
}

/** Whether a node goes round in a graph of its own. */
export const isLoop = ({ op, domain }: Node): boolean => domain === "" && (op === "Loop" || op === "Scan");

/** Activations that exporters also use as parts of larger ones (HardSwish, SiLU, GELU): inside a module they are not layers of their own. */
export const activationParts = new Set(["Sigmoid", "HardSigmoid", "Clip", "Tanh", "Softplus", "Erf"]);

/** True where an exact zero means "off". */
export function isRectifier(node: Node, graph: Graph): boolean {
  if (node.op === "Relu" || node.op === "ThresholdedRelu") return true;
  if (node.op !== "Clip") return false;
  const bound = node.inputs[1];
  if (bound === undefined || bound === "") return floatAttr(node, "min") === 0;
  const constant = graph.constants.get(bound);
  return constant !== undefined && Number(constant.read().data[0]) === 0;
}
