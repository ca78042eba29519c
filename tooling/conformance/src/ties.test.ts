import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import { differentiate, valuesBetween } from "@vitrine/autodiff";
import { attr, float32, GraphBuilder, int64, readShapes, scalar, seededRandom, shapeGraph, sizeOf, toFloat32, type Attributes, type BackwardRule, type Graph, type Runtime, type RuntimeFactory, type Tensor } from "@vitrine/core";
import { rules } from "@vitrine/method-deconv";
import { onnxNode } from "@vitrine/runtime-onnx-node";
import { tfjs } from "@vitrine/runtime-tfjs";
import { createReferenceRuntime } from "@vitrine/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runOnce } from "./networks.js";
import { softwareAdapter } from "./software-adapter.js";

// Values are small whole numbers, which every runtime adds and multiplies exactly: what differs differs by a choice among equal ones.

const missing = softwareAdapter();
const places: Readonly<Record<string, RuntimeFactory>> = {
  "onnx-node cpu": onnxNode({ threads: 1 }),
  ...(missing === undefined && { "onnx-node webgpu": onnxNode({ providers: ["webgpu"] }) }),
  "tfjs wasm": tfjs({ backend: "wasm" }),
  "tfjs cpu": tfjs({ backend: "cpu" }),
};

const random = seededRandom(11);
const whole = (shape: readonly number[], low: number, high: number): Tensor<"float32"> => float32(shape, Float32Array.from({ length: sizeOf(shape) }, () => low + random.below(high - low + 1)));

interface Tied {
  readonly shape: readonly number[];
  readonly make: (b: GraphBuilder, x: string) => string;
  readonly rule?: BackwardRule;
  /** Of the input; −1 to 1 unless told: a third of all zero. */
  readonly range?: readonly [number, number];
}

const one = (op: string, attributes: Attributes = {}, ...others: readonly Tensor[]) => (b: GraphBuilder, x: string): string => b.op(op, [x, ...others.map((value) => b.constant(value))], attributes);
const window = (kernel: number[], strides: number[], pads: number[], more: Attributes = {}): Attributes => ({ kernel_shape: attr.ints(kernel), strides: attr.ints(strides), pads: attr.ints(pads), ...more });
/** Of zeros and ones: whole windows are zero. */
const pooled = (shape: readonly number[], attributes: Attributes): Tied => ({ shape, make: one("MaxPool", attributes), range: [0, 1] });
/** conv – ReLU – pool – conv – ReLU – pool, of whole numbers. */
const network = (b: GraphBuilder, x: string): string => {
  const layer = (from: string, ins: number, outs: number): string => b.op("MaxPool", [b.relu(b.op("Conv", [from, b.constant(whole([outs, ins, 3, 3], -1, 1))], { pads: attr.ints([1, 1, 1, 1]) }))], window([3, 3], [2, 2], [1, 1, 1, 1]));
  return layer(layer(x, 2, 4), 4, 4);
};

const cases: Readonly<Record<string, Tied>> = {
  "ReLU at 0": { shape: [2, 9], make: one("Relu") },
  "Clip(0, 6) at its bounds": { shape: [2, 40], make: one("Clip", {}, scalar(0), scalar(6)), range: [-1, 7] },
  "Clip(−1, 1) at its bounds": { shape: [2, 40], make: one("Clip", {}, scalar(-1), scalar(1)), range: [-2, 2] },
  "LeakyReLU at 0": { shape: [2, 9], make: one("LeakyRelu", { alpha: attr.float(0.5) }) },
  "PReLU at 0": { shape: [2, 9], make: one("PRelu", {}, float32([9], new Float32Array(9).fill(0.25))) },
  "Abs at 0": { shape: [2, 9], make: one("Abs") },
  "ReduceL2 of zeros": { shape: [3, 4], make: (b, x) => b.op("ReduceL2", [b.mul(x, b.scalar(0)), b.ints([1])]) },
  "Max of equals": { shape: [4, 16], make: (b, x) => b.op("Max", [x, b.neg(x)]) },
  "Min of three equals": { shape: [4, 16], make: (b, x) => b.op("Min", [x, b.neg(x), b.mul(x, b.scalar(2))]) },
  "ReduceMax": { shape: [4, 16], make: (b, x) => b.op("ReduceMax", [x, b.ints([1])]) },
  "ReduceMin over two axes": { shape: [3, 4, 5], make: (b, x) => b.op("ReduceMin", [x, b.ints([0, 2])], { keepdims: attr.int(0) }) },
  "TopK": { shape: [5, 12], make: (b, x) => b.node("TopK", [x, b.constant(int64([4]))], {}, { outputs: ["top", ""] })[0]! },
  "GlobalMaxPool": { shape: [2, 3, 4, 5], make: one("GlobalMaxPool") },
  "MaxPool, windows apart": pooled([2, 3, 8, 8], window([2, 2], [2, 2], [0, 0, 0, 0])),
  "MaxPool, overlapping and padded": pooled([2, 3, 9, 7], window([3, 3], [2, 2], [1, 1, 1, 1])),
  "MaxPool, stride 1": pooled([1, 2, 6, 6], window([3, 2], [1, 1], [0, 0, 0, 0])),
  "MaxPool, ceil mode": pooled([1, 2, 8, 10], window([3, 3], [2, 2], [0, 0, 0, 0], { ceil_mode: attr.int(1) })),
  "MaxPool, strides beyond the window": pooled([1, 2, 9, 9], window([2, 2], [3, 3], [0, 0, 0, 0])),
  "MaxPool, dilated": pooled([1, 2, 9, 9], window([2, 3], [1, 2], [0, 0, 0, 0], { dilations: attr.ints([2, 2]) })),
  "MaxPool of a series": pooled([2, 3, 12], window([3], [2], [1, 1])),
  "MaxPool of a volume": pooled([1, 2, 5, 6, 4], window([2, 3, 2], [2, 2, 1], [0, 1, 0, 0, 1, 0])),
  "a network, its gradient": { shape: [2, 2, 12, 12], make: network },
  "a network, DeconvNet": { shape: [2, 2, 12, 12], make: network, rule: rules.deconvnet },
  "a network, guided backprop": { shape: [2, 2, 12, 12], make: network, rule: rules.guided },
};

interface Prepared {
  readonly graph: Graph;
  readonly feeds: Readonly<Record<string, Tensor>>;
  readonly expected: Float32Array;
}

async function prepared(exact: Runtime, { shape, make, rule, range: [low, high] = [-1, 1] }: Tied): Promise<Prepared> {
  const b = new GraphBuilder();
  const x = b.input("x", "float32", shape);
  const y = make(b, x);
  const graph = b.build({ outputs: [b.identity(y, "y")] });
  const feeds = { x: whole(shape, low, high) };
  const observed = shapeGraph(graph, valuesBetween(graph, "y", ["x"]));
  const shapes = await readShapes(observed.outputs, await runOnce(exact, observed.graph, feeds));
  const derived = new GraphBuilder(graph);
  const seed = derived.input("seed", "float32", shapes.get("y")!);
  const gradient = derived.identity(differentiate(derived, { of: "y", seed, wrt: ["x"], shapes, rule }).get("x")!, "gradient");
  const all = { ...feeds, seed: whole(shapes.get("y")!, 1, 4) };
  const appended = derived.build({ outputs: [gradient] });
  return { graph: appended, feeds: all, expected: toFloat32((await runOnce(exact, appended, all))["gradient"]!) };
}

describe("ties have one answer on every runtime", () => {
  let exact: Runtime;
  const runtimes = new Map<string, Runtime>();
  beforeAll(async () => {
    exact = await createReferenceRuntime().create();
    for (const [name, factory] of Object.entries(places)) runtimes.set(name, await factory.create());
  });
  afterAll(async () => {
    for (const runtime of [exact, ...runtimes.values()]) await runtime.dispose();
    if (missing !== undefined) console.warn(`SKIPPED: ties on webgpu. ${missing}.`);
  });

  test.each(Object.entries(cases))("%s", async (_, tied) => {
    const { graph, feeds, expected } = await prepared(exact, tied);
    expect(expected.every(Number.isFinite)).toBe(true);
    for (const [name, runtime] of runtimes) {
      const found = toFloat32((await runOnce(runtime, graph, feeds))["gradient"]!);
      // Halves and thirds of what is shared out are rounded.
      const worst = found.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0);
      expect(found.length, name).toBe(expected.length);
      expect(worst, `${name}: ${[...found].map((value, i) => (Math.abs(value - expected[i]!) > 1e-6 ? `${i}: ${value} for ${expected[i]!}` : "")).filter(Boolean).slice(0, 4).join(", ")}`).toBeLessThanOrEqual(1e-6);
    }
  });
});
