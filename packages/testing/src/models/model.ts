import { attr, float32, GraphBuilder, seededRandom, sizeOf, type Attributes, type Dim, type DType, type Graph, type ModelSpec, type Random, type Tensor } from "@vitrine/core";

/** A small network built in code, known by name. */
export interface TinyModel {
  /** In kebab case: `one-conv`. */
  readonly name: string;
  /** What it is there for. */
  readonly summary: string;
  readonly graph: Graph;
  /** What a file does not say: preprocessing, labels. */
  readonly spec?: ModelSpec;
  /** An input of `samples` samples (default 1; a fixed batch gives its own number): the same every time. */
  feeds(samples?: number): Record<string, Tensor>;
  /** The outputs for `feeds()`, where they can be worked out by hand. */
  readonly expected?: Readonly<Record<string, Tensor>>;
}

/** Writes networks down with the names that PyTorch's exporter gives: node `/features/conv1/Conv`, value `/features/conv1/Conv_output_0`. */
export class Net {
  readonly builder = new GraphBuilder();
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  input(name: string, shape: readonly Dim[], dtype: DType = "float32"): string {
    return this.builder.input(name, dtype, shape);
  }

  /** One node; `output` names its value where that is the network's output. */
  node(path: string, op: string, inputs: readonly string[], attributes: Attributes = {}, output = `${path}_output_0`): string {
    return this.builder.node(op, inputs, attributes, { name: path, outputs: [output] })[0]!;
  }

  constant(name: string, value: Tensor): string {
    return this.builder.constant(value, name);
  }

  /** Normal weights of variance 2 / fan-in (He et al. 2015), so that activations keep their size through rectifiers. */
  weights(name: string, shape: readonly number[], fanIn = sizeOf(shape.slice(1))): string {
    return this.constant(name, this.normal(shape, Math.sqrt(2 / fanIn)));
  }

  /** Normal random numbers. */
  normal(shape: readonly number[], deviation: number, mean = 0): Tensor<"float32"> {
    return float32(shape, Float32Array.from({ length: sizeOf(shape) }, () => mean + deviation * this.#random.normal()));
  }

  /** A convolution with bias; `size` is that of its kernel. */
  conv(path: string, x: string, [to, from, ...size]: readonly [number, number, ...number[]], attributes: Attributes = {}): string {
    const name = path.slice(1).replaceAll("/", ".");
    const inputs = [x, this.weights(`${name}.weight`, [to, from, ...size]), this.constant(`${name}.bias`, this.normal([to], 0.1))];
    return this.node(`${path}/Conv`, "Conv", inputs, { kernel_shape: attr.ints(size), ...attributes });
  }

  /** x · Wᵀ + b */
  dense(path: string, x: string, [to, from]: readonly [number, number], output?: string): string {
    const name = path.slice(1).replaceAll("/", ".");
    const inputs = [x, this.weights(`${name}.weight`, [to, from]), this.constant(`${name}.bias`, this.normal([to], 0.1))];
    return this.node(`${path}/Gemm`, "Gemm", inputs, { transB: attr.int(1) }, output);
  }

  build(name: string, outputs: readonly (readonly [value: string, shape: readonly Dim[]])[]): Graph {
    const graph = this.builder.build({ outputs: outputs.map(([value]) => value) });
    return { ...graph, name, outputs: outputs.map(([value, shape]) => ({ name: value, dtype: "float32", shape })) };
  }
}

/** Feeds of uniform numbers in [−1, 1): one input per entry, `N` standing for the number of samples. */
export function uniformFeeds(inputs: Readonly<Record<string, readonly Dim[]>>, seed = 7): (samples?: number) => Record<string, Tensor> {
  return (samples = 1) => Object.fromEntries(Object.entries(inputs).map(([name, shape], i) => {
    const random = seededRandom(seed + i);
    const dims = shape.map((dim) => (typeof dim === "number" ? dim : samples));
    return [name, float32(dims, Float32Array.from({ length: sizeOf(dims) }, () => 2 * random.uniform() - 1))];
  }));
}
