import { describe, expect, test } from "vitest";
import { referenceRuntime } from "@vitrine/testing";
import { isVitrineError } from "../errors/vitrine-error.js";
import { attr } from "../graph/attributes.js";
import { GraphBuilder } from "../graph/builder.js";
import type { Graph, Node } from "../graph/graph.js";
import { allNames } from "../graph/uses.js";
import { float32, int64, type Tensor } from "../tensor/tensor.js";
import { lower, type Lowering } from "./lower.js";

// What each lowering computes is compared with onnxruntime's kernels in the package of that runtime.

const refusing = (...ops: string[]) => ({
  info: { id: "fake", provider: "cpu", device: "none", precision: "float32" as const, threads: 1, notices: [] },
  supports: (node: Node): true | string => (ops.includes(node.op) && (node.op !== "MaxPool" || (node.outputs[1] ?? "") !== "") ? `no ${node.op} here` : true),
});

function pool(): Graph {
  const b = new GraphBuilder();
  const x = b.input("x", "float32", ["N", 1, 4, 4]);
  return b.build({ outputs: b.node("MaxPool", [x], { kernel_shape: attr.ints([2, 2]), strides: attr.ints([2, 2]) }, { outputs: ["y", "where"] }) });
}

describe("lowering", () => {
  test("a graph that is supported is the graph itself", () => {
    const graph = pool();
    expect(lower(graph, refusing())).toEqual({ graph, applied: [] });
  });

  test("keeps names, inputs and outputs, and says what it did", async () => {
    const graph = pool();
    const { graph: after, applied } = lower(graph, refusing("MaxPool"));
    expect(applied).toEqual([{ lowering: "max-pool-indices", node: graph.nodes[0]!.name }]);
    expect([after.inputs, after.outputs]).toEqual([graph.inputs, graph.outputs]);
    expect(after.nodes.filter(({ op }) => op === "MaxPool")).toMatchObject([{ outputs: ["y"] }]);
    const program = await (await referenceRuntime.create()).compile(after);
    const { where } = await program.run({ x: float32([1, 1, 4, 4], [1, 2, 0, 0, 3, 3, 0, 0, 9, 8, 7, 6, 5, 4, 3, 9]) });
    expect((where as Tensor).data).toEqual(BigInt64Array.of(4n, 2n, 8n, 15n));
  });

  test("what no lowering helps is named, with the runtime's reason and the lowering's", () => {
    const b = new GraphBuilder();
    const y = b.op("Pad", [b.input("x", "float32", [3]), b.input("pads", "int64", [2])], {}, "y");
    const graph = b.build({ outputs: [b.op("Erf", [y], {}, "z")] });
    let caught: unknown;
    try {
      lower(graph, refusing("Pad", "Erf"));
    } catch (error) {
      caught = error;
    }
    expect(isVitrineError(caught, "node-unsupported")).toBe(true);
    const { message } = caught as Error;
    expect(message).toContain("Erf `z:node` (no Erf here)");
    expect(message).toContain("no Pad here; how far it pads is computed while running");
  });

  test("nodes of inner graphs are lowered, under names that nothing around them has", () => {
    const inner = pool();
    const branch: Graph = { ...inner, inputs: [], nodes: inner.nodes };
    const b = new GraphBuilder();
    const x = b.input("x", "float32", ["N", 1, 4, 4]);
    const [y] = b.node("If", [b.input("condition", "bool", [])], { then_branch: attr.graph(branch), else_branch: attr.graph(branch) }, { outputs: ["out", "places"] });
    const graph = b.build({ outputs: [y!, b.identity(x, "Pad")] });
    const { graph: after, applied } = lower(graph, refusing("MaxPool"));
    expect(applied.map(({ lowering }) => lowering)).toEqual(["max-pool-indices", "max-pool-indices"]);
    const outer = new Set(graph.nodes.flatMap((node) => node.outputs));
    for (const { attributes } of after.nodes) {
      const then = attributes["then_branch"];
      if (then?.type !== "graph") continue;
      expect(then.value.nodes.length).toBeGreaterThan(5);
      const made = then.value.nodes.flatMap((node) => node.outputs);
      expect(made.filter((name) => outer.has(name))).toEqual([]);
    }
    expect(allNames(after).size).toBeGreaterThan(allNames(graph).size);
  });

  test("a lowering may need another", () => {
    const twoSteps: Lowering[] = [
      { id: "a", summary: "", matches: (node) => node.op === "Erf", apply: (b, node) => (b.substitute(node, { op: "Tanh" }), true) },
      { id: "b", summary: "", matches: (node) => node.op === "Tanh", apply: (b, node) => (b.substitute(node, { op: "Relu" }), true) },
    ];
    const b = new GraphBuilder();
    const graph = b.build({ outputs: [b.op("Erf", [b.input("x", "float32", [1])], {}, "y")] });
    const { graph: after, applied } = lower(graph, refusing("Erf", "Tanh"), undefined, twoSteps);
    expect(after.nodes.map(({ op }) => op)).toEqual(["Relu"]);
    expect(applied.map(({ lowering }) => lowering)).toEqual(["a", "b"]);
  });

  test("lowerings that go in circles are an error, not a loop", () => {
    const circle: Lowering[] = [
      { id: "a", summary: "", matches: (node) => node.op === "Erf", apply: (b, node) => (b.substitute(node, { op: "Tanh" }), true) },
      { id: "b", summary: "", matches: (node) => node.op === "Tanh", apply: (b, node) => (b.substitute(node, { op: "Erf" }), true) },
    ];
    const b = new GraphBuilder();
    const graph = b.build({ outputs: [b.op("Erf", [b.input("x", "float32", [1])], {}, "y")] });
    expect(() => lower(graph, refusing("Erf", "Tanh"), undefined, circle)).toThrow(/fake cannot run/);
  });

  test("Pad that cuts nothing is not what the lowering is for", () => {
    const b = new GraphBuilder();
    const graph = b.build({ outputs: [b.op("Pad", [b.input("x", "float32", [3]), b.constant(int64([0, 1]))], {}, "y")] });
    expect(() => lower(graph, refusing("Pad"))).toThrow(/it cuts nothing/);
  });
});
