import { attr, float32, GraphBuilder, seededRandom, tensor, type Graph, type ModelSpec, type Tensor } from "@vitrine/core";

/** A network whose report is looked at: of the topology of a well-known one, small, with seeded random weights. */
export interface LookedAt {
  readonly graph: Graph;
  readonly spec?: ModelSpec;
  /** By input name: tensors; absent where it takes a picture. */
  readonly inputs?: Readonly<Record<string, Tensor>>;
}

class Network {
  readonly b = new GraphBuilder();
  readonly #random;
  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  weights(shape: readonly number[], name: string, fan = shape.slice(1).reduce((a, c) => a * c, 1)): string {
    const scale = Math.sqrt(2 / Math.max(1, fan));
    return this.b.constant(float32(shape, Array.from({ length: shape.reduce((a, c) => a * c, 1) }, () => scale * this.#random.normal())), name);
  }

  conv(name: string, x: string, from: number, to: number, k: number, { stride = 1, pad = 0, group = 1 } = {}): string {
    return this.b.op("Conv", [x, this.weights([to, from / group, k, k], `${name}.weight`), this.weights([to], `${name}.bias`)], {
      kernel_shape: attr.ints([k, k]), strides: attr.ints([stride, stride]), pads: attr.ints([pad, pad, pad, pad]), group: attr.int(group),
    }, name);
  }

  pool(name: string, x: string): string {
    return this.b.op("MaxPool", [x], { kernel_shape: attr.ints([2, 2]), strides: attr.ints([2, 2]) }, name);
  }

  dense(name: string, x: string, from: number, to: number): string {
    return this.b.op("Gemm", [x, this.weights([from, to], `${name}.weight`, from), this.weights([to], `${name}.bias`)], {}, name);
  }
}

const labels = ["dog", "cat", "bird", "fish", "tree", "house", "boat", "car"];
const colours = (input: string, output: string, side: number): ModelSpec => ({
  inputs: { [input]: { kind: "image", size: [side, side], resize: "stretch", channels: "RGB", layout: "NCHW", range: 1, mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] } },
  outputs: [{ name: output, kind: "class-probabilities", labels }],
});

/** Fire modules: what is squeezed is expanded by two convolutions, side by side. */
function squeezeNet(): LookedAt {
  const n = new Network(1);
  let x = n.pool("pool1", n.b.relu(n.conv("conv1", n.b.input("data", "float32", ["N", 3, 96, 96]), 3, 16, 3, { stride: 2 }), "relu1"));
  let channels = 16;
  for (const [i, [squeeze, expand]] of ([[8, 16], [8, 16], [12, 24]] as const).entries()) {
    const name = `fire${i + 2}`;
    const s = n.b.relu(n.conv(`${name}/squeeze`, x, channels, squeeze, 1), `${name}/squeeze_relu`);
    const [one, three] = [n.conv(`${name}/expand1x1`, s, squeeze, expand, 1), n.conv(`${name}/expand3x3`, s, squeeze, expand, 3, { pad: 1 })].map((each, k) => n.b.relu(each, `${name}/expand_relu${k}`)) as [string, string];
    x = n.b.concat([one, three], 1, `${name}/concat`);
    channels = 2 * expand;
    if (i === 1) x = n.pool("pool3", x);
  }
  const pooled = n.b.op("GlobalAveragePool", [n.b.relu(n.conv("conv10", x, channels, labels.length, 1), "relu10")], {}, "pool10");
  return { graph: n.b.build({ outputs: [n.b.softmax(n.b.op("Flatten", [pooled], {}, "flat"), 1, "softmaxout")] }), spec: colours("data", "softmaxout", 96) };
}

/** Depthwise and pointwise convolutions, each with its normalisation and Clip at 6. */
function mobileNet(): LookedAt {
  const n = new Network(2);
  const block = (name: string, x: string, from: number, to: number, k: number, options: { stride?: number; pad?: number; group?: number }): string => {
    const moments = [float32([to], new Float32Array(to).fill(1)), ...Array.from({ length: 2 }, () => float32([to], new Float32Array(to))), float32([to], new Float32Array(to).fill(1))].map((each, i) => n.b.constant(each, `${name}.${["scale", "shift", "mean", "variance"][i]!}`));
    const norm = n.b.op("BatchNormalization", [n.conv(name, x, from, to, k, options), ...moments], {}, `${name}/norm`);
    return n.b.op("Clip", [norm, n.b.scalar(0), n.b.scalar(6)], {}, `${name}/relu6`);
  };
  let x = block("conv0", n.b.input("input", "float32", ["N", 3, 96, 96]), 3, 8, 3, { stride: 2, pad: 1 });
  let channels = 8;
  for (const [i, to] of [16, 24, 32].entries()) {
    x = block(`block${i + 1}/depthwise`, x, channels, channels, 3, { pad: 1, group: channels, stride: i === 1 ? 2 : 1 });
    x = block(`block${i + 1}/pointwise`, x, channels, to, 1, {});
    channels = to;
  }
  const flat = n.b.op("Flatten", [n.b.op("GlobalAveragePool", [x], {}, "pool")], {}, "flat");
  return { graph: n.b.build({ outputs: [n.b.softmax(n.dense("classes", flat, channels, labels.length), 1, "probabilities")] }), spec: colours("input", "probabilities", 96) };
}

/** Two convolutions and a dense layer over 28 × 28 grey pixels; ten scores, no softmax. */
function mnist(): LookedAt {
  const n = new Network(3);
  const x = n.pool("pool1", n.b.relu(n.conv("conv1", n.b.input("Input3", "float32", ["N", 1, 28, 28]), 1, 8, 5, { pad: 2 }), "relu1"));
  const flat = n.b.op("Flatten", [n.pool("pool2", n.b.relu(n.conv("conv2", x, 8, 16, 5, { pad: 2 }), "relu2"))], {}, "flat");
  return {
    graph: n.b.build({ outputs: [n.dense("scores", flat, 784, 10)] }),
    spec: {
      inputs: { Input3: { kind: "image", size: [28, 28], resize: "stretch", channels: "gray", layout: "NCHW", range: 255, mean: [0], std: [255] } },
      outputs: [{ name: "scores", kind: "logits", labels: ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"] }],
    },
  };
}

const text = "to be, or not to be: that is the question. whether tis nobler in the mind to suffer ";
const characters = [...new Set(text)].sort();

/** Writes text: indices in, an embedding, an LSTM over time, the next character out at every step. */
function characterModel(): LookedAt {
  const n = new Network(4);
  const [hidden, width, vocabulary] = [48, 16, characters.length];
  const embedded = n.b.op("Gather", [n.weights([vocabulary, width], "embedding", 2), n.b.input("ids", "int64", ["time", "batch"])], {}, "embed");
  const [all = ""] = n.b.node("LSTM", [embedded, n.weights([1, 4 * hidden, width], "lstm.W", width), n.weights([1, 4 * hidden, hidden], "lstm.R", hidden)], { hidden_size: attr.int(hidden) }, { name: "lstm", outputs: ["lstm_Y"] });
  const sequence = n.b.op("Squeeze", [all, n.b.ints([1])], {}, "lstm_out");
  const scores = n.b.matMul(sequence, n.weights([hidden, vocabulary], "proj.weight", hidden / 8), "proj");
  const ids = BigInt64Array.from(text, (character) => BigInt(characters.indexOf(character)));
  return {
    graph: n.b.build({ outputs: [n.b.softmax(scores, 2, "probs")] }),
    spec: { inputs: { ids: { kind: "tensor", layout: "TN" } }, outputs: [{ name: "probs", kind: "next-token", labels: characters }] },
    inputs: { ids: tensor("int64", [ids.length, 1], ids) },
  };
}

/** A detector: for each of 72 places two scores and a box. Neither labels nor classes that an answer could name. */
function detector(): LookedAt {
  const n = new Network(5);
  const x = n.b.relu(n.conv("conv1", n.b.input("image", "float32", [1, 3, 48, 64]), 3, 12, 5, { stride: 4, pad: 2 }), "relu1");
  const trunk = n.b.relu(n.conv("conv2", x, 12, 24, 3, { stride: 2, pad: 1 }), "relu2");
  const rows = (name: string, to: number): string => n.b.reshape(n.b.transpose(n.conv(name, trunk, 24, to, 1), [0, 2, 3, 1]), [1, -1, to], `${name}/rows`);
  const { image } = colours("image", "scores", 48).inputs;
  return {
    graph: n.b.build({ outputs: [n.b.softmax(rows("classes", 2), 2, "scores"), rows("boxes", 4)] }),
    spec: { inputs: { image: { ...image!, size: [48, 64] } }, outputs: [] },
  };
}

/** Two inputs and a sum: no weights, no layers to speak of, no picture. */
function sum(): LookedAt {
  const b = new GraphBuilder();
  const wave = (phase: number): Tensor => float32([1, 3, 4, 4], Array.from({ length: 48 }, (_, i) => Math.sin(i + phase)));
  return { graph: b.build({ outputs: [b.add(b.input("left", "float32", ["N", 3, 4, 4]), b.input("right", "float32", ["N", 3, 4, 4]), "sum")] }), inputs: { left: wave(0), right: wave(2) } };
}

export const networks: Readonly<Record<string, () => LookedAt>> = { squeezenet: squeezeNet, mobilenet: mobileNet, mnist, recurrent: characterModel, detector, sum };

