import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { attr, float32, GraphBuilder, int64, isDeviceTensor, read, scalar, tensor, toNumbers, type Graph, type Runtime, type Tensor } from "@vitrine/core";
import { tinyConvNet } from "@vitrine/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tfjs } from "./index.js";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await tfjs({ backend: "wasm" }).create();
});
afterAll(() => runtime.dispose());

const tensors = (): number => tf.engine().state.numTensors;
const ramp = (shape: readonly number[]): Tensor => float32(shape, Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i)));

/** Convolutions, a grouped one, pooling, a skip, batch normalisation, a concatenation: everything that a picture goes through. */
function pictures(): Graph {
  const b = new GraphBuilder();
  const x = b.input("x", "float32", ["N", 3, 16, 16]);
  const weights = (shape: readonly number[]): string => b.constant(ramp(shape), "w");
  const conv = (value: string, shape: readonly number[], group = 1): string => b.op("Conv", [value, weights(shape), weights([shape[0]!])], { pads: attr.ints([1, 1, 1, 1]), group: attr.int(group) });
  const first = b.relu(conv(x, [8, 3, 3, 3]));
  const pooled = b.op("MaxPool", [first], { kernel_shape: attr.ints([2, 2]), strides: attr.ints([2, 2]) });
  const normal = b.op("BatchNormalization", [conv(pooled, [8, 1, 3, 3], 8), weights([8]), weights([8]), weights([8]), b.constant(float32([8], new Float32Array(8).fill(1)))]);
  const scaled = b.mul(b.add(normal, pooled), b.constant(ramp([8, 1, 1]), "scale"));
  const joined = b.concat([scaled, b.sigmoid(pooled)], 1);
  const gate = b.sigmoid(b.op("GlobalAveragePool", [joined]));
  return b.build({ outputs: [b.slice(b.mul(joined, gate), [4], [12], [1])] });
}

async function transposesOf(graph: Graph, feeds: Record<string, Tensor>): Promise<number> {
  const program = await runtime.compile(graph);
  // Weights are repacked in the first run.
  await program.run(feeds);
  const { kernels } = await tf.profile(async () => {
    await program.run(feeds);
    return tf.scalar(0);
  });
  await program.dispose();
  return kernels.filter(({ name }) => name === "Transpose").length;
}

describe("layout", () => {
  test("a picture is turned once where it comes in and once where it goes out", async () => {
    await tf.setBackend("wasm");
    expect(await transposesOf(pictures(), { x: ramp([2, 3, 16, 16]) })).toBe(2);
  });

  test("what leaves as a vector is not turned again", async () => {
    const { graph, feeds } = tinyConvNet();
    expect(await transposesOf(graph, feeds())).toBe(1);
  });

  test("a transposition to or from channels last moves nothing", async () => {
    const b = new GraphBuilder();
    const x = b.input("x", "float32", [1, 6, 5, 3]);
    const plain = b.transpose(x, [0, 3, 1, 2]);
    const y = b.op("Conv", [plain, b.constant(ramp([4, 3, 3, 3]))]);
    expect(await transposesOf(b.build({ outputs: [b.transpose(y, [0, 2, 3, 1])] }), { x: ramp([1, 6, 5, 3]) })).toBe(0);
  });
});

test("the largest and the smallest of nothing are infinite, whatever lay in memory", async () => {
  tf.fill([64], 7).dispose();
  const b = new GraphBuilder();
  const x = b.input("x", "float32", [2, "N", 3]);
  const outputs = [b.op("ReduceMax", [x, b.ints([1])], { keepdims: attr.int(0) }, "max"), b.op("ReduceMin", [x, b.ints([1])], {}, "min")];
  const program = await runtime.compile(b.build({ outputs }));
  const { max, min } = await program.run({ x: float32([2, 0, 3], []) });
  await program.dispose();
  expect([await read(max!), await read(min!)]).toEqual([float32([2, 3], new Float32Array(6).fill(-Infinity)), float32([2, 1, 3], new Float32Array(6).fill(Infinity))]);
});

describe("memory", () => {
  test("values are freed after their last use, and the most there were is told", async () => {
    const b = new GraphBuilder();
    let value = b.input("x", "float32", ["N"]);
    for (let i = 0; i < 12; i++) value = b.tanh(b.mul(value, value));
    const before = tensors();
    const program = await runtime.compile(b.build({ outputs: [value] }));
    expect(program.peakBytes).toBe(0);
    await program.run({ x: ramp([10_000]) });
    const one = 4 * 10_000;
    expect(program.peakBytes).toBeGreaterThanOrEqual(one);
    expect(program.peakBytes).toBeLessThanOrEqual(2 * one);
    expect(tensors()).toBe(before);
    await program.dispose();
  });

  test("constants are uploaded once for all graphs that share them, and go with the last", async () => {
    const b = new GraphBuilder();
    const product = b.matMul(b.input("x", "float32", ["N", 256]), b.constant(ramp([256, 256]), "w"));
    const graph = b.build({ outputs: [product] });
    const derived = new GraphBuilder(graph);
    const before = { tensors: tensors(), bytes: tf.engine().state.numBytes };
    const [one, two] = [await runtime.compile(graph), await runtime.compile(derived.build({ outputs: [derived.relu(product)] }))];
    await one.run({ x: ramp([2, 256]) });
    const held = tf.engine().state.numBytes - before.bytes;
    await two.run({ x: ramp([2, 256]) });
    expect(held).toBe(256 * 256 * 4);
    expect(tf.engine().state.numBytes - before.bytes).toBe(held);
    await one.dispose();
    await two.run({ x: ramp([2, 256]) });
    await two.dispose();
    expect(tensors()).toBe(before.tensors);
  });

  test("a result that is kept lives until it is disposed, and is fed again from where it lies", async () => {
    const b = new GraphBuilder();
    const graph = b.build({ outputs: [b.mul(b.input("x", "float32", [3]), b.scalar(2))] });
    const name = graph.outputs[0]!.name;
    const program = await runtime.compile(graph);
    await program.run({ x: ramp([3]) });
    const before = tensors();
    const kept = (await program.run({ x: float32([3], [1, 2, 3]) }, { keep: [name] }))[name]!;
    expect(isDeviceTensor(kept)).toBe(true);
    if (!isDeviceTensor(kept)) return;
    expect(kept.location).toBe("wasm");
    expect(tensors()).toBe(before + 1);
    expect(toNumbers(await read((await program.run({ x: kept }))[name]!))).toEqual([4, 8, 12]);
    kept.dispose();
    kept.dispose();
    expect(tensors()).toBe(before);
    await expect(kept.read()).rejects.toMatchObject({ code: "disposed" });
    await program.dispose();
  });
});

/** Counts to a million, one addition at a time. */
function endless(): Graph {
  const inner = new GraphBuilder();
  inner.input("i", "int64", []);
  const again = inner.input("again", "bool", []);
  const sum = inner.input("sum", "float32", [64]);
  const body = inner.build({ outputs: [inner.identity(again), inner.add(sum, inner.scalar(1))], prune: false });
  const b = new GraphBuilder();
  const x = b.input("x", "float32", [64]);
  return b.build({ outputs: b.node("Loop", [b.constant(scalar(1_000_000, "int64")), "", x], { body: attr.graph(body) }, { outputs: ["y"] }) });
}

describe("a run", () => {
  test("is cancelled between two nodes, and leaves nothing behind", async () => {
    const before = tensors();
    const program = await runtime.compile(endless());
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 60);
    const started = performance.now();
    await expect(program.run({ x: ramp([64]) }, { signal: controller.signal })).rejects.toMatchObject({ code: "cancelled" });
    expect(performance.now() - started).toBeLessThan(5000);
    await program.dispose();
    expect(tensors()).toBe(before);
  });

  test("leaves the backend that the user has selected, and the user's tensors", async () => {
    await tf.setBackend("cpu");
    const own = tf.tensor1d([1, 2, 3]);
    const program = await runtime.compile(pictures());
    const running = program.run({ x: ramp([1, 3, 16, 16]) });
    expect(tf.getBackend()).toBe("cpu");
    await running;
    expect(tf.getBackend()).toBe("cpu");
    expect(Array.from(tf.add(own, 1).dataSync())).toEqual([2, 3, 4]);
    await program.dispose();
    own.dispose();
  });
});

describe("integers of 64 bits", () => {
  const sums = (): Graph => {
    const b = new GraphBuilder();
    const x = b.input("x", "int64", ["N"]);
    return b.build({ outputs: [b.add(x, x, "sum"), b.equal(x, x, "same")] });
  };

  test("are computed exactly beyond 32 bits", async () => {
    const program = await runtime.compile(sums());
    expect(toNumbers(await read((await program.run({ x: int64([2 ** 40, -(2 ** 33)]) }))["sum"]!))).toEqual([2 ** 41, -(2 ** 34)]);
    await program.dispose();
  });

  test("that would not be exact are refused by name", async () => {
    const program = await runtime.compile(sums());
    await expect(program.run({ x: int64([2n ** 60n]) })).rejects.toMatchObject({ code: "int-inexact" });
    await program.dispose();
  });

  test("go to the device only after all of them were seen to fit 32 bits", async () => {
    const b = new GraphBuilder();
    const graph = b.build({ outputs: [b.where(b.greater(b.input("x", "float32", [2]), b.scalar(0)), b.input("a", "int64", [2]), b.input("c", "int64", [2]), "y")] });
    const program = await runtime.compile(graph);
    const x = float32([2], [1, -1]);
    expect((await read((await program.run({ x, a: int64([7, 8]), c: int64([1, 2]) }))["y"]!)).data).toEqual(BigInt64Array.of(7n, 2n));
    await expect(program.run({ x, a: int64([2 ** 31, 8]), c: int64([1, 2]) })).rejects.toMatchObject({ code: "int-range" });
    await program.dispose();
  });
});

describe("what cannot be", () => {
  test("a backend that nobody has registered says how to get it", async () => {
    await expect(tfjs({ backend: "webgl" }).create()).rejects.toMatchObject({ code: "provider-unavailable", hint: expect.stringContaining("npm install @tensorflow/tfjs-backend-webgl") as string });
    const states = await tfjs().providers();
    expect(states.map(({ provider, available }) => `${provider} ${available}`)).toEqual(["wasm true", "webgl false", "webgpu false", "cpu true"]);
  });

  test("the first of several backends that works is taken, and the others are told", async () => {
    const second = await tfjs({ providers: ["webgpu", "wasm"] }).create();
    expect(second.info.provider).toBe("wasm");
    expect(second.info.notices.join(" ")).toContain("webgpu was passed over");
    await second.dispose();
  });

  test("an empty list of backends", async () => {
    await expect(tfjs({ providers: [] }).create()).rejects.toMatchObject({ code: "backend-empty" });
  });

  test("an unknown operator is named with where it stands, inside a loop too", async () => {
    const b = new GraphBuilder();
    const inner = new GraphBuilder();
    const body = inner.build({ outputs: inner.node("Swirl", [], {}, { name: "deep/inside", outputs: ["z"] }), prune: false });
    const graph = b.build({ outputs: b.node("If", [b.input("on", "bool", [])], { then_branch: attr.graph(body), else_branch: attr.graph(body) }, { outputs: ["y"] }) });
    await expect(runtime.compile(graph)).rejects.toMatchObject({ code: "node-unsupported", message: expect.stringMatching(/Swirl.*deep\/inside/) as string });
  });

  test("shapes that do not go together name the node", async () => {
    const b = new GraphBuilder();
    const graph = b.build({ outputs: b.node("MatMul", [b.input("a", "float32", undefined), b.input("c", "float32", undefined)], {}, { name: "the-product", outputs: ["y"] }) });
    const program = await runtime.compile(graph);
    const before = tensors();
    await expect(program.run({ a: ramp([2, 3]), c: ramp([4, 5]) })).rejects.toMatchObject({ code: "node-failed", message: expect.stringContaining("the-product") as string });
    expect(tensors()).toBe(before);
    await program.dispose();
  });

  test("a token outside the vocabulary, and a size that no memory holds", async () => {
    const b = new GraphBuilder();
    const found = b.gather(b.constant(ramp([300, 40]), "table"), b.input("ids", "int64", ["N"]), 0, "found");
    const large = b.expand(b.scalar(1), b.input("sizes", "int64", ["R"]), "large");
    const program = await runtime.compile(b.build({ outputs: [found, large] }));
    await expect(program.run({ ids: int64([300]), sizes: int64([1]) })).rejects.toMatchObject({ code: "index-outside", message: expect.stringContaining("300") as string });
    await expect(program.run({ ids: int64([299]), sizes: int64([100_000, 100_000]) })).rejects.toMatchObject({ code: "too-large" });
    expect((await read((await program.run({ ids: int64([-1]), sizes: int64([2]) }))["found"]!)).shape).toEqual([1, 40]);
    await program.dispose();
  });

  test("float64 is narrowed, and said to be", async () => {
    const b = new GraphBuilder();
    const program = await runtime.compile(b.build({ outputs: [b.add(b.input("x", "float64", [1]), b.constant(scalar(0.5, "float64")), "y")] }));
    expect(program.notices.join()).toContain("float32");
    expect(await read((await program.run({ x: tensor("float64", [1], Float64Array.of(0.25)) }))["y"]!)).toEqual(tensor("float64", [1], Float64Array.of(0.75)));
    await program.dispose();
  });
});
