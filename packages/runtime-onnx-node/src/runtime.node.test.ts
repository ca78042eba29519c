import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { attr, constantOf, float32, GraphBuilder, int64, isDeviceTensor, isVitrineError, onnxTypeNumber, rows, tensor, type DType, type Graph, type NumericDType, type Runtime, type Tensor, type Value } from "@vitrine/core";
import { onnxNode } from "./index.js";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await onnxNode().create();
});
afterAll(() => runtime.dispose());

const numbers = (value: Value | undefined): number[] => Array.from((value as Tensor).data as Float32Array, Number);

async function fails(promise: Promise<unknown>, code: string): Promise<string> {
  const error: unknown = await promise.then(() => undefined, (reason: unknown) => reason);
  expect(isVitrineError(error, code), String(error)).toBe(true);
  const { message, hint } = error as Error & { hint?: string };
  return `${message} ${hint ?? ""}`;
}

/** y = x + [1, 2, 3], z = relu(y), with x [N, 3]. */
function small(): Graph {
  const b = new GraphBuilder();
  const x = b.input("x", "float32", ["N", 3]);
  const y = b.add(x, b.constant(float32([1, 3], [1, 2, 3])), "y");
  return b.build({ outputs: [y, b.relu(y, "z")] });
}

describe("a program", () => {
  test("computes all outputs, or those asked for", async () => {
    const program = await runtime.compile(small());
    const all = await program.run({ x: float32([2, 3], [0, 0, 0, -9, -9, -9]) });
    expect(Object.keys(all).sort()).toEqual(["y", "z"]);
    expect(all["y"]!.shape).toEqual([2, 3]);
    expect(numbers(all["z"])).toEqual([1, 2, 3, 0, 0, 0]);
    expect(Object.keys(await program.run({ x: float32([1, 3], [0, 0, 0]) }, { outputs: ["z"] }))).toEqual(["z"]);
    expect(await program.run({ x: float32([1, 3], [0, 0, 0]) }, { outputs: [] })).toEqual({});
    await program.dispose();
  });

  test("says its inputs and outputs, with what onnxruntime has inferred", async () => {
    const program = await runtime.compile(small());
    expect(program.inputs).toEqual([{ name: "x", dtype: "float32", shape: ["N", 3] }]);
    expect(program.outputs).toEqual([
      { name: "y", dtype: "float32", shape: ["N", 3] },
      { name: "z", dtype: "float32", shape: ["N", 3] },
    ]);
    expect(program.notices).toEqual([]);
    await program.dispose();
  });

  test("takes a view into a larger array as it lies", async () => {
    const program = await runtime.compile(small());
    const both = float32([2, 3], [7, 7, 7, 1, 1, 1]);
    expect(numbers((await program.run({ x: rows(both, 1, 2) }))["y"])).toEqual([2, 3, 4]);
    await program.dispose();
  });

  test("keeps outputs as handles where asked", async () => {
    const program = await runtime.compile(small());
    const { y, z } = await program.run({ x: float32([1, 3], [0, 0, 0]) }, { keep: ["y"] });
    expect([isDeviceTensor(y!), isDeviceTensor(z!)]).toEqual([true, false]);
    if (!isDeviceTensor(y!)) throw new Error("not kept");
    expect(numbers(await y.read())).toEqual([1, 2, 3]);
    expect(numbers((await program.run({ x: y }))["y"])).toEqual([2, 4, 6]);
    y.dispose();
    await program.dispose();
  });

  test("runs may overlap, and disposing waits for them", async () => {
    const program = await runtime.compile(small());
    const runs = Array.from({ length: 20 }, (_, i) => program.run({ x: float32([1, 3], [i, i, i]) }));
    const disposed = program.dispose();
    expect((await Promise.all(runs)).map(({ y }) => numbers(y)[0])).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    await disposed;
    await program.dispose();
    await fails(program.run({ x: float32([1, 3], [0, 0, 0]) }), "disposed");
  });

  test("counts its weights", async () => {
    const b = new GraphBuilder();
    const x = b.input("x", "float32", [1000]);
    const program = await runtime.compile(b.build({ outputs: [b.add(x, b.constant(float32([1000], new Float32Array(1000))))] }));
    expect(program.bytes).toBeGreaterThanOrEqual(4000);
    await program.dispose();
  });
});

describe("element types", () => {
  const dtypes: NumericDType[] = ["float32", "float64", "float16", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "bool"];
  const samples: Readonly<Record<string, ArrayLike<number> | bigint[]>> = {
    int8: [-128, 0, 127], uint8: [0, 1, 255], int16: [-32768, 0, 32767], uint16: [0, 1, 65535], int32: [-2147483648, 0, 2147483647], uint32: [0, 1, 4294967295],
    int64: [-(2n ** 63n), 0n, 2n ** 63n - 1n], uint64: [0n, 1n, 2n ** 64n - 1n], bool: [0, 1, 1], float32: [0.5, -1, Infinity], float64: [0.1, -1e300, 5], float16: [0x3c00, 0xc000, 0x0001],
  };
  test.each(dtypes)("%s goes in and out unchanged", async (dtype) => {
    const b = new GraphBuilder();
    const x = b.input("x", dtype, [3]);
    const program = await runtime.compile(b.build({ outputs: [b.identity(x, "y")] }));
    const value = tensor(dtype, [3], (dtype.endsWith("64") && dtype !== "float64" ? (dtype === "int64" ? BigInt64Array : BigUint64Array).from(samples[dtype] as bigint[]) : arrayOf(dtype, samples[dtype] as number[])) as never);
    const { y } = await program.run({ x: value });
    expect(y).toEqual(value);
    await program.dispose();
  });

  test("strings too", async () => {
    const b = new GraphBuilder();
    const x = b.input("x", "string", [2]);
    const program = await runtime.compile(b.build({ outputs: [b.identity(x, "y")] }));
    expect((await program.run({ x: tensor("string", [2], ["α", ""]) }))["y"]).toEqual(tensor("string", [2], ["α", ""]));
    await program.dispose();
  });

  test("scalars and empty tensors keep their shape", async () => {
    const b = new GraphBuilder();
    const x = b.input("x", "float32", ["N"]);
    const program = await runtime.compile(b.build({ outputs: [b.relu(x, "y"), b.reduceSum(x, [0], false, "sum")] }));
    const { y, sum } = await program.run({ x: float32([0], []) });
    expect([y!.shape, sum!.shape, numbers(sum)]).toEqual([[0], [], [0]]);
    await program.dispose();
  });

  const arrayOf = (dtype: DType, values: number[]): unknown => {
    const kinds: Readonly<Record<string, { from(list: number[]): unknown }>> = {
      float32: Float32Array, float64: Float64Array, float16: Uint16Array, int8: Int8Array, uint8: Uint8Array, int16: Int16Array, uint16: Uint16Array, int32: Int32Array, uint32: Uint32Array, bool: Uint8Array,
    };
    return kinds[dtype]!.from(values);
  };
});

describe("what is refused", () => {
  test("feeds that do not fit, by name, type and shape", async () => {
    const program = await runtime.compile(small());
    const x = float32([1, 3], [0, 0, 0]);
    expect(await fails(program.run({}), "input-missing")).toContain("`x`");
    expect(await fails(program.run({ x, extra: x }), "input-unknown")).toContain("`extra`");
    expect(await fails(program.run({ x: int64([1, 2, 3], [1, 3]) }), "input-dtype")).toContain("int64");
    expect(await fails(program.run({ x: float32([3], [0, 0, 0]) }), "input-shape")).toContain("[N, 3]");
    expect(await fails(program.run({ x: float32([1, 4], [0, 0, 0, 0]) }), "input-shape")).toContain("[1, 4]");
    expect(await fails(program.run({ x }, { outputs: ["zz"] }), "value-unknown")).toContain("Did you mean `z`?");
    await program.dispose();
  });

  test("a graph that onnxruntime refuses, with its words and none of its source", async () => {
    const b = new GraphBuilder();
    const text = await fails(runtime.compile(b.build({ outputs: [b.op("NoSuchOperator", [b.input("x", "float32", [1])])] })), "compile-failed");
    expect(text).toContain("NoSuchOperator");
    expect(text).not.toContain("onnxruntime_src");
  });

  test("sizes that meet only while running", async () => {
    const b = new GraphBuilder();
    const program = await runtime.compile(b.build({ outputs: [b.add(b.input("a", "float32", ["N"]), b.input("b", "float32", ["M"]))] }));
    const text = await fails(program.run({ a: float32([2], [1, 2]), b: float32([3], [1, 2, 3]) }), "run-failed");
    expect(text).toContain("2 by 3");
    expect(numbers(Object.values(await program.run({ a: float32([2], [1, 2]), b: float32([2], [1, 2]) }))[0])).toEqual([2, 4]);
    await program.dispose();
  });

  test("bfloat16 at the interface, which the binding has no array for", async () => {
    const b = new GraphBuilder();
    await fails(runtime.compile(b.build({ outputs: [b.identity(b.input("x", "bfloat16", [1]), "y")] })), "compile-failed");
  });

  test("cancelled work", async () => {
    const program = await runtime.compile(small());
    const gone = AbortSignal.abort();
    await fails(program.run({ x: float32([1, 3], [0, 0, 0]) }, { signal: gone }), "cancelled");
    await fails(runtime.compile(small(), { signal: gone }), "cancelled");
    const controller = new AbortController();
    const run = program.run({ x: float32([1, 3], [0, 0, 0]) }, { signal: controller.signal });
    controller.abort();
    await fails(run, "cancelled");
    await program.dispose();
  });
});

describe("graphs", () => {
  test("large weights go beside the graph, also where several share one buffer at odd places", async () => {
    const file = new Uint8Array(4 * 4096 + 1);
    const floats = Float32Array.from({ length: 4096 }, (_, i) => i);
    file.set(new Uint8Array(floats.buffer), 1);
    const bytes = file.subarray(1);
    const part = (from: number): ReturnType<typeof constantOf> => ({ ...constantOf(float32([1024], floats.slice(from, from + 1024))), bytes: () => bytes.subarray(from * 4, from * 4 + 4096) });
    const b = new GraphBuilder();
    const x = b.input("x", "float32", [1024]);
    const program = await runtime.compile(b.build({ outputs: [b.sub(b.add(x, b.constant(part(2048)), "sum"), b.constant(part(1024)), "y")] }));
    const { y } = await program.run({ x: float32([1024], new Float32Array(1024)) });
    expect(new Set(numbers(y))).toEqual(new Set([1024]));
    await program.dispose();
  });

  test("an If with graphs inside, capturing values", async () => {
    const branch = (op: string): Graph => {
      const b = new GraphBuilder();
      return { ...b.build(), name: op, nodes: [{ name: op, op, domain: "", inputs: ["x"], outputs: [`${op}:out`], attributes: {} }], outputs: [{ name: `${op}:out`, dtype: "float32", shape: [2] }] };
    };
    const b = new GraphBuilder();
    b.input("x", "float32", [2]);
    const condition = b.input("condition", "bool", []);
    const [y] = b.node("If", [condition], { then_branch: attr.graph(branch("Relu")), else_branch: attr.graph(branch("Neg")) }, { hint: "y" });
    const graph = b.build({ outputs: [y!], prune: false });
    const program = await runtime.compile(graph);
    const x = float32([2], [-1, 1]);
    const ask = async (value: number): Promise<number[]> => numbers((await program.run({ x, condition: tensor("bool", [], Uint8Array.of(value)) }))["y"]);
    expect([await ask(1), await ask(0)]).toEqual([[0, 1], [1, -1]]);
    await program.dispose();
  });

  test("a tapped value is what it was without the tap", async () => {
    const b = new GraphBuilder();
    const x = b.input("x", "float32", [1, 2, 8, 8]);
    const weights = float32([4, 2, 3, 3], Float32Array.from({ length: 72 }, (_, i) => Math.sin(i)));
    const conv = b.op("Conv", [x, b.constant(weights)], {}, "conv");
    const y = b.op("GlobalAveragePool", [b.relu(conv, "relu")], {}, "y");
    const plain = b.build({ outputs: [y] });
    const feeds = { x: float32([1, 2, 8, 8], Float32Array.from({ length: 128 }, (_, i) => Math.cos(i))) };
    const tapped = new GraphBuilder(plain);
    tapped.tap("conv");
    const [one, two] = await Promise.all([runtime.compile(plain), runtime.compile(tapped.build())]);
    const [a, c] = [await one.run(feeds), await two.run(feeds)];
    expect(numbers(c["y"])).toEqual(numbers(a["y"]));
    const relued = numbers(c["conv"]).map((value) => Math.max(0, value));
    const mean = relued.slice(0, 36).reduce((sum, value) => sum + value, 0) / 36;
    expect(mean).toBeCloseTo(numbers(c["y"])[0]!, 5);
    await Promise.all([one.dispose(), two.dispose()]);
  });

  test("Cast targets of every number are understood", async () => {
    const b = new GraphBuilder();
    const x = b.input("x", "float32", [1]);
    const program = await runtime.compile(b.build({ outputs: [b.op("Cast", [x], { to: attr.int(onnxTypeNumber.int64) }, "y")] }));
    expect((await program.run({ x: float32([1], [3.7]) }))["y"]).toEqual(int64([3]));
    await program.dispose();
  });
});
