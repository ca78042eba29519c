import { describe, expect, test } from "vitest";
import { referenceRuntime } from "@vitrine/testing";
import { attr } from "../graph/attributes.js";
import { GraphBuilder } from "../graph/builder.js";
import { constantOf } from "../graph/constant.js";
import type { Graph, Node } from "../graph/graph.js";
import type { Tensor } from "../tensor/tensor.js";
import { float32, int64, scalar, tensor } from "../tensor/tensor.js";
import { foldConstantIf } from "./constant-if.js";

const node = (op: string, inputs: readonly string[], outputs: readonly string[], attributes: Node["attributes"] = {}): Node => ({ name: `${outputs[0]}:node`, op, domain: "", inputs, outputs, attributes });

/** A branch that captures what it does not make. */
const branch = (nodes: readonly Node[], output: string, constants: Graph["constants"] = new Map()): Graph => ({
  name: "branch", opset: 21, domains: {}, inputs: [], nodes, constants, values: new Map(), outputs: [{ name: output, dtype: undefined, shape: undefined }],
});

const bool = (value: boolean): Tensor => tensor("bool", [], Uint8Array.of(value ? 1 : 0));

/** y = If(condition) { relu(x) } else { x * two }, then z = -y. */
function graphWith(condition: (b: GraphBuilder) => string): Graph {
  const b = new GraphBuilder();
  b.input("x", "float32", [2]);
  const [y] = b.node("If", [condition(b)], {
    then_branch: attr.graph(branch([node("Relu", ["x"], ["r"])], "r")),
    else_branch: attr.graph(branch([node("Mul", ["x", "two"], ["m"])], "m", new Map([["two", constantOf(scalar(2))]]))),
  }, { outputs: ["y"] });
  const [z] = b.node("Neg", [y!], {}, { outputs: ["z"] });
  return { ...b.build({ outputs: [z!], prune: false }) };
}

async function run(graph: Graph, x: readonly number[] = [-1, 3]): Promise<number[]> {
  const runtime = await referenceRuntime.create();
  const program = await runtime.compile(graph);
  const results = await program.run({ x: float32([x.length], x) });
  return Array.from((results[graph.outputs[0]!.name] as Tensor).data as Float32Array);
}

const ops = (graph: Graph): string[] => graph.nodes.map(({ op }) => op);

describe("an If with a constant condition", () => {
  test.each([
    ["true", true, [-0, -3], ["Relu", "Neg"]],
    ["false", false, [2, -6], ["Mul", "Neg"]],
  ])("%s becomes that branch, under the If's own name", async (_, value, numbers, expected) => {
    const before = graphWith((b) => b.constant(bool(value), "condition"));
    const { graph } = foldConstantIf.apply(before);
    expect(ops(graph)).toEqual(expected);
    expect(graph.nodes[0]!.outputs).toEqual(["y"]);
    expect(await run(graph)).toEqual(numbers);
    expect(await run(graph)).toEqual(await run(before));
  });

  test("computed from constants as exporters do", async () => {
    const before = graphWith((b) => {
      const sizes = b.constant(int64([4, 1, 7]), "sizes");
      const one = b.squeeze(b.gather(sizes, b.constant(int64([1]), "at"), 0), [0]);
      return b.not(b.equal(b.identity(one), b.constant(int64([1], []), "one")));
    });
    const { graph } = foldConstantIf.apply(before);
    expect(ops(graph)).toEqual(["Mul", "Neg"]);
    expect([...graph.constants.keys()]).toEqual(["two"]);
    expect(await run(graph)).toEqual(await run(before));
  });

  test("one that depends on an input, or on its shape, stays", () => {
    const fed = graphWith((b) => b.input("condition", "bool", []));
    expect(foldConstantIf.apply(fed).graph).toBe(fed);
    const shaped = graphWith((b) => b.equal(b.op("Size", ["x"]), b.constant(int64([2], []))));
    expect(foldConstantIf.apply(shaped).graph).toBe(shaped);
  });

  test("integers that a JavaScript number cannot tell apart are not compared", () => {
    const graph = graphWith((b) => b.equal(b.constant(int64([2n ** 60n], [])), b.constant(int64([2n ** 60n + 1n], []))));
    expect(foldConstantIf.apply(graph).graph).toBe(graph);
  });

  test("names of the branch that are taken get others; captured values keep theirs", async () => {
    const b = new GraphBuilder();
    b.input("x", "float32", [2]);
    // Both branches use the names r and c; so does a second If.
    const inner = (value: number): Graph => branch([node("Add", ["x", "c"], ["r"]), node("Relu", ["r"], ["out"])], "out", new Map([["c", constantOf(scalar(value))]]));
    const condition = b.constant(bool(true), "condition");
    const [first] = b.node("If", [condition], { then_branch: attr.graph(inner(1)), else_branch: attr.graph(inner(10)) }, { outputs: ["first"] });
    const [second] = b.node("If", [condition], { then_branch: attr.graph(inner(100)), else_branch: attr.graph(inner(1000)) }, { outputs: ["second"] });
    const graph = b.build({ outputs: [b.add(first!, second!, "sum")] });
    const folded = foldConstantIf.apply(graph).graph;
    expect(ops(folded)).toEqual(["Add", "Relu", "Add", "Relu", "Add"]);
    const names = folded.nodes.flatMap(({ outputs }) => outputs);
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(folded.nodes.map(({ name }) => name)).size).toBe(folded.nodes.length);
    expect(await run(folded, [-2, 5])).toEqual([0 + 98, 6 + 105]);
    expect(await run(folded, [-2, 5])).toEqual(await run(graph, [-2, 5]));
  });

  test("a branch that returns a captured value, a constant, and one value twice", async () => {
    const b = new GraphBuilder();
    b.input("x", "float32", [2]);
    const then: Graph = {
      ...branch([node("Neg", ["x"], ["n"])], "n", new Map([["c", constantOf(float32([2], [5, 6]))]])),
      outputs: ["x", "c", "n", "n"].map((name) => ({ name, dtype: undefined, shape: undefined })),
    };
    const results = b.node("If", [b.constant(bool(true), "condition")], { then_branch: attr.graph(then), else_branch: attr.graph(then) }, { outputs: ["a", "b", "c1", "d"] });
    const graph = b.build({ outputs: [b.op("Sum", results, {}, "sum")] });
    const folded = foldConstantIf.apply(graph).graph;
    expect(ops(folded)).not.toContain("If");
    expect(await run(folded)).toEqual([5 - 1 + 2, 6 + 3 - 6]);
  });

  test("one inside another, with the outer condition seen from inside", async () => {
    const b = new GraphBuilder();
    b.input("x", "float32", [2]);
    const flag = b.constant(bool(false), "flag");
    const deep = node("If", ["flag"], ["deep"], { then_branch: attr.graph(branch([node("Relu", ["x"], ["q"])], "q")), else_branch: attr.graph(branch([node("Neg", ["x"], ["q"])], "q")) });
    const fed = b.input("fed", "bool", []);
    const [y] = b.node("If", [fed], { then_branch: attr.graph(branch([deep], "deep")), else_branch: attr.graph(branch([node("Abs", ["x"], ["a"])], "a")) }, { outputs: ["y"] });
    void flag;
    const { graph } = foldConstantIf.apply(b.build({ outputs: [y!] }));
    const then = graph.nodes[0]!.attributes["then_branch"];
    expect(then?.type === "graph" && then.value.nodes).toMatchObject([{ op: "Neg", outputs: ["deep"] }]);
  });

  test("an If inside a folded branch is folded too", async () => {
    const b = new GraphBuilder();
    b.input("x", "float32", [2]);
    b.constant(bool(true), "yes");
    const deep = node("If", ["yes"], ["deep"], { then_branch: attr.graph(branch([node("Abs", ["x"], ["q"])], "q")), else_branch: attr.graph(branch([node("Neg", ["x"], ["q"])], "q")) });
    const [y] = b.node("If", ["yes"], { then_branch: attr.graph(branch([deep, node("Neg", ["deep"], ["n"])], "n")), else_branch: attr.graph(branch([node("Abs", ["x"], ["a"])], "a")) }, { outputs: ["y"] });
    const { graph } = foldConstantIf.apply(b.build({ outputs: [y!] }));
    expect(ops(graph)).toEqual(["Abs", "Neg"]);
    expect(await run(graph)).toEqual([-1, -3]);
  });
});
