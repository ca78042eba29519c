import {
  attr, createEngine, definePlugin, float32, GraphBuilder, read, seededRandom, sizeOf,
  type DType, type Engine, type Format, type Graph, type InputReader, type Model, type ModelSpec, type Picture, type Plugin, type Program, type RuntimeFactory, type Tensor,
} from "@vitrine/core";
import { referenceRuntime } from "@vitrine/testing";
import { occlusionPlugin } from "../src/index.js";

/** Normal random numbers of a seed. */
export function noise(shape: readonly number[], seed: number, scale = 1): Tensor<"float32"> {
  const random = seededRandom(seed);
  return float32(shape, Array.from({ length: sizeOf(shape) }, () => scale * random.normal()));
}

/** A convolutional classifier over any number of places: 4 maps, then 3 classes. `batch` is its size, or free. */
export function convNet(size: readonly number[], options: { batch?: number; softmax?: boolean } = {}): Graph {
  const b = new GraphBuilder();
  const places = size.slice(1);
  const x = b.input("x", "float32", [options.batch ?? "N", ...size]);
  const kernel = places.map(() => 3);
  const pads = attr.ints([...places, ...places].map(() => 1));
  const conv = b.node("Conv", [x, b.constant(noise([4, size[0]!, ...kernel], 1, 0.5), "w1"), b.constant(noise([4], 2), "b1")], { kernel_shape: attr.ints(kernel), pads }, { name: "conv", outputs: ["maps"] })[0]!;
  const relu = b.node("Relu", [conv], {}, { name: "relu", outputs: ["rectified"] })[0]!;
  const pooled = b.reduceMean(relu, places.map((_, i) => i + 2), false, "pooled");
  const logits = b.node("Gemm", [pooled, b.constant(noise([4, 3], 3), "w2"), b.constant(noise([3], 4), "b2")], {}, { name: "fc", outputs: ["logits"] })[0]!;
  return b.build({ outputs: [options.softmax ? b.node("Softmax", [logits], { axis: attr.int(1) }, { name: "softmax", outputs: ["probs"] })[0]! : logits] });
}

/** A sequence model with the batch on axis 1: [T, N, F] → tanh → [T, N, 3]. */
export function sequenceNet(features: number): Graph {
  const b = new GraphBuilder();
  const x = b.input("x", "float32", ["T", "N", features]);
  const hidden = b.tanh(b.matMul(x, b.constant(noise([features, 5], 5))));
  // What came before counts at every step: a mean over time, added to each.
  const mixed = b.add(hidden, b.reduceMean(hidden, [0], true));
  return b.build({ outputs: [b.node("MatMul", [mixed, b.constant(noise([5, 3], 6))], {}, { name: "out", outputs: ["logits"] })[0]!] });
}

/** relu(a · w) · (b · v)², with two inputs of different rank. */
export function twoInputs(dtype: DType = "float32"): Graph {
  const b = new GraphBuilder();
  const a = b.input("a", "float32", ["N", 5]);
  const c = b.input("b", dtype, ["N", 2, 3]);
  const left = b.relu(b.matMul(a, b.constant(noise([5, 3], 7))));
  const cast = dtype === "float32" ? c : b.cast(c, "float32");
  const right = b.matMul(b.reshape(cast, [0, -1]), b.constant(noise([6, 3], 8)));
  return b.build({ outputs: [b.node("Add", [left, b.mul(right, right)], {}, { name: "sum", outputs: ["logits"] })[0]!] });
}

/** relu(a · w), where all samples share the input w, and a state that is zero at the start. */
export function sharedInput(): Graph {
  const b = new GraphBuilder();
  const a = b.input("a", "float32", ["N", 4]);
  const w = b.input("w", "float32", [4, 2]);
  const state = b.input("state", "float32", ["N", 2]);
  return b.build({ outputs: [b.node("Add", [b.relu(b.matMul(a, w)), state], {}, { name: "sum", outputs: ["logits"] })[0]!] });
}

const graphs = (graph: Graph): Format => ({
  id: "graph", title: "a graph in memory", extensions: [], recognises: () => true,
  read: () => Promise.resolve({ graph, metadata: {}, origin: "made in a test", notices: [] }),
});

/** Pictures of inputs of kind `image`, NCHW, fed = pixel / 255 − .5. */
const imageReader: InputReader = {
  kind: "image",
  accepts: () => false,
  prepare: () => {
    throw new Error("tests feed tensors");
  },
  describe: (name, tensor, spec, label) => ({
    name, tensor, spec, label,
    fromPixel: (value) => ({ axis: 1, values: Array.from({ length: tensor.shape[1]! }, () => value / 255 - 0.5) }),
    toPictures: (any) => pictures(any),
  }),
};

function pictures(tensor: Tensor): Picture[] {
  const [samples = 0, channels = 1, height = 1, width = 1] = tensor.shape;
  return Array.from({ length: samples }, (_, n) => {
    const data = new Uint8Array(4 * height * width).fill(255);
    for (let c = 0; c < 3; c++) {
      for (let i = 0; i < height * width; i++) data[4 * i + c] = Math.max(0, Math.min(255, Math.round(255 * ((tensor.data[(n * channels + Math.min(c, channels - 1)) * height * width + i] as number) + 0.5))));
    }
    return { width, height, data };
  });
}

export async function load(graph: Graph, spec?: ModelSpec, runtime: RuntimeFactory = referenceRuntime, plugins: readonly Plugin[] = []): Promise<{ engine: Engine; model: Model }> {
  const engine = createEngine({
    runtime,
    plugins: [occlusionPlugin, ...plugins, definePlugin({ name: "tiny", register: (r) => { r.format(graphs(graph)); r.inputReader(imageReader); } })],
  });
  return { engine, model: await engine.load({ name: "tiny.onnx", bytes: new Uint8Array() }, spec ? { spec } : {}) };
}

/** One sample of a batched array, element by element; `put` writes it back into an array of one. */
export function indexOf(flat: number, shape: readonly number[]): number[] {
  const index: number[] = [];
  for (let axis = shape.length - 1, rest = flat; axis >= 0; axis--) {
    index.unshift(rest % shape[axis]!);
    rest = Math.floor(rest / shape[axis]!);
  }
  return index;
}

/** A value of the model for some feeds, run as it is. */
export async function valueOf(model: Model, value: string, feeds: Readonly<Record<string, Tensor>>): Promise<Tensor> {
  const graph = new GraphBuilder(model.graph).build({ outputs: [value] });
  return read((await model.run(graph, feeds))[graph.outputs[0]!.name]!);
}

/** The runtime, telling of every run of a program. */
export function watched(runtime: RuntimeFactory, onRun: (feeds: Parameters<Program["run"]>[0]) => void): RuntimeFactory {
  return {
    ...runtime,
    create: async (options) => {
      const made = await runtime.create(options);
      return {
        ...made,
        compile: async (graph, compileOptions) => {
          const program = await made.compile(graph, compileOptions);
          return { ...program, run: (feeds, runOptions) => { onRun(feeds); return program.run(feeds, runOptions); } };
        },
      };
    },
  };
}
