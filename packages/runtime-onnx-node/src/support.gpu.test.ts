import * as ort from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { attr, float32, GraphBuilder, int64, lower, seededRandom, sizeOf, toNumbers, type Attributes, type Graph, type Runtime, type Tensor } from "@vitrine/core";
import { writeOnnx } from "@vitrine/format-onnx";
import { relativeL2 } from "@vitrine/testing";
import { onnxNode } from "./index.js";
import { forcedToCpu, needsPlainLayout, supportedBy } from "./support.js";

// What support.ts says of the webgpu provider, against the provider itself: an entry that is no longer true fails here.

ort.env.logLevel = "fatal";
let cpu: Runtime;
let gpu: Runtime;
beforeAll(async () => {
  cpu = await onnxNode().create();
  gpu = await onnxNode({ providers: ["webgpu"] }).create();
});
afterAll(() => Promise.all([cpu.dispose(), gpu.dispose()]));

const random = seededRandom(7);
const normals = (shape: readonly number[]): Tensor => float32(shape, Float32Array.from({ length: sizeOf(shape) }, () => random.normal()));
const noShapes = (): undefined => undefined;

/** The graph on the bare provider, as onnxruntime would run it. */
async function bare(graph: Graph, feeds: Record<string, Tensor>): Promise<number[]> {
  const session = await ort.InferenceSession.create(writeOnnx(graph).bytes, { executionProviders: ["webgpu"], logSeverityLevel: 4 });
  try {
    const given = Object.fromEntries(Object.entries(feeds).map(([name, value]) => [name, new ort.Tensor(value.dtype as "float32", value.data as Float32Array, [...value.shape])]));
    const results = await session.run(given);
    return Array.from(results[graph.outputs.at(-1)!.name]!.data as Float32Array, Number);
  } finally {
    await session.release();
  }
}

async function on(runtime: Runtime, graph: Graph, feeds: Record<string, Tensor>): Promise<{ readonly numbers: number[]; readonly notices: readonly string[] }> {
  const program = await runtime.compile(lower(graph, runtime, (name) => feeds[name]?.shape).graph);
  const results = await program.run(feeds);
  const { notices } = program;
  await program.dispose();
  return { numbers: toNumbers(results[graph.outputs.at(-1)!.name] as Tensor), notices };
}

test("the provider is the one asked for, and works", () => {
  expect(gpu.info).toMatchObject({ provider: "webgpu", notices: [] });
});

test("MaxPool with Indices fails on the provider, and is right when lowered", async () => {
  const b = new GraphBuilder();
  const x = b.input("x", "float32", [1, 2, 6, 6]);
  const outputs = b.node("MaxPool", [x], { kernel_shape: attr.ints([3, 3]), strides: attr.ints([2, 2]), pads: attr.ints([1, 1, 1, 1]) }, { outputs: ["y", "where"] });
  const graph = b.build({ outputs });
  const feeds = { x: normals([1, 2, 6, 6]) };
  expect(typeof supportedBy("webgpu", graph.nodes[0]!, noShapes)).toBe("string");
  await expect(bare(graph, feeds)).rejects.toThrow(/Indices/);
  expect((await on(gpu, graph, feeds)).numbers).toEqual((await on(cpu, graph, feeds)).numbers);
});

describe("grouped convolutions", () => {
  // Groups, input and output channels of each, wrong on the bare provider.
  const cases: [number, number, number, boolean][] = [
    [2, 1, 2, false], [4, 2, 3, false], [2, 2, 4, false], [2, 4, 5, true], [4, 1, 5, true], [3, 2, 5, false], [4, 1, 6, true], [2, 1, 6, true], [4, 1, 7, true], [4, 2, 8, false], [8, 1, 9, true], [4, 3, 12, false], [16, 1, 9, true],
  ];
  test.each(cases)("%i groups of %i to %i channels: wrong is %s", async (groups, ins, outs, wrong) => {
    const weights = normals([groups * outs, ins, 3, 3]);
    const b = new GraphBuilder();
    const x = b.input("x", "float32", [1, groups * ins, 7, 7]);
    const y = b.op("Conv", [x, b.constant(weights, "w")], { group: attr.int(groups) }, "y");
    const graph = b.build({ outputs: [y] });
    const feeds = { x: normals([1, groups * ins, 7, 7]) };
    const { numbers } = await on(cpu, graph, feeds);
    expect(relativeL2(await bare(graph, feeds), numbers) > 1e-2).toBe(wrong);
    expect(supportedBy("webgpu", graph.nodes[0]!, (name) => graph.constants.get(name)?.shape) !== true).toBe(wrong);
    expect(relativeL2((await on(gpu, graph, feeds)).numbers, numbers)).toBeLessThan(1e-6);
  });

  test("with weights that are computed, the other layout is taken, in which they are right", async () => {
    const b = new GraphBuilder();
    const x = b.input("x", "float32", [1, 4, 7, 7]);
    const weights = b.transpose(b.constant(normals([1, 28, 3, 3]), "w"), [1, 0, 2, 3]);
    const graph = b.build({ outputs: [b.op("Conv", [x, weights], { group: attr.int(4) }, "y")] });
    expect(supportedBy("webgpu", graph.nodes[1]!, noShapes)).toBe(true);
    expect(needsPlainLayout(graph)).toBe(true);
    const feeds = { x: normals([1, 4, 7, 7]) };
    const { numbers } = await on(cpu, graph, feeds);
    expect(relativeL2(await bare(graph, feeds), numbers)).toBeGreaterThan(1e-2);
    expect(relativeL2((await on(gpu, graph, feeds)).numbers, numbers)).toBeLessThan(1e-6);
  });
});

describe("convolutions whose input channels are a multiple of three", () => {
  // Input and output channels, kernel, wrong on the bare provider.
  const cases: [number, number, number[], boolean][] = [
    [3, 8, [3, 3], false], [6, 4, [3, 3], true], [6, 12, [4], true], [9, 8, [3, 3], true], [12, 8, [3, 3], false], [18, 64, [3, 3], true], [6, 10, [3, 3], false], [6, 8, [1, 1], false], [7, 8, [3, 3], false],
  ];
  test.each(cases)("%i to %i channels, kernel %j: wrong is %s, and right in the other layout", async (ins, outs, kernel, wrong) => {
    const b = new GraphBuilder();
    const shape = [2, ins, ...kernel.map(() => 8)];
    const x = b.input("x", "float32", shape);
    const graph = b.build({ outputs: [b.op("Conv", [x, b.constant(normals([outs, ins, ...kernel]), "w")], { kernel_shape: attr.ints(kernel) }, "y")] });
    const feeds = { x: normals(shape) };
    const { numbers } = await on(cpu, graph, feeds);
    expect(relativeL2(await bare(graph, feeds), numbers) > 1e-2).toBe(wrong);
    expect(needsPlainLayout(graph)).toBe(wrong);
    expect(relativeL2((await on(gpu, graph, feeds)).numbers, numbers)).toBeLessThan(2e-6);
  });
});

describe("transposed convolutions in groups of one output channel", () => {
  // Groups, input and output channels of each, wrong on the bare provider.
  const cases: [number, number, number, boolean][] = [[1, 4, 1, false], [3, 1, 1, false], [2, 2, 1, true], [3, 3, 1, false], [3, 4, 1, true], [2, 6, 1, true], [4, 8, 1, true], [3, 2, 2, false], [2, 4, 3, false]];
  test.each(cases)("%i groups of %i to %i channels: wrong is %s, and right in the other layout", async (groups, ins, outs, wrong) => {
    const b = new GraphBuilder();
    const shape = [1, groups * ins, 4, 3];
    const x = b.input("x", "float32", shape);
    const graph = b.build({ outputs: [b.op("ConvTranspose", [x, b.constant(normals([groups * ins, outs, 2, 2]), "w")], { group: attr.int(groups), strides: attr.ints([2, 1]) }, "y")] });
    const feeds = { x: normals(shape) };
    const { numbers } = await on(cpu, graph, feeds);
    expect(relativeL2(await bare(graph, feeds), numbers) > 1e-2).toBe(wrong);
    expect(needsPlainLayout(graph)).toBe(wrong);
    expect(relativeL2((await on(gpu, graph, feeds)).numbers, numbers)).toBeLessThan(2e-6);
  });
});

describe("convolutions of volumes that fail on the provider are placed on the CPU", () => {
  const cases: [string, string, number[], number[], Attributes][] = [
    ["transposed", "ConvTranspose", [1, 2, 4, 5, 6], [2, 3, 3, 2, 3], { strides: attr.ints([2, 1, 2]), output_padding: attr.ints([1, 0, 0]) }],
    ["transposed, depthwise", "ConvTranspose", [1, 3, 4, 5, 6], [3, 1, 2, 2, 2], { group: attr.int(3), pads: attr.ints([1, 0, 0, 0, 1, 0]) }],
    ["grouped", "Conv", [1, 4, 4, 5, 6], [6, 2, 3, 2, 3], { group: attr.int(2) }],
    ["depthwise", "Conv", [1, 4, 4, 5, 6], [4, 1, 3, 3, 3], { group: attr.int(4), pads: attr.ints([1, 1, 1, 1, 1, 1]) }],
  ];
  test.each(cases)("%s", async (_, op, shape, weights, attributes) => {
    for (const computed of [false, true]) {
      const b = new GraphBuilder();
      const x = b.input("x", "float32", shape);
      const w = computed ? b.input("w", "float32", weights) : b.constant(normals(weights), "w");
      const graph = b.build({ outputs: [b.relu(b.op(op, [x, w], attributes, "y"))] });
      const feeds = { x: normals(shape), ...(computed && { w: normals(weights) }) };
      await expect(bare(graph, feeds)).rejects.toThrow(/Only Conv2d or Conv1d|does not support grouped/);
      const { numbers, notices } = await on(gpu, graph, feeds);
      expect(relativeL2(numbers, (await on(cpu, graph, feeds)).numbers)).toBeLessThan(1e-6);
      expect(notices).toEqual([expect.stringContaining(`1 node to the CPU (${op})`)]);
    }
  });
});

test("Einsum with an ellipsis fails on the provider, and is right when lowered", async () => {
  const b = new GraphBuilder();
  const [x, y] = [b.input("x", "float32", [2, 3, 4]), b.input("y", "float32", [4, 5])];
  const graph = b.build({ outputs: [b.op("Einsum", [x, y], { equation: attr.string("...i,ij->...j") }, "z")] });
  const feeds = { x: normals([2, 3, 4]), y: normals([4, 5]) };
  await expect(bare(graph, feeds)).rejects.toThrow();
  expect(relativeL2((await on(gpu, graph, feeds)).numbers, (await on(cpu, graph, feeds)).numbers)).toBeLessThan(1e-6);
});

test("ReduceLogSumExp overflows on the provider, is placed on the CPU, and that is told", async () => {
  const b = new GraphBuilder();
  const graph = b.build({ outputs: [b.op("ReduceLogSumExp", [b.input("x", "float32", [1, 3]), b.constant(int64([1]))], {}, "y")] });
  const feeds = { x: float32([1, 3], [93, 94, 90]) };
  expect(await bare(graph, feeds)).toEqual([Infinity]);
  expect(forcedToCpu("webgpu", graph)).toEqual([graph.nodes[0]!.name]);
  const { numbers, notices } = await on(gpu, graph, feeds);
  expect(numbers[0]).toBeCloseTo(94.3266, 3);
  expect(notices).toEqual(["webgpu leaves 1 node to the CPU (ReduceLogSumExp): correct, at the price of copies."]);
});

test("a Split into many parts fails on the provider, and is placed on the CPU", async () => {
  const split = (parts: number): Graph => {
    const b = new GraphBuilder();
    return b.build({ outputs: b.split(b.input("x", "float32", [2, 3 * parts, 4]), Array.from({ length: parts }, () => 3), 1).map((part) => b.relu(part)) });
  };
  const [few, many] = [split(7), split(24)];
  const feeds = { x: normals([2, 72, 4]) };
  expect(forcedToCpu("webgpu", few)).toEqual([]);
  await expect(bare(many, feeds)).rejects.toThrow(/Split/);
  const { numbers, notices } = await on(gpu, many, feeds);
  expect(numbers).toEqual((await on(cpu, many, feeds)).numbers);
  expect(notices[0]).toContain("Split");
  const fewer = { x: normals([2, 21, 4]) };
  expect(await on(gpu, few, fewer)).toEqual({ numbers: (await on(cpu, few, fewer)).numbers, notices: [] });
});

test("an LSTM with unusual activations fails on the provider, and is placed on the CPU", async () => {
  const b = new GraphBuilder();
  const x = b.input("x", "float32", [3, 1, 2]);
  const parameters = [b.constant(normals([1, 16, 2]), "w"), b.constant(normals([1, 16, 4]), "r")];
  const [y] = b.node("LSTM", [x, ...parameters], { hidden_size: attr.int(4), activations: attr.strings(["HardSigmoid", "Tanh", "Tanh"]) }, { outputs: ["y"] });
  const graph = b.build({ outputs: [y!] });
  const feeds = { x: normals([3, 1, 2]) };
  await expect(bare(graph, feeds)).rejects.toThrow(/Unsupported LSTM activation/);
  const { numbers, notices } = await on(gpu, graph, feeds);
  expect(relativeL2(numbers, (await on(cpu, graph, feeds)).numbers)).toBeLessThan(1e-6);
  expect(notices[0]).toContain("LSTM");
});

test("what is left to the CPU is told after the first run, and nothing where all is on the device", async () => {
  const graphOf = (ops: readonly string[]): Graph => {
    const b = new GraphBuilder();
    let value = b.input("x", "float32", [1, 4, 5, 5]);
    for (const op of ops) value = b.op(op, [value], op === "LRN" ? { size: attr.int(3) } : {});
    return b.build({ outputs: [value] });
  };
  const x = normals([1, 4, 5, 5]);
  expect((await on(gpu, graphOf(["Relu", "Sigmoid"]), { x })).notices).toEqual([]);
  expect((await on(gpu, graphOf(["Relu", "LRN", "Sigmoid", "LRN"]), { x })).notices).toEqual(["webgpu leaves 2 nodes to the CPU (LRN ×2): correct, at the price of copies."]);
});
