import { attr, float32, GraphBuilder, seededRandom, type Graph, type Tensor } from "../index.js";

/** Normal random numbers of a seed. */
export function noise(shape: readonly number[], seed: number, scale = 1): Tensor<"float32"> {
  const random = seededRandom(seed);
  return float32(shape, Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => scale * random.normal()));
}

/** A small convolutional classifier with the node names that PyTorch exports write: 3 × 8 × 8 → 5 classes. */
export function smallConvNet(batch: "N" | 1 = "N"): Graph {
  const b = new GraphBuilder();
  const x = b.input("x", "float32", [batch, 3, 8, 8]);
  const node = (name: string, op: string, inputs: readonly string[], attributes = {}): string => b.node(op, inputs, attributes, { name, outputs: [`${name}_output_0`] })[0]!;
  const conv1 = node("/features/features.0/conv/Conv", "Conv", [x, b.constant(noise([4, 3, 3, 3], 1, 0.4), "w1"), b.constant(noise([4], 2), "b1")], { kernel_shape: attr.ints([3, 3]), pads: attr.ints([1, 1, 1, 1]) });
  const relu1 = node("/features/features.0/relu/Relu", "Relu", [conv1]);
  const pool = node("/features/features.1/MaxPool", "MaxPool", [relu1], { kernel_shape: attr.ints([2, 2]), strides: attr.ints([2, 2]) });
  const conv2 = node("/features/features.2/Conv", "Conv", [pool, b.constant(noise([6, 4, 3, 3], 3, 0.4), "w2")], { kernel_shape: attr.ints([3, 3]) });
  const scaled = node("/act/Mul", "Mul", [conv2, node("/act/Sigmoid", "Sigmoid", [conv2])]);
  const gap = node("/GlobalAveragePool", "GlobalAveragePool", [scaled]);
  const flat = node("/Flatten", "Flatten", [gap], { axis: attr.int(1) });
  const logits = b.node("Gemm", [flat, b.constant(noise([6, 5], 4), "w3"), b.constant(noise([5], 5), "b3")], {}, { name: "/fc/Gemm", outputs: ["logits"] })[0]!;
  const probs = b.node("Softmax", [logits], { axis: attr.int(1) }, { name: "/Softmax", outputs: ["probs"] })[0]!;
  return b.build({ outputs: [probs] });
}
