import { describe, expect, test } from "vitest";
import { attr, constantOf, float32, GraphBuilder, int64, isDeviceTensor, read, scalar, tensor, toNumbers, zeros, type Graph, type Tensor } from "@vitrine/core";
import { operatorCase, uniform, type Fixed } from "../cases/case.js";
import { convert } from "./held.js";
import { createReferenceRuntime, referenceRuntime } from "./runtime.js";
import { erf, roundHalfEven } from "./unary.js";

async function run(graph: Graph, feeds: Record<string, Tensor> = {}): Promise<Tensor[]> {
  const program = await (await referenceRuntime.create()).compile(graph);
  return Promise.all(Object.values(await program.run(feeds)).map(read));
}

async function apply(op: string, inputs: readonly (Tensor | Fixed | undefined)[], attributes = {}, outputs = 1): Promise<number[][]> {
  const { graph, feeds } = operatorCase(op, "", inputs, attributes, { outputs });
  return (await run(graph, feeds)).map(toNumbers);
}

describe("closed forms", () => {
  test("erf, against the tables of Abramowitz & Stegun 7.1 and the functional equation", () => {
    expect(erf(0)).toBe(0);
    expect(erf(0.5)).toBeCloseTo(0.5204998778130465, 15);
    expect(erf(1)).toBeCloseTo(0.8427007929497149, 15);
    expect(erf(2)).toBeCloseTo(0.9953222650189527, 15);
    expect(erf(3.5)).toBeCloseTo(0.9999992569016276, 14);
    expect(erf(-1.25)).toBe(-erf(1.25));
    expect(erf(Infinity)).toBe(1);
    expect(erf(NaN)).toBeNaN();
  });

  test("halves round to even", () => expect([0.5, 1.5, 2.5, -0.5, -1.5, 2.4999].map(roundHalfEven)).toEqual([0, 2, 2, -0, -2, 2]));

  test("a convolution counted by hand", async () => {
    const x = float32([1, 1, 3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const w = float32([1, 1, 2, 2], [1, 0, 0, -1]);
    expect(await apply("Conv", [x, w, float32([1], [10])])).toEqual([[6, 6, 6, 6]]);
  });

  test("a transposed convolution is the gradient of the convolution: ⟨conv(x), y⟩ = ⟨x, convᵀ(y)⟩", async () => {
    const attributes = { strides: attr.ints([2, 1]), pads: attr.ints([1, 0, 0, 1]), dilations: attr.ints([1, 2]), group: attr.int(2) };
    const x = uniform([2, 4, 6, 7], 1);
    const w = uniform([6, 2, 3, 2], 2);
    const y = uniform([2, 6, 3, 6], 3);
    const [conv] = await apply("Conv", [x, w], attributes);
    const [transposed] = await apply("ConvTranspose", [y, w], attributes);
    const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => Array.from(a).reduce((sum, value, i) => sum + value * b[i]!, 0);
    expect(conv).toHaveLength(y.data.length);
    expect(transposed).toHaveLength(x.data.length);
    expect(dot(conv!, y.data)).toBeCloseTo(dot(x.data, transposed!), 3);
  });

  test("max-pooling routes ties to the first in row-major order", async () => {
    const x = float32([1, 1, 2, 4], [0, 3, 3, 0, 3, 0, 0, 0]);
    expect(await apply("MaxPool", [x], { kernel_shape: attr.ints([2, 2]), strides: attr.ints([2, 2]) }, 2)).toEqual([[3, 3], [1, 2]]);
  });

  test("an average counts padding only where it is told to, and never what rounding up adds", async () => {
    const x = float32([1, 1, 3], [3, 6, 9]);
    const window = { kernel_shape: attr.ints([2]), strides: attr.ints([2]), pads: attr.ints([1, 0]), ceil_mode: attr.int(1) };
    expect(await apply("AveragePool", [x], window)).toEqual([[3, 7.5]]);
    expect(await apply("AveragePool", [x], { ...window, count_include_pad: attr.int(1) })).toEqual([[1.5, 7.5]]);
    // Windows begin at −1, 1 and 3: the last would begin behind the data.
    expect(await apply("AveragePool", [float32([1, 1, 4], [3, 6, 9, 12])], { ...window, count_include_pad: attr.int(1) })).toEqual([[1.5, 7.5, 12]]);
  });

  test("local response normalisation with an even window looks one channel further ahead", async () => {
    // size 2: c and c + 1. x / (1 + 2/2 · Σ x²)^1
    const [y] = await apply("LRN", [float32([1, 3, 1], [1, 2, 3])], { size: attr.int(2), alpha: attr.float(2), beta: attr.float(1), bias: attr.float(1) });
    expect(y).toEqual([1 / 6, 2 / 14, 3 / 10].map(Math.fround));
  });

  test("64-bit integers are exact", async () => {
    const big = tensor("int64", [2], BigInt64Array.of(9007199254740993n, -9223372036854775808n));
    const { graph, feeds } = operatorCase("Add", "", [big, tensor("int64", [1], BigInt64Array.of(2n))]);
    expect((await run(graph, feeds))[0]!.data).toEqual(BigInt64Array.of(9007199254740995n, -9223372036854775806n));
  });

  test("integers wrap around and truncate as in C; what C leaves undefined is tame", () => {
    expect([convert(300, "uint8"), convert(-1, "uint8"), convert(200, "int8"), convert(-2.9, "int32")]).toEqual([44, 255, -56, -2]);
    expect([convert(NaN, "int64"), convert(Infinity, "int64"), convert(-Infinity, "uint64"), convert(2n ** 40n + 7n, "int32")]).toEqual([0n, 2n ** 63n - 1n, 0n, 7]);
    expect([convert(0.1, "bool"), convert(0, "bool"), convert(1.0009765625, "float16"), convert(1.0001, "float16"), convert(1.00390625, "bfloat16")]).toEqual([1, 0, 1.0009765625, 1, 1]);
  });

  test("texts pass through, and numbers are read from and written as texts", async () => {
    const words = tensor("string", [3], ["a", "b", "c"]);
    const gathered = operatorCase("Gather", "", [words, int64([2, 0])]);
    expect((await run(gathered.graph, gathered.feeds))[0]!.data).toEqual(["c", "a"]);
    const cast = operatorCase("Cast", "", [tensor("string", [3], ["1.5", "-INF", "7"])], { to: attr.int(1) });
    expect(toNumbers((await run(cast.graph, cast.feeds))[0]!)).toEqual([1.5, -Infinity, 7]);
  });

  test("Constant gives whatever it holds", async () => {
    const b = new GraphBuilder();
    const made = [
      b.op("Constant", [], { value: attr.tensor(float32([2], [1, 2])) }), b.op("Constant", [], { value_float: attr.float(0.5) }),
      b.op("Constant", [], { value_ints: attr.ints([3, 4]) }), b.op("Constant", [], { value_strings: attr.strings(["x"]) }),
    ];
    const results = await run(b.build({ outputs: made }));
    expect(results.map(({ dtype, shape }) => [dtype, shape])).toEqual([["float32", [2]], ["float32", []], ["int64", [2]], ["string", [1]]]);
    expect(results[3]!.data).toEqual(["x"]);
  });

  test("a loop whose condition fails at once gives its start and an empty scan", async () => {
    const body = new GraphBuilder();
    const again = (body.input("i", "int64", []), body.input("again", "bool", []));
    const carried = body.input("sum", "float32", [2]);
    const inner = body.build({ outputs: [body.identity(again), body.add(carried, carried), body.relu(carried)], prune: false });
    const b = new GraphBuilder();
    const x = b.input("x", "float32", [2]);
    const outputs = b.node("Loop", ["", b.constant(scalar(0, "bool")), x], { body: attr.graph({ ...inner, outputs: inner.outputs.map((o, i) => ({ ...o, dtype: i === 0 ? "bool" : "float32", shape: i === 0 ? [] : [2] })) }) }, { outputs: ["last", "all"] });
    const [last, all] = await run(b.build({ outputs }), { x: float32([2], [1, 2]) });
    expect(toNumbers(last!)).toEqual([1, 2]);
    expect([all!.dtype, all!.shape]).toEqual(["float32", [0, 2]]);
  });
});

describe("results in float64", () => {
  test("are as precise as finite differences need, and inputs may be too", async () => {
    const { graph } = operatorCase("Exp", "", [float32([1], [1])]);
    const program = await (await createReferenceRuntime({ results: "float64" }).create()).compile(graph);
    const at = async (x: number): Promise<number> => {
      const { y0 } = await program.run({ x0: tensor("float64", [1], Float64Array.of(x)) });
      expect(y0!.dtype).toBe("float64");
      return toNumbers(await read(y0!))[0]!;
    };
    const h = 1e-5;
    expect((await at(1 + h) - (await at(1 - h))) / (2 * h)).toBeCloseTo(Math.E, 9);
  });
});

describe("what it cannot do", () => {
  const compile = async (graph: Graph): Promise<unknown> => (await referenceRuntime.create()).compile(graph);

  test("an unknown operator is named, inside graphs too", async () => {
    const b = new GraphBuilder();
    const x = b.input("x", "float32", [1]);
    const branch = new GraphBuilder();
    const inner = branch.build({ outputs: [branch.op("NotThere", [], {}, "z")] });
    const y = b.node("If", [x], { then_branch: attr.graph(inner), else_branch: attr.graph(inner) }, { name: "choice", outputs: ["y"] })[0]!;
    await expect(compile(b.build({ outputs: [y] }))).rejects.toMatchObject({
      code: "node-unsupported", message: expect.stringMatching(/`choice` \(NotThere inside it: the reference runtime does not know the operator NotThere/) as string,
    });
    const runtime = await referenceRuntime.create();
    expect(runtime.supports({ name: "n", op: "FusedConv", domain: "com.microsoft", inputs: [], outputs: [], attributes: {} })).toMatch(/com\.microsoft\.FusedConv/);
  });

  test("another opset, a fault at a node, a value too large: each says where and why", async () => {
    const { graph } = operatorCase("Relu", "", [float32([1], [1])]);
    await expect(compile({ ...graph, opset: 13 })).rejects.toMatchObject({ code: "reference-opset", hint: expect.stringContaining("format") as string });
    await expect(apply("Reshape", [float32([4], [1, 2, 3, 4]), int64([3])])).rejects.toThrow("the Reshape node `Reshape:case`: [4] cannot become [3].");
    await expect(apply("Expand", [float32([1], [1]), int64([100000, 100000])])).rejects.toThrow(/Expand.*larger than/);
    await expect(apply("Div", [int64([1]), int64([0])])).rejects.toThrow(/divided by zero/);
    await expect(apply("Add", [int64([1]), float32([1], [1])])).rejects.toThrow(/int64 and float32/);
    await expect(apply("Range", [scalar(0), scalar(1), scalar(0)])).rejects.toThrow(/never ends/);
    await expect(apply("Dropout", [float32([1], [1]), scalar(0.5), scalar(1, "bool")])).rejects.toThrow(/training_mode/);
  });

  test("a dropout in training that drops nothing passes everything", async () => {
    expect(await apply("Dropout", [float32([2], [1, 2]), scalar(0), scalar(1, "bool")])).toEqual([[1, 2]]);
  });

  test("a provider that it has not", async () => {
    await expect(referenceRuntime.create({ providers: ["cuda"] })).rejects.toMatchObject({ code: "provider-unavailable" });
    expect((await referenceRuntime.create({ providers: ["cuda", "cpu"] })).info.notices).toEqual([expect.stringContaining("cuda")]);
  });
});

test("an abort is seen between the nodes of a long run", async () => {
  const b = new GraphBuilder();
  let x = b.input("x", "float32", [200, 200]);
  const weights = b.constant(constantOf(zeros("float32", [200, 200])));
  for (let i = 0; i < 400; i++) x = b.matMul(x, weights);
  const program = await (await referenceRuntime.create()).compile(b.build({ outputs: [x] }));
  const abort = new AbortController();
  const running = program.run({ x: zeros("float32", [200, 200]) }, { signal: abort.signal });
  const begun = performance.now();
  setTimeout(() => abort.abort(), 30);
  await expect(running).rejects.toMatchObject({ code: "cancelled" });
  expect(performance.now() - begun).toBeLessThan(2000);
});

test("a kept result stays behind a handle, once", async () => {
  const { graph, feeds } = operatorCase("Relu", "", [float32([2], [-1, 1])]);
  const program = await (await referenceRuntime.create()).compile(graph);
  const { y0 } = await program.run(feeds, { keep: ["y0"] });
  if (!isDeviceTensor(y0!)) throw new Error("not kept");
  expect(toNumbers(await y0.read())).toEqual([0, 1]);
  y0.dispose();
  await expect(y0.read()).rejects.toMatchObject({ code: "disposed" });
});
