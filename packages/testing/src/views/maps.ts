import { float32 } from "@vitrine/core";
import { finding, map, source, whole, type ExampleView } from "./make.js";
import { animal, drops, meadow, sequence } from "./scene.js";

const photo = finding(meadow());

/** Both signs, noisy, strongest where the animal is: three samples of two channels of 56 × 56. */
function gradients(): number[] {
  const random = sequence(9);
  const strength = drops(56);
  return Array.from({ length: 3 * 2 * strength.length }, (_, i) => (random() - 0.48) * strength[i % strength.length]!);
}

/** Classes as an occluder's positions might give them. */
function classes(side: number): number[] {
  const random = sequence(21);
  return Array.from(drops(side, 1), (drop) => (drop > 0.5 ? (random() > 0.4 ? 213 : 219) : drop > 0.3 ? (random() > 0.6 ? 208 : 220) : random() > 0.97 ? 852 : 207));
}
const labels = { 207: "golden retriever", 208: "Labrador retriever", 213: "Irish setter, red setter", 219: "cocker spaniel, English cocker spaniel, cocker", 220: "Sussex spaniel", 852: "tennis ball" };

export function heatmaps(): ExampleView[] {
  const [head] = animal;
  const box = (size: number): [number, number, number, number] => [(head[1] - head[3]) * size, (head[0] - head[2]) * size, 2 * head[3] * size, 2 * head[2] * size];
  return [
    {
      name: "heatmap-importance",
      view: {
        kind: "heatmap", title: "Where the dog was found", tensor: "attribution", over: "input", colours: "importance", unit: "mean drop of the probability",
        caption: "Hiding the head lowers the probability of golden retriever from 0.78 to 0.12. Hiding the grass changes nothing.", source,
        outlines: [{ box: box(224), label: "strongest 10 %" }, { box: [8, 8, 32, 32], label: "the window, 32 × 32" }],
      },
      tensors: { attribution: finding(float32([1, 1, 224, 224], drops(224))), input: photo },
    },
    {
      name: "heatmap-coarse",
      view: { kind: "heatmap", title: "Probability of the class while a grey square hides a part", tensor: "scores", over: "input", colours: "magnitude", range: [0, 1], unit: "probability of golden retriever", source },
      tensors: { scores: map(20, 20, drops(20).map((drop) => 0.784 - drop)), input: photo },
    },
    {
      name: "heatmap-signed",
      view: { kind: "heatmap", title: "What spoke for the class and what against it", tensor: "gradient", over: "input", colours: "signed", reduce: "sum", unit: "gradient × input", sample: 1, source, caption: "A gradient says what would change the score, not what made it." },
      tensors: { gradient: finding(float32([3, 2, 56, 56], gradients())), input: photo },
    },
    {
      name: "heatmap-alone",
      view: { kind: "heatmap", title: "Where unit 12 responds", tensor: "unit", colours: "magnitude", unit: "activation", source: "vgg.onnx · layer features.28 · unit 12" },
      tensors: { unit: map(14, 14, drops(14, 40)) },
    },
    {
      name: "heatmap-place",
      view: { kind: "heatmap", title: "A deep map covers another part of the input than the whole", tensor: "unit", over: "input", place: [-20, 40, 160, 220], colours: "importance", unit: "activation", source: "vgg.onnx · layer features.28 · unit 12" },
      tensors: { unit: map(7, 7, drops(7, 40)), input: photo },
    },
    {
      name: "heatmap-row",
      view: { kind: "heatmap", title: "Which moments of the series mattered", tensor: "steps", colours: "signed", unit: "drop of the score", source: "ecg.onnx · occlusion" },
      tensors: { steps: finding(float32([1, 1, 1, 300], Array.from({ length: 300 }, (_, i) => Math.sin(i / 9) * Math.exp(-(((i - 150) / 60) ** 2))))) },
    },
    {
      name: "label-map",
      view: { kind: "label-map", title: "What the network saw instead", tensor: "topClass", labels, over: "input", source, caption: "The most probable class at each position of the grey square." },
      tensors: { topClass: whole([20, 20], classes(20)), input: photo },
    },
    {
      name: "label-map-many",
      view: { kind: "label-map", title: "More classes than hues", tensor: "topClass", labels: Object.fromEntries(Array.from({ length: 14 }, (_, i) => [i, `class number ${i}`])), source },
      tensors: { topClass: whole([12, 12], Array.from({ length: 144 }, (_, i) => Math.floor(14 * (i / 144) ** 2))) },
    },
    {
      name: "side-by-side",
      view: {
        kind: "side-by-side", title: "Same answer. Different reasons.", source: "honest.onnx and cheating.onnx · occlusion · class dog",
        caption: "Both networks say dog. The honest one looks at the dog, the cheating one at the grass: where the grass is hidden, it no longer knows.",
        views: [
          { kind: "heatmap", title: "The honest network", tensor: "honest", over: "input", colours: "importance", unit: "drop of the probability", caption: "96 % of the mass lies on the dog." },
          { kind: "heatmap", title: "The cheating network", tensor: "cheating", over: "input", colours: "importance", unit: "drop of the probability", caption: "11 % of the mass lies on the dog." },
        ],
      },
      tensors: { honest: map(32, 32, drops(32)), cheating: map(32, 32, drops(32).map((drop, i) => (i > 640 ? 0.3 + 0.3 * Math.abs(Math.sin(i)) : 0) - 0.3 * drop)), input: photo },
    },
    {
      name: "side-by-side-four",
      view: {
        kind: "side-by-side", title: "Zeiler and Fergus, figure 7", source,
        views: [
          { kind: "heatmap", title: "(b) The strongest map of layer 5, summed", tensor: "sum", over: "input", colours: "magnitude", unit: "sum of the activation" },
          { kind: "heatmap", title: "(d) Probability of the class", tensor: "probability", over: "input", colours: "magnitude", range: [0, 1], unit: "probability" },
          { kind: "label-map", title: "(e) The most probable class", tensor: "topClass", labels, over: "input" },
        ],
      },
      tensors: { sum: map(20, 20, drops(20).map((drop) => 120 * (0.9 - drop))), probability: map(20, 20, drops(20).map((drop) => 0.784 - drop)), topClass: whole([20, 20], classes(20)), input: photo },
    },
    {
      name: "image",
      view: { kind: "image", title: "The input as the network gets it", tensor: "input", outlines: [{ box: [60, 50, 64, 64], label: "receptive field of unit 12 at 4, 3" }], source: "squeezenet1.1.onnx" },
      tensors: { input: photo },
    },
  ];
}
