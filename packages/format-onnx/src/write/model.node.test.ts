import { fromBinary } from "@bufbuild/protobuf";
import { attr, constantOf, constantOfBytes, float32, GraphBuilder, int64, tensor, type Constant, type Graph } from "@vitrine/core";
import { describe, expect, it } from "vitest";
import { writeOnnx } from "../index.js";
import { ModelProtoSchema, TensorProto_DataLocation } from "../proto/onnx_pb.js";
import { oldGraph, untyped } from "../../test/old-model.js";
import { readBytes, runOnOrt } from "../../test/ort.js";
import { randn } from "../../test/random.js";

/** y = emb[i] · w + b, with weights that are views into one buffer at odd places, as in a model file. */
function network(): { graph: Graph; file: Uint8Array } {
  const file = new Uint8Array(40_000);
  const place = (offset: number, values: Float32Array): Uint8Array => {
    file.set(new Uint8Array(values.buffer), offset);
    return file.subarray(offset, offset + values.byteLength);
  };
  const b = new GraphBuilder();
  const i = b.input("i", "int64", ["n"]);
  const emb = b.constant(constantOfBytes("float32", [50, 32], place(3, randn([50, 32], 1).data)), "emb");
  const w = b.constant(constantOfBytes("float32", [32, 64], place(10_001, randn([32, 64], 2).data)), "w");
  const bias = b.constant(constantOfBytes("float32", [64], place(30_002, randn([64], 3).data)), "b");
  b.tap(b.add(b.matMul(b.gather(emb, i, 0), w), bias, "y"));
  return { graph: b.build(), file };
}

describe("weights outside the model", () => {
  const feeds = { i: int64([4, 0, 49]) };

  it("are one buffer, where they are views into one", async () => {
    const { graph, file } = network();
    const whole = writeOnnx(graph);
    const apart = writeOnnx(graph, { externalData: true });
    expect(whole.external).toEqual([]);
    expect(apart.external.map(({ data }) => data.buffer)).toEqual([file.buffer]);
    expect(apart.bytes.length).toBeLessThan(2000);
    expect((await runOnOrt(apart, feeds))["y"]!.data).toEqual((await runOnOrt(whole, feeds))["y"]!.data);
  });

  it("are as many as there are buffers, and only the large ones", async () => {
    const { graph } = network();
    const constants = new Map<string, Constant>(graph.constants);
    constants.set("w", constantOf(randn([32, 64], 7)));
    const apart = writeOnnx({ ...graph, constants }, { externalData: 1024 });
    expect(apart.external.map(({ path }) => path)).toEqual(["weights-0.bin", "weights-1.bin"]);
    const inside = fromBinary(ModelProtoSchema, apart.bytes).graph!.initializer.filter((each) => each.dataLocation !== TensorProto_DataLocation.EXTERNAL);
    expect(inside.map(({ name }) => name)).toEqual(["b"]);
    expect((await runOnOrt(apart, feeds))["y"]!.shape).toEqual([3, 64]);
  });

  it.each(["float16", "int8", "int64", "bool", "float64"] as const)("of %s", async (dtype) => {
    const bytes = Uint8Array.from({ length: 2000 }, (_, i) => i % 2);
    const size = 2000 / { float16: 2, int8: 1, int64: 8, bool: 1, float64: 8 }[dtype];
    const graph = { ...oldGraph({ inputs: { i: int64([1]) }, nodes: [["Gather", ["w", "i"], ["y"]]], outputs: ["y"] }), constants: new Map([["w", constantOfBytes(dtype, [size], bytes)]]) };
    const apart = writeOnnx(graph, { externalData: true });
    expect(apart.external).toHaveLength(1);
    expect((await runOnOrt(apart, { i: int64([1]) }))["y"]).toEqual((await runOnOrt(writeOnnx(graph), { i: int64([1]) }))["y"]);
  });
});

describe("what onnxruntime is particular about", () => {
  const x = randn([2, 3]);

  it("outputs whose type is not known, that are inputs or constants", async () => {
    const graph: Graph = {
      ...oldGraph({ inputs: { x }, nodes: [["Relu", ["x"], ["y"]]], outputs: ["y", "x", "c"] }),
      constants: new Map([["c", constantOf(float32([2], [1, 2]))]]),
    };
    const outputs = await runOnOrt(writeOnnx(graph), { x });
    expect(outputs["x"]).toEqual(x);
    expect([...outputs["c"]!.data]).toEqual([1, 2]);
  });

  it("optional inputs and outputs that are left out", async () => {
    const graph = oldGraph({
      inputs: { x: randn([5, 2, 3]) },
      constants: { w: randn([1, 16, 3]), r: randn([1, 16, 4]), h: randn([1, 2, 4]) },
      nodes: [["LSTM", ["x", "w", "r", "", "", "h"], ["", "", "c"], { hidden_size: attr.int(4) }]],
      outputs: ["c"],
    });
    expect((await runOnOrt(writeOnnx(graph), { x: randn([5, 2, 3]) }))["c"]!.shape).toEqual([1, 2, 4]);
  });

  it("a domain that the graph does not name", async () => {
    const graph = oldGraph({ inputs: { x }, nodes: [["FusedMatMul", ["x", "x"], ["y"], { transB: attr.int(1) }, "com.microsoft"]], outputs: ["y"] });
    expect((await runOnOrt(writeOnnx(graph), { x }))["y"]!.shape).toEqual([2, 2]);
  });

  it("IR version 10 for opset 21", () => {
    expect(fromBinary(ModelProtoSchema, writeOnnx(oldGraph({ inputs: { x }, nodes: [["Relu", ["x"], ["y"]]], outputs: ["y"] })).bytes)).toMatchObject({ irVersion: 10n, opsetImport: [{ domain: "", version: 21n }] });
  });
});

describe("what is written is read again", () => {
  it("attributes of every type", async () => {
    const attributes = {
      f: attr.float(Math.fround(0.1)), i: attr.int(-3), big: attr.int(2n ** 62n + 1n), s: attr.string("ä\u0000"), t: attr.tensor(float32([2], [1, 2])),
      fs: attr.floats([]), is: attr.ints([1, 2n ** 60n + 1n]), ss: attr.strings(["a", ""]), ts: { type: "tensors", value: [tensor("string", [1], ["x"])] },
      g: attr.graph({ ...oldGraph({ inputs: {}, nodes: [], outputs: [] }), outputs: [untyped("x")] }),
    } as const;
    const { graph } = await readBytes(writeOnnx(oldGraph({ inputs: { x: randn([1]) }, nodes: [["Odd", ["x"], ["y"], attributes, "mine"]], outputs: ["y"], domains: { mine: 3 } })).bytes);
    const read = graph.nodes[0]!.attributes;
    expect({ ...read, g: undefined }).toEqual({ ...attributes, g: undefined });
    expect(read["g"]?.type === "graph" && read["g"].value.outputs[0]!.name).toBe("x");
    expect({ ...graph.domains }).toEqual({ mine: 3 });
  });

  it("metadata", async () => {
    const { metadata } = await readBytes(writeOnnx(network().graph, { metadata: { author: "somebody" } }).bytes);
    expect({ ...metadata }).toEqual({ author: "somebody" });
  });
});

describe("what cannot be written", () => {
  const empty = oldGraph({ inputs: { x: randn([1]) }, nodes: [["Relu", ["x"], ["y"]]], outputs: ["y"] });

  it("2 GiB of weights inside: refused before any is touched", () => {
    const huge: Constant = { dtype: "float32", shape: [2 ** 29], byteLength: 2 ** 31, read: () => { throw new Error("read"); }, bytes: () => { throw new Error("read"); } };
    expect(() => writeOnnx({ ...empty, constants: new Map([["w", huge]]) })).toThrow(expect.objectContaining({ code: "onnx-too-large", hint: expect.stringContaining("externalData: true") as string }) as Error);
  });

  it("an attribute of another format, or a fraction where a whole number goes", () => {
    const withAttribute = (attribute: Graph["nodes"][number]["attributes"][string]) => ({ ...empty, nodes: [{ ...empty.nodes[0]!, attributes: { a: attribute } }] });
    expect(() => writeOnnx(withAttribute({ type: "opaque", format: "tfjs", value: new Uint8Array() }))).toThrow(expect.objectContaining({ code: "onnx-write" }) as Error);
    expect(() => writeOnnx(withAttribute(attr.int(1.5)))).toThrow(expect.objectContaining({ code: "onnx-write" }) as Error);
  });
});
