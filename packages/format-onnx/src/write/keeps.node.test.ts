import { create, fromBinary } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { writeOnnx } from "../index.js";
import { AttributeProto_AttributeType as Type, AttributeProtoSchema, ModelProtoSchema, SparseTensorProtoSchema, StringStringEntryProtoSchema, TensorProto_DataType as T, TypeProtoSchema } from "../proto/onnx_pb.js";
import { readBytes, runOnOrt } from "../../test/ort.js";
import { changed, protoNode } from "../../test/proto.js";
import { randn } from "../../test/random.js";
import { tensorProto, typed } from "../../test/typed-data.js";

// What Vitrine has no word for goes through it unharmed, and onnxruntime still understands it.

const base = { opset: 21, inputs: { x: randn([4]) }, nodes: [["Relu", ["x"], ["y"]]] as const, outputs: ["y"] };

describe("kept and written back", () => {
  it("4-bit weights", async () => {
    const bytes = changed(base, ({ graph }) => {
      graph!.initializer.push(
        tensorProto({ name: "q", dims: [4n], dataType: T.INT4, rawData: Uint8Array.of(0x21, 0xf7) }),
        tensorProto({ name: "s", dims: [], dataType: T.FLOAT, ...typed({ floatData: [0.5] }) }),
      );
      graph!.node = [protoNode("DequantizeLinear", ["q", "s"], ["w"]), protoNode("Add", ["x", "w"], ["y"])];
    });
    const { graph } = await readBytes(bytes);
    expect(graph.constants.has("q")).toBe(false);
    expect(graph.inputs.map(({ name }) => name)).toEqual(["x"]);
    const feeds = { x: randn([4]) };
    expect(await runOnOrt(writeOnnx(graph), feeds)).toEqual(await runOnOrt(bytes, feeds));
  });

  it("sparse weights", async () => {
    const sparse = create(SparseTensorProtoSchema, {
      values: tensorProto({ name: "w", dims: [2n], dataType: T.FLOAT, ...typed({ floatData: [3, -7] }) }),
      indices: tensorProto({ dims: [2n], dataType: T.INT64, ...typed({ int64Data: [1n, 3n] }) }),
      dims: [4n],
    });
    const bytes = changed(base, ({ graph }) => {
      graph!.sparseInitializer.push(sparse);
      graph!.node = [protoNode("Add", ["x", "w"], ["y"])];
    });
    const { graph } = await readBytes(bytes);
    const feeds = { x: randn([4]) };
    expect(await runOnOrt(writeOnnx(graph), feeds)).toEqual(await runOnOrt(bytes, feeds));
  });

  it("a sparse weight of any claimed size costs nothing", async () => {
    const { graph } = await readBytes(
      changed(base, ({ graph }) => {
        graph!.sparseInitializer.push(create(SparseTensorProtoSchema, { values: tensorProto({ name: "w", dims: [0n], dataType: T.FLOAT }), dims: [1n << 40n, 1n << 20n] }));
      }),
    );
    expect(graph.nodes[0]!.op).toBe("Constant");
  });

  it("values that are sequences", async () => {
    const bytes = changed(base, ({ graph }) => {
      graph!.node = [protoNode("SequenceConstruct", ["x", "x"], ["list"]), protoNode("ConcatFromSequence", ["list"], ["y"], { attribute: [create(AttributeProtoSchema, { name: "axis", type: Type.INT, i: 0n })] })];
      graph!.valueInfo.push({ ...graph!.input[0]!, name: "list", type: create(TypeProtoSchema, { value: { case: "sequenceType", value: { elemType: graph!.input[0]!.type! } } }) });
    });
    const { graph } = await readBytes(bytes);
    const feeds = { x: randn([4]) };
    expect(graph.values.get("list")?.opaque).toBeInstanceOf(Uint8Array);
    expect(await runOnOrt(writeOnnx(graph), feeds)).toEqual(await runOnOrt(bytes, feeds));
  });

  it("attributes with types, sparse tensors and binary strings", async () => {
    const attributes = [
      create(AttributeProtoSchema, { name: "type", type: Type.TYPE_PROTO, tp: { value: { case: "tensorType", value: { elemType: 1 } } } }),
      create(AttributeProtoSchema, { name: "blob", type: Type.STRING, s: Uint8Array.of(0xff, 0, 0xfe) }),
      create(AttributeProtoSchema, { name: "later", type: 77 as Type, ints: [1n] }),
    ];
    const bytes = changed(base, ({ graph }) => (graph!.node = [protoNode("Odd", ["x"], ["y"], { domain: "mine", attribute: attributes })]));
    const { graph } = await readBytes(bytes);
    expect(Object.values(graph.nodes[0]!.attributes).map(({ type }) => type)).toEqual(["opaque", "opaque", "opaque"]);
    const again = await readBytes(writeOnnx(graph).bytes);
    expect(again.graph.nodes[0]!.attributes).toEqual(graph.nodes[0]!.attributes);
  });

  it("what the file says of itself and its nodes", async () => {
    const entry = (key: string, value: string) => create(StringStringEntryProtoSchema, { key, value });
    const said = { producerName: "somebody", producerVersion: "1", domain: "org.example", modelVersion: 7n, docString: "A model." };
    const bytes = changed(base, (message) => {
      Object.assign(message, said);
      Object.assign(message.graph!, { docString: "A graph.", metadataProps: [entry("k", "v")] });
      Object.assign(message.graph!.node[0]!, { docString: "A node.", metadataProps: [entry("note", "n"), entry("pkg.torch.onnx.name_scopes", "['', 'a', 'a.b', 'relu']")] });
    });
    const { graph } = await readBytes(bytes);
    const again = fromBinary(ModelProtoSchema, writeOnnx(graph).bytes);
    expect(again).toMatchObject(said);
    expect(again.graph).toMatchObject({ docString: "A graph.", metadataProps: [{ key: "k", value: "v" }] });
    expect(again.graph!.node[0]).toMatchObject({ docString: "A node.", metadataProps: [{ key: "note" }, { key: "pkg.torch.onnx.name_scopes" }] });
    expect(fromBinary(ModelProtoSchema, writeOnnx(graph, { externalData: true }).bytes).graph!.node[0]!.metadataProps).toEqual([]);
  });

  it("scopes, of graphs that were not read from a file", async () => {
    const { graph } = await readBytes(changed(base, () => undefined));
    const scope = ["layer'1", "layer\\2"];
    const again = await readBytes(writeOnnx({ ...graph, nodes: graph.nodes.map((node) => ({ ...node, scope })) }).bytes);
    expect(again.graph.nodes[0]!.scope).toEqual(scope);
  });
});
