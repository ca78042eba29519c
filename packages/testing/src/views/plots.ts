import { float32, type FindingTensor } from "@vitrine/core";
import { finding, source, vector, type ExampleView } from "./make.js";
import { sequence } from "./scene.js";

const epochs = [0, 1, 2, 4, 8, 16];
const probabilities = (seed: number, count: number): number[] => {
  const random = sequence(seed);
  const scores = Array.from({ length: count }, () => Math.exp(9 * random() ** 6));
  const total = scores.reduce((sum, score) => sum + score, 0);
  return scores.map((score) => score / total);
};

export function plots(): ExampleView[] {
  const random = sequence(8);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const counts = (values: number[], bins: number, low: number, high: number): FindingTensor => {
    const result = new Array<number>(bins).fill(0);
    for (const value of values) if (value >= low && value < high) result[Math.floor(((value - low) / (high - low)) * bins)]!++;
    return vector(result);
  };
  const edges = (bins: number, low: number, high: number): FindingTensor => vector(Array.from({ length: bins + 1 }, (_, i) => low + ((high - low) * i) / bins));
  const weights = Array.from({ length: 20_000 }, () => 0.05 * normal());
  const rectified = Array.from({ length: 20_000 }, () => Math.max(0, normal() - 0.8));
  const softmax = probabilities(4, 1000);
  const layers = ["conv1", "conv2", "conv3", "conv4", "conv5", "features.11.squeeze.activation", "fc6", "fc7", "fc8", "softmax"];
  const falling = (k: number): FindingTensor => vector(epochs.map((epoch) => 0.5 + 0.45 * (1 - Math.exp(-epoch / (2 + k))) - 0.03 * k));
  const points = 300;
  return [
    {
      name: "bars",
      view: {
        kind: "bars", title: "What the network says", xAxis: "probability", range: [0, 1], source,
        bars: [["golden retriever", 0.784], ["Labrador retriever", 0.09], ["kuvasz", 0.04], ["Great Pyrenees", 0.021], ["tennis ball", 0.0004]].map(([label, value], i) => ({ label: label as string, value: value as number, marked: i === 0 })),
      },
      tensors: {},
    },
    {
      name: "bars-thousand",
      view: { kind: "bars", title: "All 1,000 classes", xAxis: "probability", bars: softmax.map((value, i) => ({ label: `n0${2_000_000 + 7919 * i} class ${i}`, value, marked: i === 3 })), source },
      tensors: {},
    },
    {
      name: "bars-signed",
      view: { kind: "bars", title: "What each group of pixels added", xAxis: "change of the logit", bars: [["the dog's head", 3.21], ["the grass", -0.4], ["sky", 0], ["what could not be computed", NaN], ["Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch railway station, platform 1", 1.1]].map(([label, value]) => ({ label: label as string, value: value as number })), source },
      tensors: {},
    },
    { name: "histogram", view: { kind: "histogram", title: "How the weights of conv1 are spread", counts: "counts", edges: "edges", xAxis: "weight", yAxis: "number of weights", source }, tensors: { counts: counts(weights, 40, -0.2, 0.2), edges: edges(40, -0.2, 0.2) } },
    { name: "histogram-rectified", view: { kind: "histogram", title: "Most activations are exactly zero", counts: "counts", edges: "edges", xAxis: "activation", yAxis: "number of positions", source }, tensors: { counts: counts(rectified, 60, 0, 3), edges: edges(60, 0, 3) } },
    {
      name: "curve",
      view: { kind: "curve", title: "The layers become sparse while they learn", xAxis: "epoch", yAxis: "share of exact zeros", yRange: [0, 1], source: "zoo:honest · 6 checkpoints", series: ["conv1", "conv2", "conv3", "conv4"].map((label, k) => ({ label, x: "epochs", y: `y${k}` })) },
      tensors: { epochs: vector(epochs), y0: falling(0), y1: falling(1), y2: falling(2), y3: falling(6) },
    },
    {
      name: "curve-many",
      view: { kind: "curve", title: "Deletion: how fast the score falls when the most important pixels go first", xAxis: "share of pixels removed", yAxis: "probability", source, series: layers.map((label, k) => ({ label: k === 5 ? `${label} (a name that is far too long for its place)` : label, x: "share", y: `y${k}` })) },
      tensors: { share: vector(Array.from({ length: 100 }, (_, i) => i / 99)), ...Object.fromEntries(layers.map((_, k) => [`y${k}`, vector(Array.from({ length: 100 }, (__, i) => (k === 3 && i > 40 && i < 60 ? NaN : 0.8 * Math.exp(-i / (8 + 4 * k)) + 0.01 * random())))])) },
    },
    { name: "curve-one", view: { kind: "curve", title: "Loss", xAxis: "step", yAxis: "loss", series: [{ label: "", x: "x", y: "y" }], source }, tensors: { x: vector(Array.from({ length: 5000 }, (_, i) => i * 10)), y: vector(Array.from({ length: 5000 }, (_, i) => 2e-5 + 1e-4 * Math.exp(-i / 900))) } },
    {
      name: "scatter",
      view: { kind: "scatter", title: "Gate saturation in layer 1", x: "x", y: "y", labels: Array.from({ length: points }, (_, i) => `cell ${i}`), xAxis: "share of steps right-saturated", yAxis: "share of steps left-saturated", xRange: [0, 1], yRange: [0, 1], source: "lstm.onnx · forget gate" },
      tensors: { x: vector(Array.from({ length: points }, () => random() ** 2)), y: vector(Array.from({ length: points }, (_, i) => (i === 7 ? NaN : random() ** 3))) },
    },
    {
      name: "matrix",
      view: { kind: "matrix", title: "How alike the filters are", tensor: "m", rows: layers.slice(0, 8), columns: layers.slice(0, 8), colours: "signed", range: [-1, 1], unit: "cosine similarity", source },
      tensors: { m: finding(float32([8, 8], Array.from({ length: 64 }, (_, i) => (i % 9 === 0 ? 1 : Math.cos(i * 1.7) * 0.7)))) },
    },
    {
      name: "matrix-large",
      view: { kind: "matrix", title: "Confusion of 60 classes", tensor: "m", rows: Array.from({ length: 60 }, (_, i) => `class ${i}`), columns: Array.from({ length: 60 }, (_, i) => `class ${i}`), colours: "magnitude", unit: "pictures", source },
      tensors: { m: finding(float32([60, 60], Array.from({ length: 3600 }, (_, i) => (i % 61 === 0 ? 40 : Math.floor(4 * random() ** 6))))) },
    },
  ];
}
