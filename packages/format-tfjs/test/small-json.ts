import { memorySource, type ModelSource } from "@vitrine/core";
import type { FormatSample } from "@vitrine/testing";

/** A small LayersModel as a file, without TensorFlow.js: a convolution, a pooling, an LSTM would be too much for a fuzz test's many rounds. */
const layersJson = {
  format: "layers-model",
  generatedBy: "keras v2.2.4-tf",
  convertedBy: "by hand",
  modelTopology: {
    keras_version: "2.2.4-tf",
    backend: "tensorflow",
    model_config: {
      class_name: "Model",
      config: {
        name: "small",
        layers: [
          { name: "picture", class_name: "InputLayer", config: { name: "picture", batch_input_shape: [null, 6, 6, 2], dtype: "float32" }, inbound_nodes: [] },
          { name: "conv", class_name: "Conv2D", config: { name: "conv", filters: 3, kernel_size: [2, 2], strides: [1, 1], padding: "same", activation: "relu", use_bias: true }, inbound_nodes: [[["picture", 0, 0, {}]]] },
          { name: "pool", class_name: "MaxPooling2D", config: { name: "pool", pool_size: [2, 2], strides: [2, 2], padding: "valid" }, inbound_nodes: [[["conv", 0, 0, {}]]] },
          { name: "rows", class_name: "Reshape", config: { name: "rows", target_shape: [3, 9] }, inbound_nodes: [[["pool", 0, 0, {}]]] },
          { name: "memory", class_name: "GRU", config: { name: "memory", units: 2, activation: "tanh", recurrent_activation: "hard_sigmoid", use_bias: false, return_sequences: false }, inbound_nodes: [[["rows", 0, 0, {}]]] },
          { name: "classes", class_name: "Dense", config: { name: "classes", units: 2, activation: "softmax", use_bias: true }, inbound_nodes: [[["memory", 0, 0, {}]]] },
        ],
        input_layers: [["picture", 0, 0]],
        output_layers: [["classes", 0, 0]],
      },
    },
  },
  weightsManifest: [
    {
      paths: ["a.bin", "b.bin"],
      weights: [
        { name: "conv/kernel", shape: [2, 2, 2, 3], dtype: "float32", quantization: { dtype: "uint8", scale: 0.01, min: -1 } },
        { name: "conv/bias", shape: [3], dtype: "float32" },
        { name: "memory/kernel", shape: [9, 6], dtype: "float32", quantization: { dtype: "float16" } },
        { name: "memory/recurrent_kernel", shape: [2, 6], dtype: "float32" },
        { name: "classes/kernel", shape: [2, 2], dtype: "float32" },
        { name: "classes/bias", shape: [2], dtype: "float32" },
      ],
    },
  ],
};
const layersBytes = 24 + 12 + 108 + 48 + 16 + 8;

const graphJson = {
  format: "graph-model",
  generatedBy: "1.15",
  modelTopology: {
    node: [
      { name: "x", op: "Placeholder", attr: { dtype: { type: "DT_FLOAT" }, shape: { shape: { dim: [{ size: "-1" }, { size: "5" }, { size: "5" }, { size: "2" }] } } } },
      { name: "w", op: "Const", attr: { dtype: { type: "DT_FLOAT" } } },
      { name: "axes", op: "Const", attr: { dtype: { type: "DT_INT32" }, value: { tensor: { dtype: "DT_INT32", tensorShape: { dim: [{ size: "2" }] }, intVal: [1, 2] } } } },
      { name: "net/conv/Conv2D", op: "Conv2D", input: ["x", "w"], attr: { strides: { list: { i: ["1", "2", "2", "1"] } }, padding: { s: "U0FNRQ==" }, T: { type: "DT_FLOAT" } } },
      { name: "net/conv/Relu", op: "Relu", input: ["net/conv/Conv2D"], attr: {} },
      { name: "net/mean", op: "Mean", input: ["net/conv/Relu", "axes"], attr: { keep_dims: { b: false } } },
    ],
    versions: {},
  },
  weightsManifest: [{ paths: ["w.bin"], weights: [{ name: "w", shape: [2, 2, 2, 3], dtype: "float32" }] }],
};

const encode = (json: object): Uint8Array => new TextEncoder().encode(JSON.stringify(json));
const pattern = (length: number, seed: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i % 4 === 3 ? 0x3e : (i * 37 + seed) & 255));

/** A LayersModel in two shards, quantised in part. */
export const layersSample: FormatSample = { name: "layers.json", bytes: encode(layersJson), siblings: { "a.bin": pattern(100, 1), "b.bin": pattern(layersBytes - 100, 2) } };
/** A GraphModel without a signature. */
export const graphSample: FormatSample = { name: "graph.json", bytes: encode(graphJson), siblings: { "w.bin": pattern(96, 3) } };

/** The LayersModel with something else in its JSON, or in its files. */
export function altered(change: (json: typeof layersJson) => void, siblings: Readonly<Record<string, Uint8Array>> = layersSample.siblings!): ModelSource {
  const json = structuredClone(layersJson);
  change(json);
  return memorySource("model.json", encode(json), siblings);
}

export function alteredGraph(change: (json: typeof graphJson) => void): ModelSource {
  const json = structuredClone(graphJson);
  change(json);
  return memorySource("model.json", encode(json), graphSample.siblings);
}
