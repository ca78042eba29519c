import { beforeAll, describe, expect, test } from "vitest";
import { referenceRuntime, relativeL2 } from "@vitrine/testing";
import { attr } from "../graph/attributes.js";
import { GraphBuilder } from "../graph/builder.js";
import type { Graph } from "../graph/graph.js";
import { seededRandom } from "../input/random.js";
import type { Runtime } from "../runtime/runtime.js";
import { toFloat32 } from "../tensor/convert.js";
import { float32, int64, scalar, sizeOf, type Tensor } from "../tensor/tensor.js";
import { rows } from "../tensor/select.js";
import { freeBatch } from "./free-batch.js";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await referenceRuntime.create();
});

const random = seededRandom(99);
const normals = (shape: readonly number[]): Tensor<"float32"> => float32(shape, Float32Array.from({ length: sizeOf(shape) }, () => random.normal()));

async function run(graph: Graph, feeds: Record<string, Tensor>): Promise<Record<string, Tensor>> {
  const program = await runtime.compile(graph);
  return (await program.run(feeds)) as Record<string, Tensor>;
}

/** Shapes of every value for one sample, as an engine observes them. */
async function observed(graph: Graph, feeds: Record<string, Tensor>): Promise<(name: string) => readonly number[] | undefined> {
  const names = graph.nodes.flatMap((node) => node.outputs).filter((name) => name !== "");
  const results = await run({ ...graph, outputs: names.map((name) => ({ name, dtype: undefined, shape: undefined })) }, feeds);
  return (name) => (results[name] ?? feeds[name])?.shape;
}

type Build = (b: GraphBuilder, x: string) => string;

function graphOf(shape: readonly number[], build: Build): Graph {
  const b = new GraphBuilder();
  const x = b.input("x", "float32", shape);
  return b.build({ outputs: [build(b, x)] });
}

const ints = attr.ints;
const weights = (b: GraphBuilder, shape: readonly number[]): string => b.constant(normals(shape), "w");
const observedOrDeclared = async (graph: Graph, shape: readonly number[]): Promise<(name: string) => readonly number[] | undefined> => observed(graph, { x: normals(shape) });

/** Input shape for one sample, batch axis of input and output, graph. */
const freed: [what: string, shape: readonly number[], axes: [number, number], build: Build][] = [
  ["Conv, Relu, MaxPool, global mean, Flatten, Gemm", [1, 3, 8, 8], [0, 0], (b, x) => {
    const relu = b.relu(b.op("Conv", [x, weights(b, [4, 3, 3, 3])]));
    const pooled = b.op("GlobalAveragePool", [b.op("MaxPool", [relu], { kernel_shape: ints([2, 2]) })]);
    return b.op("Gemm", [b.op("Flatten", [pooled]), weights(b, [4, 5]), weights(b, [5])]);
  }],
  ["Reshape [1, -1]", [1, 3, 4], [0, 0], (b, x) => b.reshape(x, [1, -1])],
  ["Reshape [1, 12]", [1, 3, 4], [0, 0], (b, x) => b.reshape(x, [1, 12])],
  ["Reshape [-1, 12] needs no rewriting", [1, 3, 4], [0, 0], (b, x) => b.reshape(x, [-1, 12])],
  ["Reshape that merges samples with rows, and back", [1, 3, 4], [0, 0], (b, x) => b.reshape(b.matMul(b.reshape(x, [3, 4]), weights(b, [4, 2])), [1, 3, 2])],
  ["Reshape that splits and merges heads", [1, 6, 8], [0, 0], (b, x) => {
    const heads = b.transpose(b.reshape(x, [1, 6, 2, 4]), [0, 2, 1, 3]);
    const scores = b.softmax(b.matMul(heads, b.transpose(heads, [0, 1, 3, 2])), -1);
    return b.reshape(b.transpose(b.matMul(scores, heads), [0, 2, 1, 3]), [1, 6, 8]);
  }],
  ["heads merged into the batch axis", [1, 6, 8], [0, 0], (b, x) => {
    const heads = b.reshape(b.transpose(b.reshape(x, [1, 6, 2, 4]), [0, 2, 1, 3]), [2, 6, 4]);
    const mixed = b.matMul(b.softmax(b.matMul(heads, b.transpose(heads, [0, 2, 1])), -1), heads);
    return b.reshape(b.transpose(b.reshape(mixed, [1, 2, 6, 4]), [0, 2, 1, 3]), [1, 6, 8]);
  }],
  ["time before the batch, merged with it", [5, 1, 4], [1, 1], (b, x) => {
    const [y] = b.node("LSTM", [x, weights(b, [1, 12, 4]), weights(b, [1, 12, 3])], { hidden_size: attr.int(3) });
    const flat = b.reshape(b.squeeze(y!, [1]), [-1, 3]);
    return b.reshape(b.matMul(flat, weights(b, [3, 2])), [5, 1, 2]);
  }],
  ["an LSTM with states for one sample", [5, 1, 4], [1, 1], (b, x) => {
    const zeros = b.constant(float32([1, 1, 3], [0.1, 0.2, 0.3]), "h0");
    const lengths = b.constant({ dtype: "int32", shape: [1], data: Int32Array.of(4) }, "lengths");
    const [, last] = b.node("LSTM", [x, weights(b, [1, 12, 4]), weights(b, [1, 12, 3]), "", lengths, zeros, zeros], { hidden_size: attr.int(3) }, { outputs: ["", "last"] });
    return last!;
  }],
  ["a GRU, batch first", [1, 5, 4], [0, 0], (b, x) => {
    const [y] = b.node("GRU", [x, weights(b, [1, 9, 4]), weights(b, [1, 9, 3])], { hidden_size: attr.int(3), layout: attr.int(1) });
    return y!;
  }],
  ["a class token written for one", [1, 6, 4], [0, 0], (b, x) => b.concat([b.constant(normals([1, 1, 4]), "token"), x], 1)],
  ["a token expanded by the number of samples", [1, 6, 4], [0, 0], (b, x) => {
    const samples = b.gather(b.shape(x), b.constant(int64([0]), "zero"), 0);
    return b.concat([b.expand(b.constant(normals([1, 1, 4]), "token"), b.concat([samples, b.ints([-1, -1].map(() => 1))], 0)), x], 1);
  }],
  ["a shape computed from the input", [1, 6, 4], [0, 0], (b, x) => {
    const size = (i: number): string => b.unsqueeze(b.gather(b.shape(x), b.constant(int64([i], []), "i"), 0), [0]);
    return b.reshape(x, b.concat([size(0), b.mul(size(1), size(2))], 0));
  }],
  ["Expand to a size written for one", [1, 1, 4], [0, 0], (b, x) => b.expand(x, [1, 3, 4])],
  ["Slice of all samples, by a size written for one", [1, 6, 4], [0, 0], (b, x) => b.slice(x, [0, 1], [1, 5], [0, 1])],
  ["Slice, Split, Pad, Gather, Unsqueeze, Squeeze, Tile of other axes", [1, 6, 4], [0, 0], (b, x) => {
    const [left, right] = b.node("Split", [b.slice(x, [1], [5], [1], [2])], { axis: attr.int(2), num_outputs: attr.int(2) }, { outputs: ["left", "right"] });
    const joined = b.add(left!, right!);
    const padded = b.op("Pad", [joined, b.ints([0, 1, 0, 0, 0, 2])]);
    const picked = b.gather(b.unsqueeze(padded, [0]), b.constant(int64([1, 0, 1]), "pick"), 2);
    return b.op("Tile", [b.squeeze(picked, [0]), b.ints([1, 2, 1])]);
  }],
  ["Resize to sizes written for one", [1, 2, 3, 4], [0, 0], (b, x) => b.op("Resize", [x, "", "", b.ints([1, 2, 6, 8])], { mode: attr.string("nearest") })],
  ["Resize by scales", [1, 2, 3, 4], [0, 0], (b, x) => b.op("Resize", [x, "", b.constant(float32([4], [1, 1, 2, 2]), "scales")])],
  ["an embedding of integer data", [1, 5], [0, 0], (b, x) => b.gather(weights(b, [9, 3]), b.cast(b.op("Clip", [x, b.scalar(0), b.scalar(8)]), "int64"), 0)],
  ["reductions, ArgMax, Softmax, CumSum, LayerNormalization of other axes", [1, 6, 4], [0, 0], (b, x) => {
    const normed = b.op("LayerNormalization", [x, weights(b, [4]), weights(b, [4])], { axis: attr.int(-1) });
    const summed = b.op("CumSum", [b.softmax(normed, 1), b.constant(int64([1], []), "axis")]);
    const reduced = b.reduceMean(summed, [-1], false);
    return b.add(reduced, b.cast(b.argMax(normed, 2, false), "float32"));
  }],
  ["broadcasting of what all samples share", [1, 6, 4], [0, 0], (b, x) => b.where(b.greater(x, b.scalar(0)), b.mul(x, b.constant(normals([6, 1]), "gain")), b.constant(normals([1, 1, 4]), "bias"))],
  ["Transpose to the last axis, Gemm with the samples as columns", [1, 4], [0, 1], (b, x) => b.op("Gemm", [weights(b, [3, 4]), x], { transB: attr.int(1) })],
  ["Einsum", [1, 6, 4], [0, 1], (b, x) => b.op("Einsum", [x, weights(b, [4, 3])], { equation: attr.string("btc,cd->dbt") })],
  ["the same input twice", [1, 6, 4], [0, 0], (b, x) => b.matMul(x, b.transpose(x, [0, 2, 1]))],
  ["OneHot", [1, 5], [0, 0], (b, x) => b.op("OneHot", [b.cast(b.abs(x), "int64"), b.constant(int64([3]), "depth"), b.constant(float32([2], [0, 1]), "values")], { axis: attr.int(1) })],
];

describe("a batch of one is freed", () => {
  test.each(freed)("%s", async (_, shape, [inAxis, outAxis], build) => {
    const graph = graphOf(shape, build);
    const result = freeBatch(graph, await observedOrDeclared(graph, shape));
    expect(result.reason).toBeUndefined();
    expect(result.freed).toBe(true);
    const output = graph.outputs[0]!.name;
    expect(result.axes).toEqual({ x: inAxis, [output]: outAxis });
    expect(result.graph.inputs[0]!.shape![inAxis]).toBe("N");

    // Three samples at once give what each gives alone.
    const samples = [normals(shape), normals(shape), normals(shape)];
    const alone = await Promise.all(samples.map(async (x) => (await run(graph, { x }))[output]!));
    const together = (await run(result.graph, { x: stacked(samples, inAxis) }))[output]!;
    const expected = stacked(alone.map((value) => float32(value.shape, toFloat32(value))), outAxis);
    expect(together.shape).toEqual(expected.shape);
    expect(relativeL2(toFloat32(together), toFloat32(expected))).toBeLessThan(1e-6);
    // And one sample still gives what it gave.
    expect(toFloat32((await run(result.graph, { x: samples[0]! }))[output]!)).toEqual(toFloat32(alone[0]!));
  });
});

/** Joins tensors along an axis on which each has size 1. */
function stacked(parts: readonly Tensor<"float32">[], axis: number): Tensor<"float32"> {
  const shape = parts[0]!.shape;
  const inner = sizeOf(shape.slice(axis + 1));
  const outer = sizeOf(shape.slice(0, axis));
  const data = new Float32Array(sizeOf(shape) * parts.length);
  for (let o = 0; o < outer; o++) parts.forEach((part, n) => data.set(part.data.subarray(o * inner, (o + 1) * inner), (o * parts.length + n) * inner));
  return float32(shape.map((dim, i) => (i === axis ? parts.length : dim)), data);
}

const kept: [what: string, shape: readonly number[], reason: RegExp, build: Build][] = [
  ["a mean over everything", [1, 3], /^ReduceMean `.*`: it reduces over the samples/, (b, x) => b.reduceMean(x)],
  ["normalisation over the batch", [1, 3, 4], /^Softmax `.*`: it works along the samples/, (b, x) => b.softmax(x, 0)],
  ["an operator of another domain", [1, 3], /how example\.Mystery treats samples is not known/, (b, x) => b.node("Mystery", [x], {}, { domain: "example" })[0]!],
  ["an operator without a rule", [1, 3], /^NonZero `.*`: how NonZero treats samples/, (b, x) => b.op("NonZero", [x])],
  ["Squeeze of the batch", [1, 3], /^Squeeze `.*`: it removes the batch axis/, (b, x) => b.squeeze(x, [0])],
  ["Squeeze of every one", [1, 3, 1], /^Squeeze `.*`: it removes every axis of size 1/, (b, x) => b.op("Squeeze", [x])],
  ["a product over the samples", [1, 3], /sums over the samples/, (b, x) => b.matMul(b.constant(normals([2, 1]), "w"), x)],
  ["random numbers", [1, 3], /^RandomNormalLike `.*`: it draws random numbers/, (b, x) => b.add(x, b.op("RandomNormalLike", [x]))],
  ["something shared that is wider than one sample", [1, 3], /has size 4 where they lie/, (b, x) => b.add(x, b.constant(normals([4, 1]), "w"))],
  ["training mode", [1, 3, 4, 4], /training mode/, (b, x) => b.node("BatchNormalization", [x, ...[1, 2, 3, 4].map(() => weights(b, [3]))], { training_mode: attr.int(1) }, { outputs: ["y", "m", "v"] })[0]!],
  ["indices that count across samples", [1, 2, 4, 4], /Indices count across the samples/, (b, x) => b.node("MaxPool", [x], { kernel_shape: ints([2, 2]) }, { outputs: ["y", "where"] })[1]!],
  ["a batch that is resized", [1, 1, 2, 2], /along the samples/, (b, x) => b.op("Resize", [x, "", b.constant(float32([4], [2, 1, 1, 1]), "scales")])],
  ["a number computed from the batch", [1, 3], /computed from the number of samples/, (b, x) => b.div(x, b.cast(b.gather(b.shape(x), b.constant(int64([0], []), "i"), 0), "float32"))],
  ["an inner graph that uses the samples", [1, 3], /inner graph/, (b, x) => {
    const inner: Graph = { ...new GraphBuilder().build(), nodes: [{ name: "n", op: "Relu", domain: "", inputs: [x], outputs: ["r"], attributes: {} }], outputs: [{ name: "r", dtype: undefined, shape: undefined }] };
    return b.node("If", [b.greater(b.reduceSum(b.constant(normals([2]), "c")), b.scalar(0))], { then_branch: attr.graph(inner), else_branch: attr.graph(inner) })[0]!;
  }],
];

describe("a batch of one is kept, with the reason", () => {
  test.each(kept)("%s", (_, shape, reason, build) => {
    const graph = graphOf(shape, build);
    // The sizes that matter, as far as the graph itself tells them.
    const result = freeBatch(graph, (name) => (name === "x" ? shape : undefined));
    expect(result.freed).toBe(false);
    expect(result.graph).toBe(graph);
    expect(result.reason).toMatch(reason);
  });
});

describe("which axis", () => {
  test("a batch that is free already stays as it is, and its axes are told", () => {
    const b = new GraphBuilder();
    const x = b.input("x", "float32", ["time", "batch", 4]);
    const [y] = b.node("LSTM", [x, weights(b, [1, 12, 4]), weights(b, [1, 12, 3])], { hidden_size: attr.int(3) }, { outputs: ["y"] });
    const graph = b.build({ outputs: [y!] });
    expect(freeBatch(graph)).toEqual({ graph, freed: false, reason: undefined, axes: { x: 1, y: 2 } });
  });

  test("the one that is given is taken, and no other", () => {
    const graph = graphOf([1, 1, 4], (b, x) => b.relu(x));
    expect(freeBatch(graph).axes).toMatchObject({ x: 0 });
    expect(freeBatch(graph, undefined, { x: 1 }).graph.inputs[0]!.shape).toEqual([1, "N", 4]);
    expect(freeBatch(graphOf([1, 1, 4], (b, x) => b.softmax(x, 1)), undefined, { x: 1 }).reason).toMatch(/works along the samples/);
    expect(freeBatch(graph, undefined, { x: undefined }).freed).toBe(false);
  });

  test("inputs that the samples share are found", () => {
    const b = new GraphBuilder();
    const [x, gain] = [b.input("x", "float32", [1, 3]), b.input("gain", "float32", [3])];
    const result = freeBatch(b.build({ outputs: [b.mul(x, gain, "y")] }));
    expect(result).toMatchObject({ freed: true, axes: { x: 0, gain: undefined, y: 0 } });
    expect(result.graph.inputs.map(({ shape }) => shape)).toEqual([["N", 3], [3]]);
  });

  test("no dimension of 1 is no batch of 1", () => {
    expect(freeBatch(graphOf([8, 3], (b, x) => b.relu(x))).reason).toMatch(/no input has a dimension of 1/);
  });

  test("the symbol is free, and declared values get it", () => {
    const b = new GraphBuilder();
    const x = b.input("x", "float32", [1, "N", 3]);
    const y = b.relu(x, "y");
    const graph: Graph = { ...b.build({ outputs: [b.relu(y, "z")] }), values: new Map([["y", { name: "y", dtype: "float32", shape: [1, "N", 3] }]]) };
    const { graph: after } = freeBatch(graph, undefined, { x: 0 });
    expect([after.inputs[0]!.shape, after.values.get("y")!.shape]).toEqual([["N_1", "N", 3], ["N_1", "N", 3]]);
  });

  test("what was observed for one size is not written down where sizes are free", () => {
    const b = new GraphBuilder();
    const x = b.input("x", "float32", [1, 2, "H", "W"]);
    // [12, N, 2] would need two open sizes; [12·N, 1, 2] needs the one that is there.
    const graph = b.build({ outputs: [b.reshape(b.transpose(x, [2, 3, 0, 1]), [-1, 1, 2])] });
    const shapes = (name: string): readonly number[] | undefined => ({ x: [1, 2, 3, 4], Transpose: [3, 4, 1, 2], Reshape: [12, 1, 2] })[name];
    const result = freeBatch(graph, shapes, { x: 0 });
    expect(result).toMatchObject({ freed: true, axes: { x: 0, Reshape: 0 } });
    expect(result.graph.constants.get(result.graph.nodes.at(-1)!.inputs[1]!)!.read()).toEqual(int64([-1, 1, 2]));
    const fixed: Graph = { ...graph, inputs: [{ name: "x", dtype: "float32", shape: [1, 2, 3, 4] }] };
    const other = freeBatch(fixed, shapes, { x: 0 });
    expect(other.axes).toEqual({ x: 0, Reshape: 1 });
    expect(other.graph.constants.get(other.graph.nodes.at(-1)!.inputs[1]!)!.read()).toEqual(int64([12, -1, 2]));
  });
});

test("rows of a freed batch can be taken again", async () => {
  const graph = graphOf([1, 4], (b, x) => b.add(b.reshape(x, [1, 2, 2]), b.constant(scalar(1))));
  const result = freeBatch(graph);
  expect(result.freed).toBe(true);
  const x = normals([2, 4]);
  const both = (await run(result.graph, { x }))[graph.outputs[0]!.name]!;
  expect(rows(both, 1, 2).data).toEqual((await run(graph, { x: rows(x, 1, 2) }))[graph.outputs[0]!.name]!.data);
});
