import { create } from "@bufbuild/protobuf";
import { attr, float32, GraphBuilder, memorySource, tensor } from "@vitrine/core";
import { describe, expect, it } from "vitest";
import { readOnnx, writeOnnx } from "../index.js";
import { StringStringEntryProtoSchema, TensorProto_DataLocation, TensorProto_DataType, TensorProtoSchema } from "../proto/onnx_pb.js";
import { oldGraph, type ModelInShort } from "../../test/old-model.js";
import { oldBytes, readBytes, runOnOrt } from "../../test/ort.js";
import { bytesOf, changed, messageOf, protoNode } from "../../test/proto.js";
import { randn } from "../../test/random.js";

const linear: ModelInShort = {
  opset: 13,
  inputs: { x: randn([2, 3]) },
  constants: { w: randn([3, 4], 2), b: randn([4], 3) },
  nodes: [["MatMul", ["x", "w"], ["h"]], ["Add", ["h", "b"], ["y"]]],
  outputs: ["y"],
};
const entry = (key: string, value: string) => create(StringStringEntryProtoSchema, { key, value });

describe("a model", () => {
  it("says where it comes from", async () => {
    const file = await readBytes(
      changed(linear, (message) => {
        message.producerName = "pytorch";
        message.producerVersion = "2.1";
        message.metadataProps.push(entry("author", "somebody"), entry("__proto__", "odd"));
      }),
    );
    expect(file.origin).toBe("pytorch 2.1, opset 13, upgraded to 21");
    expect(file.metadata["author"]).toBe("somebody");
    expect(Object.entries(file.metadata)).toHaveLength(2);
    expect(file.notices).toEqual([]);
  });

  it("names nodes: what has no name as its value, what is there twice with a number", async () => {
    const { graph } = await readBytes(
      changed({ ...linear, nodes: [...linear.nodes, ["Relu", ["y"], ["z"]]] }, (message) => {
        const [first, second, third] = message.graph!.node;
        first!.name = "";
        second!.name = "layer";
        third!.name = "layer";
      }),
    );
    expect(graph.nodes.map((node) => node.name)).toEqual(["h", "layer", "layer#2"]);
  });

  it("sorts nodes that stand in another order", async () => {
    const { graph } = await readBytes(changed(linear, (message) => message.graph!.node.reverse()));
    expect(graph.nodes.map((node) => node.op)).toEqual(["MatMul", "Add"]);
  });

  it("does not take weights for inputs", async () => {
    const { graph } = await readBytes(
      changed(linear, (message) => {
        message.irVersion = 3n;
        const [x] = message.graph!.input;
        message.graph!.input = ["w", "x", "b"].map((name) => ({ ...x!, name }));
      }),
    );
    expect(graph.inputs.map((input) => input.name)).toEqual(["x"]);
  });

  it("reads dimensions: numbers, names, none", async () => {
    const { graph } = await readBytes(
      changed({ ...linear, inputs: { x: randn([1, 2, 3, 4]) }, nodes: [["Relu", ["x"], ["y"]]] }, (message) => {
        const type = message.graph!.input[0]!.type!.value;
        if (type.case !== "tensorType") throw new Error("no tensor");
        type.value.shape!.dim[0]!.value = { case: "dimParam", value: "N" };
        type.value.shape!.dim[1]!.value = { case: undefined };
        type.value.shape!.dim[2]!.value = { case: "dimValue", value: -1n };
      }),
    );
    expect(graph.inputs[0]!.shape).toEqual(["N", null, null, 4]);
  });

  it("knows the scopes that newer PyTorch writes", async () => {
    const { graph } = await readBytes(
      changed(linear, (message) => {
        message.graph!.node[0]!.metadataProps.push(entry("pkg.torch.onnx.name_scopes", "['', 'layer2', 'layer2.0', 'layer2.0.conv1', 'conv2d']"));
        message.graph!.node[1]!.metadataProps.push(entry("pkg.torch.onnx.name_scopes", "nonsense"));
      }),
    );
    expect(graph.nodes.map((node) => node.scope)).toEqual([["layer2", "layer2.0", "layer2.0.conv1"], undefined]);
  });

  it("makes constants of Constant nodes, but of outputs", async () => {
    const { graph } = await readBytes(
      oldBytes({
        opset: 13,
        inputs: { x: randn([2]) },
        nodes: [["Constant", [], ["c"], { value: attr.tensor(float32([2], [1, 2])) }], ["Constant", [], ["out"], { value_int: attr.int(3) }], ["Constant", [], ["i"], { value_ints: attr.ints([1]) }], ["Add", ["x", "c"], ["y"]]],
        outputs: ["y", "out"],
      }),
    );
    expect([...graph.constants.keys()]).toEqual(["c", "i"]);
    expect(graph.nodes.map((node) => node.op)).toEqual(["Constant", "Add"]);
  });
});

describe("opsets", () => {
  const relu = (opset: number) => oldBytes({ opset, inputs: { x: randn([2]) }, nodes: [["Relu", ["x"], ["y"]]], outputs: ["y"] });

  it.each([7, 12, 21])("%i", async (opset) => expect((await readBytes(relu(opset))).graph.opset).toBe(21));

  it("below 7: refused, with the way out", async () => {
    await expect(readBytes(relu(6))).rejects.toMatchObject({ code: "onnx-opset-old", hint: expect.stringContaining("version_converter") as string });
  });

  it("none: refused, and says why", async () => {
    await expect(readBytes(changed(linear, (message) => (message.opsetImport = [])))).rejects.toMatchObject({ code: "onnx-opset-missing", message: expect.stringContaining("onnxruntime refuses it too") as string });
  });

  it("of other domains are kept", async () => {
    const { graph } = await readBytes(oldBytes({ ...linear, domains: { "com.microsoft": 1, mine: 4 } }));
    expect({ ...graph.domains }).toEqual({ "com.microsoft": 1, mine: 4 });
  });

  it("ai.onnx is the empty domain", async () => {
    const { graph } = await readBytes(
      changed(linear, (message) => {
        message.opsetImport[0]!.domain = "ai.onnx";
        message.graph!.node[0]!.domain = "ai.onnx";
      }),
    );
    expect(graph.nodes[0]!.domain).toBe("");
    expect({ ...graph.domains }).toEqual({});
  });
});

describe("external data", () => {
  const outside = () => {
    const { bytes, external } = writeOnnx(oldGraph(linear), { externalData: 0 });
    return { bytes, files: Object.fromEntries(external.map(({ path, data }) => [path, data])) };
  };

  it("is read from beside the model", async () => {
    const { bytes, files } = outside();
    const { graph } = await readOnnx(memorySource("m.onnx", bytes, files));
    expect([...graph.constants.get("b")!.read().data]).toEqual([...linear.constants!["b"]!.data]);
    const feeds = linear.inputs;
    expect((await runOnOrt(writeOnnx(graph), feeds))["y"]!.data).toEqual((await runOnOrt(oldBytes(linear), feeds))["y"]!.data);
  });

  it("is missing", async () => {
    const { bytes } = outside();
    await expect(readOnnx(memorySource("m.onnx", bytes))).rejects.toMatchObject({ code: "source-missing" });
  });

  it("is cut off", async () => {
    const { bytes, files } = outside();
    const cut = Object.fromEntries(Object.entries(files).map(([path, data]) => [path, data.subarray(0, 10)]));
    await expect(readOnnx(memorySource("m.onnx", bytes, cut))).rejects.toMatchObject({ code: "onnx-external" });
  });

  it("of a Constant node and of a graph inside a node is found", async () => {
    const data = new Uint8Array(Float32Array.of(5, 6).buffer);
    const message = messageOf({ opset: 13, inputs: { x: randn([2]) }, nodes: [["Constant", [], ["c"], { value: attr.tensor(float32([2], [0, 0])) }], ["Add", ["x", "c"], ["y"]]], outputs: ["y"] });
    message.graph!.node[0]!.attribute[0]!.t = create(TensorProtoSchema, { dims: [2n], dataType: TensorProto_DataType.FLOAT, dataLocation: TensorProto_DataLocation.EXTERNAL, externalData: [entry("location", "sub/c.bin")] });
    const { graph } = await readOnnx(memorySource("m.onnx", bytesOf(message), { "sub/c.bin": data }));
    expect([...graph.constants.get("c")!.read().data]).toEqual([5, 6]);
  });
});

describe("what is no sound graph", () => {
  const broken = (change: Parameters<typeof changed>[1]) => readBytes(changed(linear, change));

  it.each<[string, string, Parameters<typeof changed>[1]]>([
    ["a cycle", "graph-cycle", (m) => (m.graph!.node[0]!.input[0] = "y")],
    ["a value that nothing makes", "graph-invalid", (m) => (m.graph!.node[0]!.input[0] = "ghost")],
    ["an output that nothing makes", "graph-invalid", (m) => (m.graph!.output[0]!.name = "ghost")],
    ["a value made twice", "graph-invalid", (m) => m.graph!.node.push(protoNode("Relu", ["x"], ["h"]))],
    ["a weight made again", "graph-invalid", (m) => m.graph!.node.push(protoNode("Relu", ["x"], ["w"]))],
    ["an input made again", "graph-invalid", (m) => m.graph!.node.push(protoNode("Relu", ["h"], ["x"]))],
    ["a weight twice", "graph-invalid", (m) => m.graph!.initializer.push(m.graph!.initializer[0]!)],
    ["an input twice", "graph-invalid", (m) => m.graph!.input.push(m.graph!.input[0]!)],
    ["a node without an operator", "graph-invalid", (m) => (m.graph!.node[0]!.opType = "")],
    ["no graph", "onnx-graph-missing", (m) => delete m.graph],
  ])("%s", async (_, code, change) => {
    await expect(broken(change)).rejects.toMatchObject({ code });
  });

  it("does not mind names of any length, and cuts them in messages", async () => {
    const name = "x".repeat(1_000_000);
    const error: unknown = await broken((m) => (m.graph!.node[0]!.input[0] = name)).catch((reason: unknown) => reason);
    expect((error as Error).message.length).toBeLessThan(400);
  });
});

describe("files that are something else", () => {
  it.each<[string, Uint8Array, string, RegExp]>([
    ["nothing", new Uint8Array(), "onnx-empty", /is empty/],
    ["text", new TextEncoder().encode("<!doctype html>\n<html>"), "onnx-not", /text file/],
    ["a Git LFS pointer", new TextEncoder().encode("version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 12\n"), "onnx-not", /Git LFS/],
    ["a PyTorch file", Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0, 8, 8), "onnx-not", /zip archive/],
    ["noise", Uint8Array.from({ length: 100 }, (_, i) => (i * 37 + 200) % 256), "onnx-damaged", /cannot be decoded/],
  ])("%s", async (_, bytes, code, message) => {
    await expect(readBytes(bytes)).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
  });
});

describe("names with the character NUL, where those of runtimes end", () => {
  const b = new GraphBuilder();
  const x = b.input("in\0put", "float32", [1, 3]);
  const hidden = b.op("Relu", [x], {}, "a\0b");
  const inner = new GraphBuilder();
  const branch = inner.build({ outputs: [inner.constant(float32([1, 3], [7, 8, 9]), "c\0d")] });
  const chosen = b.op("If", [b.constant(tensor("bool", [], Uint8Array.of(1)))], { then_branch: attr.graph(branch), else_branch: attr.graph(branch) }, "i\0f");
  // Two that differ only there, and one that is there already.
  const graph = b.build({ outputs: [b.add(b.op("Neg", [hidden], {}, "a\0c"), chosen, "a\u2400c"), hidden] });

  it("are written visibly, apart from each other, and run", async () => {
    const { bytes } = writeOnnx(graph);
    const file = await readBytes(bytes);
    expect(file.notices).toEqual([expect.stringContaining("the character NUL")]);
    expect(file.graph.inputs.map(({ name }) => name)).toEqual(["in␀put"]);
    expect(file.graph.outputs.map(({ name }) => name)).toEqual(["a␀c", "a␀b"]);
    expect(JSON.stringify(file.graph.nodes.map(({ name, inputs, outputs }) => [name, inputs, outputs]))).not.toContain("\\u0000");
    expect(new Set(file.graph.nodes.flatMap(({ outputs }) => outputs)).size).toBe(4);
    const out = await runOnOrt(writeOnnx(file.graph).bytes, { "in␀put": float32([1, 3], [1, -2, 3]) });
    expect(Array.from(out["a␀c"]!.data as Float32Array)).toEqual([6, 8, 6]);
  });
});
