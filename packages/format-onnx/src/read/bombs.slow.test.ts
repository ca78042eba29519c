import { create, toBinary } from "@bufbuild/protobuf";
import { isVitrineError, memorySource } from "@vitrine/core";
import { describe, expect, it } from "vitest";
import { readOnnx } from "./model.js";
import { AttributeProto_AttributeType as Type, AttributeProtoSchema, FunctionProtoSchema, GraphProtoSchema, ModelProtoSchema, NodeProtoSchema, TensorProto_DataType, ValueInfoProtoSchema, type GraphProto, type ModelProto, type NodeProto } from "../proto/onnx_pb.js";
import { tensorProto, typed } from "../../test/typed-data.js";

// Small files made to cost much: every one is read or refused in time that grows with its size alone.

const node = (opType: string, input: string[], output: string[], more: Partial<Pick<NodeProto, "name" | "domain" | "attribute">> = {}): NodeProto => create(NodeProtoSchema, { opType, input, output, ...more });
const graph = (nodes: NodeProto[], outputs: string[], inputs: string[] = ["x"]): GraphProto =>
  create(GraphProtoSchema, { node: nodes, input: inputs.map((name) => create(ValueInfoProtoSchema, { name })), output: outputs.map((name) => create(ValueInfoProtoSchema, { name })) });
const model = (content: GraphProto, more: Partial<Pick<ModelProto, "functions">> = {}, opset = 9n): Uint8Array =>
  toBinary(ModelProtoSchema, create(ModelProtoSchema, { irVersion: 8n, graph: content, opsetImport: [{ domain: "", version: opset }], ...more }));

/** What becomes of a file, and that it took less than some seconds. */
async function outcome(bytes: Uint8Array): Promise<string> {
  const start = performance.now();
  try {
    await readOnnx(memorySource("bomb.onnx", bytes));
    return "read";
  } catch (error) {
    if (isVitrineError(error)) return error.code;
    throw error;
  } finally {
    expect(performance.now() - start).toBeLessThan(8000);
  }
}

const count = 20_000;
const times = <T>(make: (i: number) => T, n = count): T[] => Array.from({ length: n }, (_, i) => make(i));

describe("a file made to cost much", () => {
  it("nodes of one name, and the names that would tell them apart", async () => {
    const nodes = [...times((i) => node("Relu", ["x"], [`a${i}`], { name: `n#${i}` })), ...times((i) => node("Relu", ["x"], [`b${i}`], { name: "n" }))];
    expect(await outcome(model(graph(nodes, ["a0"])))).toBe("read");
  });

  it("a chain of nodes, in reverse", async () => {
    const nodes = times((i) => node("Relu", [i === 0 ? "x" : `v${i - 1}`], [`v${i}`])).reverse();
    expect(await outcome(model(graph(nodes, [`v${count - 1}`])))).toBe("read");
  });

  it("graphs inside, each with the same names", async () => {
    const branch = (): GraphProto => graph([node("Clip", ["x"], ["y"], { attribute: [create(AttributeProtoSchema, { name: "min", type: Type.FLOAT, f: 1 })] })], ["y"], []);
    const nodes = times((i) => node("If", ["x"], [`v${i}`], { attribute: [create(AttributeProtoSchema, { name: "then_branch", type: Type.GRAPH, g: branch() })] }), 5000);
    expect(await outcome(model(graph(nodes, ["v0"])))).toBe("read");
  });

  it("graphs inside graphs, and inside them", async () => {
    const nested = (depth: number): GraphProto => graph(depth === 0 ? [node("Relu", ["x"], ["y"])] : [node("If", ["x"], ["y"], { attribute: [create(AttributeProtoSchema, { name: "then_branch", type: Type.GRAPH, g: nested(depth - 1) })] })], ["y"], depth > 19 ? ["x"] : []);
    expect(await outcome(model(nested(20)))).toBe("read");
    expect(await outcome(model(nested(30)))).toBe("onnx-depth");
    expect(await outcome(model(nested(300)))).toBe("onnx-damaged");
  });

  it("dimensions that grow with every node", async () => {
    const axes = create(AttributeProtoSchema, { name: "axes", type: Type.INTS, ints: times((i) => BigInt(i), 32) });
    const nodes = times((i) => node("Unsqueeze", [i === 0 ? "x" : `v${i - 1}`], [`v${i}`], { attribute: [axes] }), 5000);
    expect(await outcome(model(graph(nodes, ["v0"])))).toBe("read");
  });

  it("a weight that claims more than there is", async () => {
    const content = graph([node("Relu", ["x"], ["y"])], ["y"]);
    content.initializer.push(tensorProto({ name: "w", dims: times(() => 2n ** 40n, 1000), dataType: TensorProto_DataType.FLOAT }));
    expect(await outcome(model(content))).toBe("onnx-tensor");
  });

  it("group normalisation of two thousand million channels", async () => {
    const content = graph([node("GroupNormalization", ["x", "s", "s"], ["y"], { attribute: [create(AttributeProtoSchema, { name: "num_groups", type: Type.INT, i: 1n })] })], ["y"]);
    content.input[0]!.type = { $typeName: "onnx.TypeProto", denotation: "", value: { case: "tensorType", value: { $typeName: "onnx.TypeProto.Tensor", elemType: 1, shape: { $typeName: "onnx.TensorShapeProto", dim: [1n, 2n ** 31n - 1n, 1n].map((value) => ({ $typeName: "onnx.TensorShapeProto.Dimension", denotation: "", value: { case: "dimValue", value } })) } } } };
    content.initializer.push(tensorProto({ name: "s", dims: [1n], dataType: TensorProto_DataType.FLOAT, ...typed({ floatData: [1] }) }));
    expect(await outcome(model(content, {}, 18n))).toBe("read");
  });

  it("five million empty nodes, in ten megabytes", async () => {
    const nodes = new Uint8Array(10_000_000).map((_, i) => (i % 2 === 0 ? 0x0a : 0));
    const head = new Uint8Array([0x3a, ...varint(nodes.length)]);
    const bytes = new Uint8Array(head.length + nodes.length);
    bytes.set(head);
    bytes.set(nodes, head.length);
    expect(await outcome(bytes)).toBe("onnx-parts");
  });

  it("a hundred million axes", async () => {
    const bytes = model(graph([node("Squeeze", ["x"], ["y"], { attribute: [create(AttributeProtoSchema, { name: "axes", type: Type.INTS })] })], ["y"]));
    const ints = new Uint8Array([0x3a, ...varint(110_000_016), 0x0a, ...varint(110_000_011), 0x2a, ...varint(110_000_006), 0x42, ...varint(110_000_000)]);
    const bomb = new Uint8Array(bytes.length + ints.length + 110_000_000);
    bomb.set(bytes);
    bomb.set(ints, bytes.length);
    expect(await outcome(bomb)).toBe("onnx-parts");
  });

  it("functions whose names grow with every call", async () => {
    const long = "f".repeat(200_000);
    const functions = times((i) => create(FunctionProtoSchema, { domain: "d", name: `F${i}`, input: ["x"], output: ["y"], node: [node(i === 0 ? "Neg" : `F${i - 1}`, ["x"], [`${long}h`], { domain: i === 0 ? "" : "d", name: long }), node("Relu", [`${long}h`], ["y"])] }), 40);
    expect(await outcome(model(graph(times((i) => node("F39", ["x"], [`v${i}`], { domain: "d" }), 100), ["v0"]), { functions }))).toBe("onnx-function");
  });
});

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(Math.floor(value / 128))];
}
