import { attr, float32, int64, seededRandom, tensor, type Tensor } from "@vitrine/core";
import { Net, uniformFeeds, type TinyModel } from "./model.js";

const steps = 7;

/** A recurrent classifier: 6 features in 7 steps, an LSTM of 5 units, the last step classified. Time lies on the first axis. */
export function tinyLstm(): TinyModel {
  const net = new Net(5);
  const [features, hidden] = [6, 5];
  const x = net.input("x", [steps, "N", features]);
  const weights = [net.weights("lstm.weight_ih", [1, 4 * hidden, features], features), net.weights("lstm.weight_hh", [1, 4 * hidden, hidden], 2 * hidden), net.constant("lstm.bias", net.normal([1, 8 * hidden], 0.2))];
  const [all] = net.builder.node("LSTM", [x, ...weights], { hidden_size: attr.int(hidden) }, { name: "/lstm/LSTM", outputs: ["/lstm/LSTM_output_0"] });
  const y = net.node("/lstm/Squeeze", "Squeeze", [all!, net.constant("direction", int64([1]))]);
  const last = net.node("/Gather", "Gather", [y, net.constant("last", int64([-1], []))], { axis: attr.int(0) });
  return {
    name: "tiny-lstm",
    summary: "An LSTM of 5 units over 7 steps of 6 features, its last step classified; the batch is the second axis.",
    graph: net.build("tiny-lstm", [[net.dense("/fc", last, [4, hidden], "logits"), ["N", 4]]]),
    spec: { inputs: { x: { kind: "tensor", layout: "TNC" } }, outputs: [{ name: "logits", kind: "logits" }] },
    feeds: uniformFeeds({ x: [steps, "N", features] }),
  };
}

/** Symbols by index: an embedding, their mean, a dense layer. */
export function tokens(): TinyModel {
  const net = new Net(6);
  const [vocabulary, length, width] = [11, 8, 6];
  const ids = net.input("ids", ["N", length], "int64");
  const embedded = net.node("/embedding/Gather", "Gather", [net.constant("embedding.weight", net.normal([vocabulary, width], 1)), ids]);
  const mean = net.node("/ReduceMean", "ReduceMean", [embedded, net.constant("axes", int64([1]))], { keepdims: attr.int(0) });
  const tanh = net.node("/act/Tanh", "Tanh", [net.dense("/hidden", mean, [5, width])]);
  return {
    name: "tokens",
    summary: "An embedding of 11 symbols, averaged over 8 of them: an integer input that has no gradient.",
    graph: net.build("tokens", [[net.dense("/fc", tanh, [3, 5], "logits"), ["N", 3]]]),
    feeds: (samples = 1) => {
      const random = seededRandom(8);
      return { ids: tensor("int64", [samples, length], BigInt64Array.from({ length: samples * length }, () => BigInt(random.below(vocabulary)))) };
    },
  };
}

/** A picture and a vector, joined late. */
export function twoInputs(): TinyModel {
  const net = new Net(7);
  const [image, facts] = [net.input("image", ["N", 1, 8, 8]), net.input("facts", ["N", 4])];
  const relu = net.node("/image/relu/Relu", "Relu", [net.conv("/image/conv", image, [3, 1, 3, 3])]);
  const pooled = net.node("/image/Flatten", "Flatten", [net.node("/image/GlobalAveragePool", "GlobalAveragePool", [relu])], { axis: attr.int(1) });
  const side = net.node("/facts/relu/Relu", "Relu", [net.dense("/facts/fc", facts, [3, 4])]);
  const joined = net.node("/Concat", "Concat", [pooled, side], { axis: attr.int(1) });
  return {
    name: "two-inputs",
    summary: "A picture of 8 × 8 and four numbers, joined late, to three logits.",
    graph: net.build("two-inputs", [[net.dense("/fc", joined, [3, 6], "logits"), ["N", 3]]]),
    feeds: uniformFeeds({ image: ["N", 1, 8, 8], facts: ["N", 4] }),
  };
}

/** One trunk with two heads. */
export function twoOutputs(): TinyModel {
  const net = new Net(8);
  const x = net.input("x", ["N", 6]);
  const trunk = net.node("/trunk/relu/Relu", "Relu", [net.dense("/trunk/fc", x, [8, 6])]);
  const scores = net.node("/scores/Softmax", "Softmax", [net.dense("/scores/fc", trunk, [4, 8])], { axis: attr.int(1) }, "scores");
  const boxes = net.node("/boxes/Sigmoid", "Sigmoid", [net.dense("/boxes/fc", trunk, [2, 8])], {}, "boxes");
  return {
    name: "two-outputs",
    summary: "A trunk with a head of four classes and a head of two numbers.",
    graph: net.build("two-outputs", [[scores, ["N", 4]], [boxes, ["N", 2]]]),
    feeds: uniformFeeds({ x: ["N", 6] }),
  };
}

/** One number per sample, with no axis to choose from: ‖relu(x − c)‖². */
export function scalarOutput(): TinyModel {
  const net = new Net(9);
  const x = net.input("x", ["N", 3]);
  const difference = net.node("/Sub", "Sub", [x, net.constant("centre", float32([3], [1, 2, 3]))]);
  const y = net.node("/ReduceSumSquare", "ReduceSumSquare", [net.node("/relu/Relu", "Relu", [difference]), net.constant("axes", int64([1]))], { keepdims: attr.int(0) }, "y");
  const row = [2, 0, 3.5];
  return {
    name: "scalar-output",
    summary: "How far x exceeds (1, 2, 3), squared and summed: one number per sample, of rank 1.",
    graph: net.build("scalar-output", [[y, ["N"]]]),
    spec: { inputs: {}, outputs: [{ name: "y", kind: "regression" }] },
    feeds: (samples = 1): Record<string, Tensor> => ({ x: float32([samples, 3], Array.from({ length: samples }, () => row).flat()) }),
    expected: { y: float32([1], [1 + 0 + 0.25]) },
  };
}
