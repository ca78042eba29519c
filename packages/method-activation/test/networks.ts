import { attr, createEngine, float32, GraphBuilder, seededRandom, type Engine, type Graph, type ModelSpec, type Tensor } from "@vitrine/core";
import { graphsPlugin, referenceRuntime } from "@vitrine/testing";
import { activationPlugin } from "../src/index.js";

/** Normal random numbers of a seed. */
export function noise(shape: readonly number[], seed: number, scale = 1): Tensor<"float32"> {
  const random = seededRandom(seed);
  return float32(shape, Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => scale * random.normal()));
}

type Node = (name: string, op: string, inputs: readonly string[], attributes?: Parameters<GraphBuilder["node"]>[2]) => string;

function nodes(builder: GraphBuilder): Node {
  return (name, op, inputs, attributes = {}) => builder.node(op, inputs, attributes, { name, outputs: [`${name}_output_0`] })[0]!;
}

/** Unit 2 of its first convolution is far below zero for any input: dead behind the ReLU. */
export const deadUnit = 2;

/** x [batch, 3, 8, 8] → conv1 → relu1 → pool1 → conv2 → relu2 → fc → probs, 5 classes. `scale` stands for what training changes. */
export function convNet({ batch = "N", seed = 1, scale = 1, channels = 4, prefix = "", softmax = true }: { batch?: "N" | number; seed?: number; scale?: number; channels?: number; prefix?: string; softmax?: boolean } = {}): Graph {
  const b = new GraphBuilder();
  const plain = nodes(b);
  const node: Node = (name, ...rest) => plain(prefix === "" ? name : `/${prefix}${name}`, ...rest);
  const x = b.input("x", "float32", [batch, 3, 8, 8]);
  const bias = Float32Array.from({ length: channels }, (_, i) => (i === deadUnit ? -30 : 0.1 * i));
  const conv1 = node("/conv1/Conv", "Conv", [x, b.constant(noise([channels, 3, 3, 3], seed, 0.4 * scale), "w1"), b.constant(float32([channels], bias), "b1")], { kernel_shape: attr.ints([3, 3]), pads: attr.ints([1, 1, 1, 1]) });
  const relu1 = node("/relu1/Relu", "Relu", [conv1]);
  const pool = node("/pool1/MaxPool", "MaxPool", [relu1], { kernel_shape: attr.ints([2, 2]), strides: attr.ints([2, 2]) });
  const conv2 = node("/conv2/Conv", "Conv", [pool, b.constant(noise([6, channels, 3, 3], seed + 1, 0.4), "w2")], { kernel_shape: attr.ints([3, 3]) });
  const relu2 = node("/relu2/Clip", "Clip", [conv2, b.scalar(0), b.scalar(6)]);
  const flat = node("/Flatten", "Flatten", [relu2], { axis: attr.int(1) });
  const logits = node("/fc/Gemm", "Gemm", [flat, b.constant(noise([24, 5], seed + 2, 0.3), "w3")]);
  if (!softmax) return b.build({ outputs: [logits] });
  const probs = b.node("Softmax", [logits], { axis: attr.int(1) }, { name: "/softmax/Softmax", outputs: ["probs"] })[0]!;
  return b.build({ outputs: [probs] });
}

/** ids [T, batch] → embedding [T, batch, 4] → LSTM [T, 2, batch, 3] → Transpose, so that units come first → [3, T, 2, batch]. */
export function sequenceNet(): Graph {
  const b = new GraphBuilder();
  const node = nodes(b);
  const ids = b.input("ids", "int64", ["T", "N"]);
  const embedded = node("/embed/Gather", "Gather", [b.constant(noise([7, 4], 1), "table"), ids]);
  const lstm = node("/lstm/LSTM", "LSTM", [embedded, b.constant(noise([2, 12, 4], 2), "W"), b.constant(noise([2, 12, 3], 3), "R")], { hidden_size: attr.int(3), direction: attr.string("bidirectional") });
  const moved = node("/moved/Transpose", "Transpose", [lstm], { perm: attr.ints([3, 0, 1, 2]) });
  return b.build({ outputs: [node("/relu/Relu", "Relu", [moved])] });
}

/** x [batch, 2, 4] → two windows of two positions each, folded into the batch: [2 × batch, 2, 2] → back. */
export function windowNet(): Graph {
  const b = new GraphBuilder();
  const node = nodes(b);
  const x = b.input("x", "float32", ["N", 4, 2]);
  const windows = b.reshape(x, [-1, 2, 2], "windows");
  const relu = node("/relu/Relu", "Relu", [windows]);
  return b.build({ outputs: [b.reshape(relu, [-1, 4, 2], "out")] });
}

/** x [batch, 2, 4, 4, 4] → a 3-D convolution → ReLU → mean over all places → logits, log-softmax: [batch, 3]. */
export function volumeNet(): Graph {
  const b = new GraphBuilder();
  const node = nodes(b);
  const x = b.input("x", "float32", ["N", 2, 4, 4, 4]);
  const conv = node("/conv/Conv", "Conv", [x, b.constant(noise([3, 2, 3, 3, 3], 1, 0.3), "w")], { kernel_shape: attr.ints([3, 3, 3]), pads: attr.ints([1, 1, 1, 1, 1, 1]) });
  const relu = node("/relu/Relu", "Relu", [conv]);
  const pooled = node("/pool/ReduceMean", "ReduceMean", [relu, b.ints([2, 3, 4])], { keepdims: attr.int(0) });
  return b.build({ outputs: [node("/log/LogSoftmax", "LogSoftmax", [pooled], { axis: attr.int(1) })] });
}

/** x [batch, 3] → 1 / x → its bits as whole numbers [batch, 3]: a layer that may be infinite, and one that holds integers. */
export function oddNet(): Graph {
  const b = new GraphBuilder();
  const node = nodes(b);
  const x = b.input("x", "float32", ["N", 3]);
  const inverse = node("/inverse/Reciprocal", "Reciprocal", [x]);
  return b.build({ outputs: [node("/whole/Cast", "Cast", [node("/clip/Clip", "Clip", [inverse, b.scalar(-5), b.scalar(5)])], { to: attr.int(7) })] });
}

/** An engine with the method, on the reference runtime, and the graphs as models by name. */
export function engineOf(graphs: Readonly<Record<string, Graph>>): Engine {
  return createEngine({ runtime: referenceRuntime, plugins: [activationPlugin, graphsPlugin(graphs)] });
}

export const load = (engine: Engine, name: string, spec?: ModelSpec): ReturnType<Engine["load"]> => engine.load({ name, bytes: new Uint8Array() }, spec && { spec });
