import { float32, tensor, type FindingTensor, type GridAxes, type GridScaling } from "@vitrine/core";
import { finding, source, type ExampleView } from "./make.js";
import { meadow, responses, sequence } from "./scene.js";

const spatial: GridAxes = { batch: 0, unit: 1, rows: [2], columns: [3] };
const flat: GridAxes = { batch: 0, unit: 1, rows: [], columns: [] };
const plain: GridScaling = { normalise: "magnitude", contrast: "layer", channelBoost: 0, gamma: 1 };

function filter(random: () => number, side: number): FindingTensor {
  const [angle, phase, red, green] = [Math.PI * random(), 6 * random(), random(), random()];
  const data = Uint8Array.from({ length: 3 * side * side }, (_, i) => {
    const [x, y] = [(Math.floor(i / 3) % side) - side / 2, Math.floor(i / 3 / side) - side / 2];
    const wave = Math.exp(-(x * x + y * y) / side) * Math.cos((2 * Math.PI * (x * Math.cos(angle) + y * Math.sin(angle))) / 5 + phase);
    return 128 + 120 * wave * [red, green, 1 - red][i % 3]!;
  });
  return finding(tensor("uint8", [side, side, 3], data));
}

export function grids(): ExampleView[] {
  const input = finding(meadow());
  const random = sequence(40);
  const filters = Object.fromEntries(Array.from({ length: 64 }, (_, i) => [`filter-${i}`, filter(random, 7)]));
  return [
    {
      name: "layer-grid",
      view: {
        kind: "layer-grid", title: "What layer fire2 responds to", tensor: "activation/fire2", axes: spatial, scaling: plain, columns: 8, ownScale: false, colours: "magnitude", unit: "activation", over: "input", source,
        marked: [{ unit: 7, label: "strongest unit" }, { unit: 13, label: "dead in all 16 pictures" }], caption: "Seven of 64 units never respond.",
      },
      tensors: { "activation/fire2": finding(float32([1, 64, 56, 56], responses(meadow(), 64, 56))), input },
    },
    {
      name: "layer-grid-small",
      view: { kind: "layer-grid", title: "What layer fire9 responds to", tensor: "activation/fire9", axes: spatial, scaling: { ...plain, contrast: "channel" }, columns: 23, ownScale: true, colours: "magnitude", unit: "activation", source },
      tensors: { "activation/fire9": finding(float32([1, 512, 7, 7], responses(meadow(), 512, 7))) },
    },
    {
      name: "layer-grid-few",
      view: { kind: "layer-grid", title: "Three maps of the second sample", tensor: "few", axes: spatial, sample: 1, scaling: { ...plain, normalise: "signed", gamma: 0.5 }, columns: 2, ownScale: false, colours: "signed", unit: "pre-activation", source },
      tensors: { few: finding(float32([2, 3, 28, 28], responses(meadow(), 6, 28).map((value, i) => (i % 28 > 14 ? value : -value)))) },
    },
    {
      name: "image-grid",
      view: { kind: "image-grid", title: "The filters of the first layer", items: Object.keys(filters).map((key, i) => ({ tensor: key, label: `${i}` })), columns: 8, source: "zoo:honest · layer conv1 · weights, each filter on its own scale" },
      tensors: filters,
    },
    {
      name: "gallery",
      view: { kind: "image-grid", title: "The pictures that unit 12 likes best", items: ["a dog on a meadow", "the same meadow again, with a very long label that cannot fit under its picture", "a third"].map((label) => ({ tensor: "input", label })), source },
      tensors: { input },
    },
  ];
}

export function dense(): ExampleView[] {
  const random = sequence(77);
  const cells = Float32Array.from({ length: 512 }, () => Math.max(0, random() ** 4 - 0.05));
  return [
    {
      name: "dense-grid",
      view: { kind: "layer-grid", title: "What the last hidden layer holds", tensor: "activation/fc1", axes: flat, scaling: plain, columns: 23, ownScale: false, colours: "magnitude", unit: "activation", marked: [{ unit: 77, label: "strongest" }], source: "mlp.onnx · layer fc1 · 512 units" },
      tensors: { "activation/fc1": finding(float32([1, 512], cells)) },
    },
    {
      name: "layer-grid-series",
      view: { kind: "layer-grid", title: "What the recurrent layer holds", tensor: "hidden", axes: { unit: 2, batch: 1, rows: [], columns: [0] }, scaling: { ...plain, normalise: "signed" }, columns: 12, ownScale: false, colours: "signed", unit: "activation", marked: [{ unit: 3, label: "strongest" }], source },
      tensors: { hidden: finding(float32([200, 1, 128], Array.from({ length: 25_600 }, (_, i) => Math.sin((Math.floor(i / 128) * (1 + (i % 128))) / 90) * Math.cos(i % 128)))) },
    },
    {
      name: "dense-huge",
      view: { kind: "layer-grid", title: "A very wide layer", tensor: "wide", axes: flat, scaling: { ...plain, normalise: "signed" }, columns: 100, ownScale: false, colours: "signed", unit: "activation", source },
      tensors: { wide: finding(float32([1, 10_000], Array.from({ length: 10_000 }, () => 2 * random() - 1))) },
    },
  ];
}
