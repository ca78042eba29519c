import { describe, expect, it } from "vitest";
import { allNames, attr, float32, int64, scalar, subgraphsOf, tensor, type Graph, type ValueInfo } from "@vitrine/core";
import { expectSame } from "../../test/compare.js";
import { innerGraph, type ModelInShort } from "../../test/old-model.js";
import { randn } from "../../test/random.js";

const info = (name: string, dtype: "float32" | "int64" | "bool", shape: readonly number[]): ValueInfo => ({ name, dtype, shape });
const condition = (value: boolean) => tensor("bool", [], Uint8Array.of(value ? 1 : 0));

describe("graphs inside nodes are upgraded too", () => {
  it.each([true, false])("If, taken %s, with captured values and a constant of its own", async (taken) => {
    const branch = (name: string, min: number) =>
      innerGraph([], [["Clip", ["x"], [`${name}-c`], { min: attr.float(min) }], ["Unsqueeze", [`${name}-c`], [name], { axes: attr.ints([0]) }]], [name], 9);
    const model: ModelInShort = {
      opset: 9,
      inputs: { x: randn([3]), c: condition(taken) },
      nodes: [["If", ["c"], ["y"], { then_branch: attr.graph(branch("a", 0)), else_branch: attr.graph(branch("b", -0.5)) }]],
      outputs: ["y"],
    };
    const { graph } = await expectSame(model);
    const inner = subgraphsOf(graph.nodes[0]!).map((each) => each.graph);
    expect(inner.map((each) => each.opset)).toEqual([21, 21]);
    expect(inner[0]!.constants.get("a-c:min")?.dtype).toBe("float32");
  });

  it("Loop", async () => {
    const body = innerGraph(
      [info("i", "int64", []), info("go", "bool", []), info("state", "float32", [1, 4])],
      [
        ["Identity", ["go"], ["again"]],
        ["ReduceMean", ["state"], ["mean"], { axes: attr.ints([1]) }],
        ["Sub", ["state", "mean"], ["next"]],
        ["Softmax", ["next"], ["scan"], { axis: attr.int(0) }],
      ],
      ["again", "next", "scan"],
      11,
    );
    const typed = { ...body, outputs: [info("again", "bool", []), info("next", "float32", [1, 4]), info("scan", "float32", [1, 4])] };
    const model: ModelInShort = {
      opset: 11,
      inputs: { x: randn([1, 4]) },
      constants: { n: scalar(3, "int64"), go: condition(true) },
      nodes: [["Loop", ["n", "go", "x"], ["last", "all"], { body: attr.graph(typed) }]],
      outputs: ["last", "all"],
    };
    await expectSame(model, 1e-6);
  });

  it("Scan-9, and a graph in a graph", async () => {
    const deepest = (name: string, op: string): Graph => innerGraph([], [[op, ["sum"], [name], { axes: attr.ints([0]), keepdims: attr.int(1) }]], [name], 12);
    const body = innerGraph(
      [info("state", "float32", [2]), info("a", "float32", [2])],
      [["Add", ["state", "a"], ["sum"]], ["If", ["c"], ["part"], { then_branch: attr.graph(deepest("m", "ReduceMean")), else_branch: attr.graph(deepest("s", "ReduceSum")) }]],
      ["sum", "part"],
      12,
    );
    const typed = { ...body, outputs: [info("sum", "float32", [2]), info("part", "float32", [1])] };
    const model: ModelInShort = {
      opset: 12,
      inputs: { start: float32([2], [0, 1]), xs: randn([4, 2]), c: condition(false) },
      nodes: [["Scan", ["start", "xs"], ["last", "parts"], { body: attr.graph(typed), num_scan_inputs: attr.int(1) }]],
      outputs: ["last", "parts"],
    };
    const { graph } = await expectSame(model, 1e-6);
    const [scan] = subgraphsOf(graph.nodes[0]!);
    expect(scan!.graph.nodes[1]!.op).toBe("If");
    expect(subgraphsOf(scan!.graph.nodes[1]!).flatMap((each) => each.graph.nodes.map((node) => node.inputs.length))).toEqual([2, 2]);
  });

  it("new names are new everywhere", async () => {
    const branch = (name: string) => innerGraph([], [["Clip", ["x"], [name], { min: attr.float(0), max: attr.float(1) }]], [name], 9, { [`${name}:min`]: float32([1], [7]) });
    const { graph } = await expectSame({
      opset: 9,
      inputs: { x: randn([3]), c: condition(true) },
      constants: { "a:max": int64([1]) },
      nodes: [["If", ["c"], ["y"], { then_branch: attr.graph(branch("a")), else_branch: attr.graph(branch("b")) }]],
      outputs: ["y"],
    });
    expect(allNames(graph).has("a:max_1")).toBe(true);
  });
});
