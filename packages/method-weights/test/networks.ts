import { attr, createEngine, float32, GraphBuilder, seededRandom, type Engine, type Graph, type ModelSpec, type Tensor } from "@vitrine/core";
import { graphsPlugin, referenceRuntime } from "@vitrine/testing";
import { weightsPlugin } from "../src/index.js";

/** Normal random numbers of a seed. */
export function noise(shape: readonly number[], seed: number, scale = 1): Tensor<"float32"> {
  const random = seededRandom(seed);
  return float32(shape, Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => scale * random.normal()));
}

/** Positive numbers. */
function positive(n: number, seed: number): Tensor<"float32"> {
  return float32([n], noise([n], seed).data.map((value) => 0.2 + value * value));
}

type Node = (name: string, op: string, inputs: readonly string[], attributes?: Parameters<GraphBuilder["node"]>[2], outputs?: number) => string;

function nodes(builder: GraphBuilder): Node {
  return (name, op, inputs, attributes = {}) => builder.node(op, inputs, attributes, { name, outputs: [`${name}_output_0`] })[0]!;
}

const norm = (b: GraphBuilder, channels: number, seed: number, name: string): string[] => [
  b.constant(noise([channels], seed), `${name}.gamma`), b.constant(noise([channels], seed + 1), `${name}.beta`),
  b.constant(noise([channels], seed + 2), `${name}.mean`), b.constant(positive(channels, seed + 3), `${name}.var`),
];

/** A convolution, a transposed and grouped one, and a dense layer, each with a batch normalisation behind it. `x` [N, 3, 6, 6]. */
export function normNet(): Graph {
  const b = new GraphBuilder();
  const node = nodes(b);
  const x = b.input("x", "float32", ["N", 3, 6, 6]);
  const conv = node("/conv1/Conv", "Conv", [x, b.constant(noise([4, 3, 3, 3], 1), "conv1.weight")]);
  const bn1 = node("/bn1/BatchNormalization", "BatchNormalization", [conv, ...norm(b, 4, 10, "bn1")], { epsilon: attr.float(1e-3) });
  const up = node("/up/ConvTranspose", "ConvTranspose", [bn1, b.constant(noise([4, 3, 2, 2], 2), "up.weight"), b.constant(noise([6], 3), "up.bias")], { group: attr.int(2), strides: attr.ints([2, 2]) });
  const bn2 = node("/bn2/BatchNormalization", "BatchNormalization", [up, ...norm(b, 6, 20, "bn2")]);
  const flat = node("/Flatten", "Flatten", [bn2]);
  const product = node("/fc/MatMul", "MatMul", [flat, b.constant(noise([384, 5], 4, 0.1), "fc.weight")]);
  const sum = node("/fc/Add", "Add", [b.constant(noise([5], 5), "fc.bias"), product]);
  const bn3 = node("/bn3/BatchNormalization", "BatchNormalization", [sum, ...norm(b, 5, 30, "bn3")]);
  return b.build({ outputs: [bn3] });
}

/** A first layer of the filters that are given, [n, channels, side, side], then a depthwise and a 1 × 1 convolution. */
export function filterNet(filters: Tensor, stride = 1): Graph {
  const b = new GraphBuilder();
  const node = nodes(b);
  const [n, channels] = filters.shape as [number, number];
  const x = b.input("x", "float32", ["N", channels, 32, 32]);
  const conv = node("/conv1/Conv", "Conv", [x, b.constant(filters, "w1"), b.constant(noise([n], 3), "b1")], { strides: attr.ints([stride, stride]) });
  const relu = node("/relu1/Relu", "Relu", [conv]);
  const deep = node("/deep/Conv", "Conv", [relu, b.constant(noise([n, 1, 3, 3], 4), "w2")], { group: attr.int(n) });
  const point = node("/point/Conv", "Conv", [deep, b.constant(noise([12, n, 1, 1], 5), "w3")]);
  return b.build({ outputs: [point] });
}

/** ids → embedding → bidirectional LSTM, GRU, RNN side by side → Gemm with transB; a 1-D and a 3-D convolution; a constant that is multiplied. */
export function zoo(): Graph {
  const b = new GraphBuilder();
  const node = nodes(b);
  const ids = b.input("ids", "int64", ["T", "N"]);
  const embedded = node("/embed/Gather", "Gather", [b.constant(noise([7, 4], 1), "table"), ids]);
  const lstm = node("/lstm/LSTM", "LSTM", [embedded, b.constant(noise([2, 12, 4], 2), "lstm.W"), b.constant(noise([2, 12, 3], 3), "lstm.R"), b.constant(noise([2, 24], 4), "lstm.B"), "", "", "", b.constant(noise([2, 9], 5), "lstm.P")], { hidden_size: attr.int(3), direction: attr.string("bidirectional") });
  const gru = node("/gru/GRU", "GRU", [embedded, b.constant(noise([1, 9, 4], 6), "gru.W"), b.constant(noise([1, 9, 3], 7), "gru.R")], { hidden_size: attr.int(3) });
  const rnn = node("/rnn/RNN", "RNN", [embedded, b.constant(noise([1, 3, 4], 8), "rnn.W"), b.constant(noise([1, 3, 3], 9), "rnn.R")], { hidden_size: attr.int(3) });
  const series = b.input("series", "float32", ["N", 2, 9]);
  const conv = node("/wave/Conv", "Conv", [series, b.constant(noise([5, 2, 4], 10), "wave")]);
  const volume = b.input("volume", "float32", ["N", 2, 4, 4, 4]);
  const cube = node("/cube/Conv", "Conv", [volume, b.constant(noise([3, 2, 2, 3, 3], 11), "cube")]);
  const flat = node("/Flatten", "Flatten", [conv]);
  const turned = node("/turn/Transpose", "Transpose", [b.constant(noise([6, 30], 13), "turned")], { perm: attr.ints([1, 0]) });
  const gemm = node("/gemm/Gemm", "Gemm", [flat, b.constant(noise([8, 30], 12), "gemm"), b.constant(noise([8], 14), "gemm.bias")], { transB: attr.int(1) });
  const product = node("/mm/MatMul", "MatMul", [flat, turned]);
  const scaled = node("/scale/Mul", "Mul", [product, b.constant(noise([6], 15), "gain")]);
  const slope = node("/prelu/PRelu", "PRelu", [cube, b.constant(noise([3, 1, 1, 1], 16), "slope")]);
  return b.build({ outputs: [lstm, gru, rnn, gemm, scaled, slope] });
}

/** An engine with the method, on the reference runtime, and the graphs as models by name. */
export function engineOf(graphs: Readonly<Record<string, Graph>>): Engine {
  return createEngine({ runtime: referenceRuntime, plugins: [weightsPlugin, graphsPlugin(graphs)] });
}

export const load = (engine: Engine, name: string, spec?: ModelSpec): ReturnType<Engine["load"]> => engine.load({ name, bytes: new Uint8Array() }, spec && { spec });
