import { attr, float32, int64, type Dim, type ModelSpec } from "@vitrine/core";
import { Net, uniformFeeds, type TinyModel } from "./model.js";

const same = { pads: attr.ints([1, 1, 1, 1]) };
const classes = ["bird", "boat", "car", "fish", "house"];

/** A picture of 16 × 16 pixels, RGB, and five labels. */
const pictures = (input: string, output: string): ModelSpec => ({
  inputs: { [input]: { kind: "image", size: [16, 16], resize: "stretch", channels: "RGB", layout: "NCHW", range: 255, mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375] } },
  outputs: [{ name: output, kind: "class-probabilities", labels: classes }],
});

/** conv – batch norm – ReLU – pool – conv – ReLU – global average, from 3 × 16 × 16 to [N, 16, 1, 1]. */
function features(net: Net, x: string): string {
  const conv1 = net.conv("/features/conv1", x, [8, 3, 3, 3], same);
  const moments = [net.normal([8], 0.2, 1), net.normal([8], 0.2), net.normal([8], 0.2), float32([8], [0.5, 0.7, 0.9, 1, 1.1, 1.3, 1.5, 2])];
  const norm = net.node("/features/bn1/BatchNormalization", "BatchNormalization", [conv1, ...moments.map((value, i) => net.constant(`features.bn1.${["weight", "bias", "running_mean", "running_var"][i]!}`, value))]);
  const relu1 = net.node("/features/relu1/Relu", "Relu", [norm]);
  const pool = net.node("/features/pool/MaxPool", "MaxPool", [relu1], { kernel_shape: attr.ints([2, 2]), strides: attr.ints([2, 2]) });
  const relu2 = net.node("/features/relu2/Relu", "Relu", [net.conv("/features/conv2", pool, [16, 8, 3, 3], same)]);
  return net.node("/avgpool/GlobalAveragePool", "GlobalAveragePool", [relu2]);
}

/** A classifier of pictures as PyTorch writes them, with random weights. */
export function tinyConvNet(): TinyModel {
  const net = new Net(1);
  const x = net.input("x", ["N", 3, 16, 16]);
  const flat = net.node("/Flatten", "Flatten", [features(net, x)], { axis: attr.int(1) });
  const probs = net.node("/softmax/Softmax", "Softmax", [net.dense("/classifier", flat, [5, 16])], { axis: attr.int(1) }, "probs");
  return {
    name: "tiny-conv-net",
    summary: "conv – batch norm – ReLU – pool – conv – ReLU – global average – dense – softmax on 3 × 16 × 16, named as PyTorch exports.",
    graph: net.build("tiny-conv-net", [[probs, ["N", 5]]]),
    spec: pictures("x", "probs"),
    feeds: uniformFeeds({ x: ["N", 3, 16, 16] }),
  };
}

/** The same classifier exported for one sample, the batch written into a Reshape too. */
export function fixedBatch(): TinyModel {
  const net = new Net(1);
  const x = net.input("x", [1, 3, 16, 16]);
  const flat = net.node("/Reshape", "Reshape", [features(net, x), net.constant("shape", int64([1, 16]))]);
  const probs = net.node("/softmax/Softmax", "Softmax", [net.dense("/classifier", flat, [5, 16])], { axis: attr.int(1) }, "probs");
  return {
    name: "fixed-batch",
    summary: "The tiny convolutional network exported for a batch of exactly one.",
    graph: net.build("fixed-batch", [[probs, [1, 5]]]),
    spec: pictures("x", "probs"),
    feeds: () => uniformFeeds({ x: [1, 3, 16, 16] })(),
  };
}

/** A residual block: a skip, a strided convolution on the shortcut, a depthwise convolution, Clip as ReLU6. */
export function residual(): TinyModel {
  const net = new Net(2);
  const x = net.input("x", ["N", 3, 12, 12]);
  const stem = net.node("/relu/Relu", "Relu", [net.conv("/conv1", x, [6, 3, 3, 3], same)]);
  const ends = [net.constant("zero", float32([], [0])), net.constant("six", float32([], [6]))];
  const wide = net.node("/layer1/layer1.0/relu6/Clip", "Clip", [net.conv("/layer1/layer1.0/conv1", stem, [6, 1, 3, 3], { ...same, group: attr.int(6), strides: attr.ints([2, 2]) }), ...ends]);
  const narrow = net.conv("/layer1/layer1.0/conv2", wide, [6, 6, 1, 1]);
  const shortcut = net.conv("/layer1/layer1.0/downsample", stem, [6, 6, 1, 1], { strides: attr.ints([2, 2]) });
  const sum = net.node("/layer1/layer1.0/relu/Relu", "Relu", [net.node("/layer1/layer1.0/Add", "Add", [narrow, shortcut])]);
  const mean = net.node("/ReduceMean", "ReduceMean", [sum, net.constant("axes", int64([2, 3]))], { keepdims: attr.int(0) });
  return {
    name: "residual",
    summary: "A residual block with a depthwise convolution and ReLU6; its output are logits without a softmax.",
    graph: net.build("residual", [[net.dense("/fc", mean, [4, 6], "logits"), ["N", 4]]]),
    feeds: uniformFeeds({ x: ["N", 3, 12, 12] }),
  };
}

/** 1-D convolutions over a series of two channels. */
export function tinySeries(): TinyModel {
  const net = new Net(3);
  const x = net.input("series", ["N", 2, 32]);
  const relu1 = net.node("/relu1/Relu", "Relu", [net.conv("/conv1", x, [4, 2, 5], { strides: attr.ints([2]), pads: attr.ints([2, 2]) })]);
  const relu2 = net.node("/relu2/Relu", "Relu", [net.conv("/conv2", relu1, [6, 4, 3])]);
  const flat = net.node("/Flatten", "Flatten", [net.node("/GlobalMaxPool", "GlobalMaxPool", [relu2])], { axis: attr.int(1) });
  return {
    name: "tiny-series",
    summary: "Two 1-D convolutions over a series of 2 × 32, to three logits.",
    graph: net.build("tiny-series", [[net.dense("/fc", flat, [3, 6], "logits"), ["N", 3]]]),
    spec: { inputs: { series: { kind: "series", layout: "NCT" } }, outputs: [{ name: "logits", kind: "logits" }] },
    feeds: uniformFeeds({ series: ["N", 2, 32] }),
  };
}

/** A 3-D convolution over a volume. */
export function tinyVolume(): TinyModel {
  const net = new Net(4);
  const shape: readonly Dim[] = ["N", 1, 6, 6, 6];
  const x = net.input("volume", shape);
  const relu = net.node("/relu/Relu", "Relu", [net.conv("/conv1", x, [3, 1, 3, 3, 3])]);
  const pool = net.node("/pool/AveragePool", "AveragePool", [relu], { kernel_shape: attr.ints([2, 2, 2]), strides: attr.ints([2, 2, 2]) });
  const flat = net.node("/Flatten", "Flatten", [pool], { axis: attr.int(1) });
  return {
    name: "tiny-volume",
    summary: "A 3-D convolution over a volume of 6 × 6 × 6, to two logits.",
    graph: net.build("tiny-volume", [[net.dense("/fc", flat, [2, 24], "logits"), ["N", 2]]]),
    feeds: uniformFeeds({ volume: shape }),
  };
}
