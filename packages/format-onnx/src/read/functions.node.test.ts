import { create } from "@bufbuild/protobuf";
import { attr, float32 } from "@vitrine/core";
import { describe, expect, it } from "vitest";
import { AttributeProto_AttributeType as Type, AttributeProtoSchema, type FunctionProto } from "../proto/onnx_pb.js";
import { writeOnnx } from "../index.js";
import { difference } from "../../test/compare.js";
import { innerGraph, type ModelInShort } from "../../test/old-model.js";
import { readBytes, runOnOrt } from "../../test/ort.js";
import { changed, protoFunction, protoNode, reference } from "../../test/proto.js";
import { randn } from "../../test/random.js";

const domain = "my.functions";

/** A model of opset 17 that calls functions, run by onnxruntime as it is and after reading. */
async function both(model: Omit<ModelInShort, "opset">, functions: FunctionProto[]) {
  const bytes = changed({ opset: 17, ...model, domains: { [domain]: 1 } }, (message) => message.functions.push(...functions));
  const { graph } = await readBytes(bytes);
  const before = await runOnOrt(bytes, model.inputs);
  const after = await runOnOrt(writeOnnx(graph), model.inputs);
  for (const [name, value] of Object.entries(before)) expect(difference(value, after[name]!)).toBeLessThanOrEqual(1e-6);
  expect(Object.keys(after)).toEqual(Object.keys(before));
  return graph;
}

const scaled = protoFunction(
  domain,
  "Scaled",
  ["x"],
  ["y"],
  [protoNode("Constant", [], ["by"], { attribute: [reference("value_float", "by", Type.FLOAT)] }), protoNode("Mul", ["x", "by"], ["y"])],
  { attribute: ["by"] },
);

describe("functions of the model", () => {
  it("are inlined, with the attributes of the call", async () => {
    const graph = await both({ inputs: { x: randn([3]) }, nodes: [["Scaled", ["x"], ["a"], { by: attr.float(2) }, domain], ["Scaled", ["a"], ["b"], { by: attr.float(-3) }, domain]], outputs: ["a", "b"] }, [scaled]);
    expect(graph.nodes.map(({ op, name, outputs, scope }) => [op, name, outputs[0], scope])).toEqual([
      ["Mul", "Scaled-0/y", "a", ["Scaled-0"]],
      ["Mul", "Scaled-1/y", "b", ["Scaled-1"]],
    ]);
    expect([...graph.constants.keys()]).toEqual(["Scaled-0/by", "Scaled-1/by"]);
    expect(graph.domains).toEqual({});
  });

  it("take the default of an attribute that the call leaves out", async () => {
    const fn = protoFunction(domain, "Leaky", ["x"], ["y"], [protoNode("LeakyRelu", ["x"], ["y"], { attribute: [reference("alpha", "slope", Type.FLOAT)] })], {
      attributeProto: [create(AttributeProtoSchema, { name: "slope", type: Type.FLOAT, f: 0.25 })],
    });
    await both({ inputs: { x: randn([5]) }, nodes: [["Leaky", ["x"], ["a"], {}, domain], ["Leaky", ["x"], ["b"], { slope: attr.float(0.5) }, domain]], outputs: ["a", "b"] }, [fn]);
  });

  it("leave out an attribute that neither gives", async () => {
    const fn = protoFunction(domain, "Leaky", ["x"], ["y"], [protoNode("LeakyRelu", ["x"], ["y"], { attribute: [reference("alpha", "slope", Type.FLOAT)] })], { attribute: ["slope"] });
    await both({ inputs: { x: randn([5]) }, nodes: [["Leaky", ["x"], ["a"], {}, domain]], outputs: ["a"] }, [fn]);
  });

  it("may call functions, and name values as the graph does", async () => {
    const outer = protoFunction(domain, "Outer", ["x"], ["sum"], [
      protoNode("Scaled", ["x"], ["h"], { domain, name: "twice", attribute: [create(AttributeProtoSchema, { name: "by", type: Type.FLOAT, f: 2 })] }),
      protoNode("Scaled", ["h"], ["a"], { domain, attribute: [reference("by", "factor", Type.FLOAT)] }),
      protoNode("Add", ["a", "x"], ["sum"]),
    ], { attribute: ["factor"] });
    const graph = await both({ inputs: { x: randn([4]) }, nodes: [["Outer", ["x"], ["h"], { factor: attr.float(5) }, domain], ["Relu", ["h"], ["a"]]], outputs: ["a", "h"] }, [outer, scaled]);
    expect(graph.nodes.map(({ name, scope }) => [name, scope])).toEqual([
      ["Outer-0/twice/y", ["Outer-0", "twice"]],
      ["Outer-0/a/y", ["Outer-0", "a"]],
      ["Outer-0/sum", ["Outer-0"]],
      ["Relu-1", undefined],
    ]);
  });

  it("are upgraded from their own opset", async () => {
    const fn = protoFunction(domain, "Norm", ["x"], ["y"], [protoNode("ReduceSumSquare", ["x"], ["s"], { attribute: [create(AttributeProtoSchema, { name: "axes", type: Type.INTS, ints: [-1n] })] }), protoNode("Sqrt", ["s"], ["r"]), protoNode("Div", ["x", "r"], ["y"])], { opset: 17 });
    const graph = await both({ inputs: { x: randn([2, 3]) }, nodes: [["Norm", ["x"], ["y"], {}, domain]], outputs: ["y"] }, [fn]);
    expect(graph.nodes[0]!.inputs).toEqual(["x", "Norm-0/s:axes"]);
  });

  it("may be called with inputs and outputs left out", async () => {
    const fn = protoFunction(domain, "Bounded", ["x", "low", "high"], ["y", "twice"], [protoNode("Clip", ["x", "low", "high"], ["y"]), protoNode("Add", ["y", "y"], ["twice"])]);
    await both({ inputs: { x: randn([6]) }, constants: { top: float32([], [0.5]) }, nodes: [["Bounded", ["x", "", "top"], ["a", "unused"], {}, domain], ["Bounded", ["x"], ["", "b"], {}, domain]], outputs: ["a", "b"] }, [fn]);
  });

  it("may give back an input or a constant", async () => {
    const fn = protoFunction(domain, "Pass", ["x"], ["x", "c"], [protoNode("Constant", [], ["c"], { attribute: [create(AttributeProtoSchema, { name: "value_float", type: Type.FLOAT, f: 3 })] })]);
    const bytes = changed({ opset: 17, inputs: { x: randn([2]) }, nodes: [["Pass", ["x"], ["a", "b"], {}, domain]], outputs: ["a", "b"], domains: { [domain]: 1 } }, (message) => message.functions.push(fn));
    const { graph } = await readBytes(bytes);
    const { a, b } = await runOnOrt(writeOnnx(graph), { x: randn([2]) });
    expect([...a!.data]).toEqual([...randn([2]).data]);
    expect([...b!.data]).toEqual([3]);
  });

  it("may be called in graphs inside nodes, and hold some", async () => {
    const positive = innerGraph([], [["Scaled", ["x"], ["then"], { by: attr.float(2) }, domain]], ["then"], 17);
    const negative = innerGraph([], [["Scaled", ["x"], ["else"], { by: attr.float(-1) }, domain]], ["else"], 17);
    const model = {
      inputs: { x: randn([3]) },
      constants: { zero: float32([], [0]) },
      nodes: [
        ["ReduceSum", ["x"], ["s"], { keepdims: attr.int(0) }],
        ["Greater", ["s", "zero"], ["c"]],
        ["If", ["c"], ["y"], { then_branch: attr.graph(positive), else_branch: attr.graph(negative) }],
      ],
      outputs: ["y"],
    } as const;
    const graph = await both(model, [scaled]);
    expect(graph.nodes[2]!.attributes["then_branch"]?.type === "graph" && graph.nodes[2]!.attributes["then_branch"].value.nodes.map((node) => node.op)).toEqual(["Mul"]);
  });

  it("hold graphs, whose values are named anew for every call", async () => {
    const branch = (op: string) => create(AttributeProtoSchema, {
      name: op === "Relu" ? "then_branch" : "else_branch",
      type: Type.GRAPH,
      g: { name: op, node: [protoNode(op, ["x"], ["h"]), protoNode("Add", ["h", "h"], ["out"])], output: [{ name: "out", type: { value: { case: "tensorType", value: { elemType: 1 } } } }] },
    });
    const fn = protoFunction(domain, "Choose", ["c", "x"], ["y"], [protoNode("If", ["c"], ["y"], { attribute: [branch("Relu"), branch("Neg")] })]);
    const graph = await both({ inputs: { h: randn([3]), c: { dtype: "bool", shape: [], data: Uint8Array.of(1) } }, nodes: [["Choose", ["c", "h"], ["y"], {}, domain], ["Choose", ["c", "y"], ["z"], {}, domain]], outputs: ["y", "z"] }, [fn]);
    const names = graph.nodes.map((node) => (node.attributes["then_branch"]?.type === "graph" ? node.attributes["then_branch"].value.nodes[0]!.outputs[0] : undefined));
    expect(names).toEqual(["Choose-0/h", "Choose-1/h"]);
  });

  it("are told apart by their overload", async () => {
    const functions = [1, 2].map((factor) => protoFunction(domain, "By", ["x"], ["y"], [protoNode("Constant", [], ["c"], { attribute: [create(AttributeProtoSchema, { name: "value_float", type: Type.FLOAT, f: factor })] }), protoNode("Mul", ["x", "c"], ["y"])], { overload: `o${factor}` }));
    const bytes = changed({ opset: 17, inputs: { x: randn([2]) }, nodes: [["By", ["x"], ["y"], {}, domain]], outputs: ["y"], domains: { [domain]: 1 } }, (message) => {
      message.functions.push(...functions);
      message.graph!.node[0]!.overload = "o2";
    });
    const { graph } = await readBytes(bytes);
    expect(graph.constants.get("By-0/c")?.read().data[0]).toBe(2);
  });
});

describe("functions that cannot be inlined", () => {
  const reading = (functions: FunctionProto[], call: ModelInShort["nodes"][number]) =>
    readBytes(changed({ opset: 17, inputs: { x: randn([2]) }, nodes: [call], outputs: ["y"], domains: { [domain]: 1 } }, (message) => message.functions.push(...functions)));

  it("calls itself", async () => {
    const a = protoFunction(domain, "A", ["x"], ["y"], [protoNode("B", ["x"], ["y"], { domain })]);
    const b = protoFunction(domain, "B", ["x"], ["y"], [protoNode("A", ["x"], ["y"], { domain })]);
    await expect(reading([a, b], ["A", ["x"], ["y"], {}, domain])).rejects.toMatchObject({ code: "onnx-function" });
  });

  it("would fill the memory from a few bytes", async () => {
    const functions = Array.from({ length: 40 }, (_, i) => {
      const inner = i === 0 ? { op: "Neg", more: {} } : { op: `F${i - 1}`, more: { domain } };
      return protoFunction(domain, `F${i}`, ["x"], ["y"], [protoNode(inner.op, ["x"], ["h"], inner.more), protoNode(inner.op, ["h"], ["y"], inner.more)]);
    });
    await expect(reading(functions, ["F39", ["x"], ["y"], {}, domain])).rejects.toMatchObject({ code: "onnx-function" });
  });

  it("uses a value that nothing makes", async () => {
    const fn = protoFunction(domain, "A", ["x"], ["y"], [protoNode("Add", ["x", "ghost"], ["y"])]);
    await expect(reading([fn], ["A", ["x"], ["y"], {}, domain])).rejects.toMatchObject({ code: "graph-invalid" });
  });

  it("is called with too many inputs", async () => {
    await expect(reading([scaled], ["Scaled", ["x", "x"], ["y"], {}, domain])).rejects.toMatchObject({ code: "onnx-function" });
  });
});

it("says that an attribute refers to a parameter outside a function", async () => {
  const bytes = changed({ opset: 17, inputs: { x: randn([2]) }, nodes: [["LeakyRelu", ["x"], ["y"]]], outputs: ["y"] }, (message) => message.graph!.node[0]!.attribute.push(reference("alpha", "slope", Type.FLOAT)));
  await expect(readBytes(bytes)).rejects.toMatchObject({ code: "onnx-attribute" });
});

