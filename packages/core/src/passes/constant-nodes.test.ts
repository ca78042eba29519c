import { describe, expect, test } from "vitest";
import { attr, type Attribute } from "../graph/attributes.js";
import { GraphBuilder } from "../graph/builder.js";
import type { Graph } from "../graph/graph.js";
import { float32, int64, tensor } from "../tensor/tensor.js";
import { constantNodesToConstants } from "./constant-nodes.js";

const withConstant = (name: string, attribute: Attribute): Graph => {
  const b = new GraphBuilder();
  const [c] = b.node("Constant", [], { [name]: attribute }, { outputs: ["c"] });
  return b.build({ outputs: [b.op("Identity", [b.op("Cast", [c!], { to: attr.int(1) })], {}, "y")] });
};

describe("Constant nodes", () => {
  test.each([
    ["value", attr.tensor(float32([2], [1, 2])), float32([2], [1, 2])],
    ["value_float", attr.float(0.5), float32([], [0.5])],
    ["value_floats", attr.floats([1, 2, 3]), float32([3], [1, 2, 3])],
    ["value_int", attr.int(7), int64([7], [])],
    ["value_int", attr.int(2n ** 62n), int64([2n ** 62n], [])],
    ["value_ints", attr.ints([1, -2]), int64([1, -2])],
    ["value_string", attr.string("α"), tensor("string", [], ["α"])],
    ["value_strings", attr.strings(["a", "b"]), tensor("string", [2], ["a", "b"])],
  ])("%s", (name, attribute, expected) => {
    const { graph } = constantNodesToConstants.apply(withConstant(name, attribute));
    expect(graph.constants.get("c")?.read()).toEqual(expected);
    expect(graph.nodes.map((node) => node.op)).toEqual(["Cast", "Identity"]);
  });

  test("what is not understood stays", () => {
    const sparse = withConstant("sparse_value", { type: "opaque", format: "onnx", value: new Uint8Array(3) });
    expect(constantNodesToConstants.apply(sparse).graph).toBe(sparse);
  });

  test("one that is an output stays a node", () => {
    const b = new GraphBuilder();
    const [c] = b.node("Constant", [], { value_float: attr.float(3) }, { outputs: ["c"] });
    const { graph } = constantNodesToConstants.apply(b.build({ outputs: [c!] }));
    expect(graph.outputs[0]!.name).toBe("c");
    expect(graph.nodes).toMatchObject([{ op: "Identity", outputs: ["c"] }]);
    expect(graph.constants.get(graph.nodes[0]!.inputs[0]!)?.read()).toEqual(float32([], [3]));
  });

  test("inner graphs have their own", () => {
    const inner = withConstant("value_float", attr.float(2));
    const b = new GraphBuilder();
    const [y] = b.node("If", [b.input("condition", "bool", [])], { then_branch: attr.graph(inner), else_branch: attr.graph(inner) });
    const { graph } = constantNodesToConstants.apply(b.build({ outputs: [y!] }));
    const branch = graph.nodes[0]!.attributes["then_branch"];
    expect(branch?.type === "graph" && [...branch.value.constants.keys()]).toEqual(["c"]);
  });

  test("a graph without any is the graph itself", () => {
    const b = new GraphBuilder();
    const graph = b.build({ outputs: [b.relu(b.input("x", "float32", [1]))] });
    expect(constantNodesToConstants.apply(graph).graph).toBe(graph);
  });
});
