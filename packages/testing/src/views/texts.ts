import { source, vector, type ExampleView } from "./make.js";
import { sequence } from "./scene.js";

const passage = 'He said "the quick brown fox" and left.\nThe second line is\tindented (a little).';

const words = "the film was surprisingly good , though a little long and , in the end , somewhat sentimental in an unobjectionable way".split(" ").flatMap((word) => [word, " "]);

export function texts(): ExampleView[] {
  const random = sequence(31);
  const symbols = [...passage];
  let inside = -0.8;
  const cell = symbols.map((symbol) => (inside = symbol === '"' ? -inside : inside) + 0.15 * (random() - 0.5));
  const letters = "etaoinshr \n";
  const next = symbols.map((symbol, i) => [symbols[i + 1] ?? "e", ...[0, 1, 2, 3].map((k) => letters[(i * 3 + k) % letters.length]!)].map((each, k) => ({ symbol: each, probability: (symbol === "q" ? 0.99 : 0.5) / 2 ** k })));
  return [
    { name: "text-trace", view: { kind: "text-trace", title: "A cell that knows when it is inside quotes", symbols, tensor: "cell", next, colours: "signed", range: [-1, 1], unit: "tanh of the cell state", source: "char-lstm.onnx · layer lstm1[43]" }, tensors: { cell: vector(cell) } },
    {
      name: "text-trace-words",
      view: { kind: "text-trace", title: "Which words decided", symbols: words, tensor: "words", colours: "importance", unit: "drop of the score", source: "sentiment.onnx" },
      tensors: { words: vector(words.map((word) => (/surprisingly|good/u.test(word) ? 0.6 : 0.1 * random()))) },
    },
    {
      name: "table",
      view: {
        kind: "table", title: "The strongest units of every layer", source,
        columns: [{ title: "layer" }, { title: "unit", numeric: true }, { title: "maximum", numeric: true, digits: 2 }, { title: "zeros", numeric: true, digits: 1, unit: "%" }, { title: "kind" }, { title: "remark" }],
        rows: [["conv1", 12, 31.02, 71.25, "conv", "edges"], ["features.3.squeeze.activation.Relu_output_0.with.a.very.long.name.that.goes.on", 7, 1204.5, 99.9, "activation", null], ["fc7", 4095, -0.004, null, "dense", "Responds to dogs, to grass and to what looks like either of them, in that order."], ["softmax", 207, 0.784, 0, "softmax", "golden retriever"]],
      },
      tensors: {},
    },
    {
      name: "table-long",
      view: { kind: "table", title: "Every layer", columns: Array.from({ length: 24 }, (_, i) => ({ title: `column ${i}` })), rows: Array.from({ length: 200 }, (_, r) => Array.from({ length: 24 }, (__, c) => r * c)), source },
      tensors: {},
    },
    { name: "text", view: { kind: "text", title: "In words", text: "SqueezeNet says golden retriever (78 %). Hiding the head lowers that to 12 %; hiding the grass changes nothing.\n\n  Indented: what the method cannot tell is said where the reader would otherwise believe it.", source }, tensors: {} },
    { name: "link", view: { kind: "link", title: "The paper", href: "https://arxiv.org/abs/1311.2901", text: "Visualizing and Understanding Convolutional Networks", source }, tensors: {} },
    {
      name: "unit-page",
      view: {
        kind: "unit-page", title: "Unit 12 of conv5", unit: "layer features.28[12]", source: "vgg.onnx",
        views: [
          { kind: "bars", title: "Where it ranks", xAxis: "maximum", bars: [{ label: "unit 12", value: 31, marked: true }, { label: "unit 7", value: 28 }, { label: "unit 40", value: 3 }] },
          { kind: "histogram", title: "How often it responds", counts: "counts", edges: "edges", xAxis: "activation", yAxis: "pictures" },
          { kind: "table", title: "What it likes", columns: [{ title: "class" }, { title: "mean", digits: 2 }], rows: [["dog", 12.4], ["cat", 3.1]] },
        ],
      },
      tensors: { counts: vector([5, 9, 14, 8, 3, 1]), edges: vector([0, 5, 10, 15, 20, 25, 30]) },
    },
    {
      name: "custom",
      view: { kind: "acme/hologram", title: "A hologram", data: { anything: true }, fallback: { kind: "text", title: "A hologram", text: "Drawn by its fallback." } },
      tensors: {},
    },
  ];
}
