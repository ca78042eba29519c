import { intAttr, intsAttr, quote, stringAttr, subgraphsOf, type Graph, type Node, type ShapeLookup } from "@vitrine/core";

/** True, or why a node is not run by a provider. */
type Check = (node: Node, shapes: ShapeLookup) => true | string;

// "Batchwise recurrent operations (layout == 1) are not supported", when the session is created.
const timeFirst: Check = (node) => (intAttr(node, "layout", 0) === 1 ? "onnxruntime has no batch-first recurrent operators" : true);

/** Kernels that are missing on every provider. */
const everywhere: Readonly<Record<string, Check>> = { LSTM: timeFirst, GRU: timeFirst, RNN: timeFirst };

/**
 * Kernels that are missing or wrong, by provider and operator: core lowers such nodes. Measured with onnxruntime 1.30.0 on
 * SwiftShader against the CPU; support.gpu.test.ts fails when an entry is no longer true.
 */
const checks: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
  webgpu: {
    // The session is created, and its run fails with "The Indices output is not supported yet".
    MaxPool: (node) => ((node.outputs[1] ?? "") === "" ? true : "the webgpu provider has no Indices output"),
    Conv: (node, shapes) => (convolutionIsWrong(node, shapes) === true ? "the webgpu provider computes it wrongly: four channels at once, across two groups" : true),
    // The session is created, and its run fails inside the equation's parser ("raw_hash_map<>::at").
    Einsum: (node) => (stringAttr(node, "equation", "").includes("...") ? "the webgpu provider cannot read `...`" : true),
  },
};

/** Nodes of the webgpu provider that are placed on the CPU: its own kernel is wrong or missing, and no lowering would be faster. */
const onCpu: Readonly<Record<string, (node: Node, graph: Graph) => boolean>> = {
  // "Only Conv2d or Conv1d are supported", when it runs: what volumes send back through strided convolutions and average pooling.
  ConvTranspose: (node, graph) => spatialAxesOf(node, graph) > 2,
  // "Conv3D does not support grouped convolution", when it runs.
  Conv: (node, graph) => intAttr(node, "group", 1) > 1 && spatialAxesOf(node, graph) > 2,
  // A shader binds eight buffers where an adapter has no more, the input among them: with more the run fails.
  Split: (node) => node.outputs.length > 7,
  // exp overflows: 94.7 for the true logarithm comes out as infinity.
  ReduceLogSumExp: () => true,
  // "Unsupported LSTM activation for WebGPU: HardSigmoid", and likewise every other but these.
  LSTM: (node) => {
    const activations = node.attributes["activations"];
    return activations?.type === "strings" && activations.value.some((name) => !["sigmoid", "tanh", "relu"].includes(name.toLowerCase()));
  },
};

/** Names of the nodes that have to run on the CPU although the provider has a kernel; inner graphs included. */
export function forcedToCpu(provider: string, graph: Graph): string[] {
  if (provider !== "webgpu") return [];
  return graph.nodes.flatMap((node) => [
    ...(node.domain === "" && Object.hasOwn(onCpu, node.op) && onCpu[node.op]!(node, graph) ? [node.name] : []),
    ...subgraphsOf(node).flatMap((inner) => forcedToCpu(provider, inner.graph)),
  ]);
}

/** How many axes a convolution slides along: by its own word, or by its weights or input; 0 where none of them tells. */
function spatialAxesOf(node: Node, graph: Graph): number {
  const kernel = intsAttr(node, "kernel_shape");
  if (kernel) return kernel.length;
  const [input = "", weights = ""] = node.inputs;
  const declared = (name: string): readonly unknown[] | undefined => graph.constants.get(name)?.shape ?? graph.inputs.find((each) => each.name === name)?.shape ?? graph.values.get(name)?.shape;
  return Math.max(0, (declared(weights) ?? declared(input) ?? []).length - 2);
}

/** The domains that onnxruntime-node's build has operators of. */
const domains = ["", "ai.onnx.ml", "com.microsoft", "com.microsoft.nchwc", "ai.onnx.preview.training", "org.pytorch.aten"];

/** True, or why `provider` cannot run this node rightly. */
export function supportedBy(provider: string, node: Node, shapes: ShapeLookup): true | string {
  if (!domains.includes(node.domain)) return `onnxruntime has no operators of the domain ${quote(node.domain)}`;
  if (node.domain !== "") return true;
  for (const of of [everywhere, checks[provider] ?? {}]) {
    const answer = Object.hasOwn(of, node.op) ? of[node.op]!(node, shapes) : true;
    if (answer !== true) return answer;
  }
  return true;
}

/**
 * Whether the webgpu provider computes a convolution wrongly in its NHWC layout, without an error; undefined where the weights' shape is not known.
 * With at least 4 filters per group it computes as many channels at once as divide all filters (4 or 2), and they straddle groups where
 * they do not divide a group's. Of 352 combinations of 2 to 8 groups with 1 to 4 input and 1 to 12 output channels each, just these 120
 * are wrong (relative error .4 to .6). In its NCHW layout all are right.
 */
function convolutionIsWrong(node: Node, shapes: ShapeLookup): boolean | undefined {
  const groups = intAttr(node, "group", 1);
  if (groups === 1) return false;
  const filters = shapes(node.inputs[1] ?? "")?.[0];
  if (filters === undefined) return undefined;
  const atOnce = filters % 4 === 0 ? 4 : filters % 2 === 0 ? 2 : 1;
  const each = filters / groups;
  return each >= 4 && each % atOnce !== 0;
}

/**
 * Whether the webgpu provider computes a convolution without groups wrongly in its NHWC layout, without an error (relative error 1); undefined
 * where the weights' shape is not known. Its kernel for filters in fours reads input channels in threes where they are a multiple of three and
 * not of four, and is right only for three of them. Seen with 6, 9, 15, 18 and 30 channels to 4, 8, 12, 16, 32 and 64, in one dimension and two;
 * 3, 4, 5, 7, 8 and 10 channels, 6, 9 and 10 filters, and 1 × 1 kernels are right. In its NCHW layout all are right.
 */
function threesAreWrong(node: Node, shapes: ShapeLookup): boolean | undefined {
  if (intAttr(node, "group", 1) !== 1) return false;
  const weights = shapes(node.inputs[1] ?? "");
  if (!weights) return undefined;
  const [filters = 0, channels = 0, ...kernel] = weights;
  return kernel.some((size) => size > 1) && filters % 4 === 0 && channels > 3 && channels % 3 === 0 && channels % 4 !== 0;
}

/**
 * Whether the webgpu provider computes a transposed convolution wrongly in its NHWC layout, without an error (relative error 1); undefined where
 * the weights' shape is not known. With groups of one output channel each it reads an even number of input channels in pairs, and gets the group's
 * place wrong: what comes back through a depthwise convolution of multiplier 2 or 4. Of 72 combinations of 2 to 4 groups with 1 to 8 input and
 * 1 to 4 output channels each, just these are wrong. In its NCHW layout all are right.
 */
function transposedIsWrong(node: Node, shapes: ShapeLookup): boolean | undefined {
  const groups = intAttr(node, "group", 1);
  if (groups === 1) return false;
  const weights = shapes(node.inputs[1] ?? "");
  if (!weights) return undefined;
  const [channels = 0, outs = 0] = weights;
  return outs === 1 && (channels / groups) % 2 === 0;
}

/** Whether a node is wrong in the NHWC layout; undefined where it may be. */
function isWrongInPlace(node: Node, shapes: ShapeLookup): boolean | undefined {
  if (node.domain !== "") return false;
  if (node.op === "ConvTranspose") return transposedIsWrong(node, shapes);
  if (node.op !== "Conv") return false;
  const grouped = convolutionIsWrong(node, shapes);
  return grouped === false ? threesAreWrong(node, shapes) : grouped;
}

/** Whether a graph has a convolution that is wrong in the NHWC layout and cannot be lowered, or may be, because its weights are computed. */
export function needsPlainLayout(graph: Graph): boolean {
  const shapes: ShapeLookup = (name) => graph.constants.get(name)?.shape;
  return graph.nodes.some(
    (node) => isWrongInPlace(node, shapes) !== false || subgraphsOf(node).some((inner) => needsPlainLayout(inner.graph)),
  );
}
