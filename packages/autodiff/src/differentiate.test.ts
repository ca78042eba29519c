import { attr, differentiation, createEngine, float32, GraphBuilder, int64, scalar, toNumbers, type Attributes, type Graph, type Node } from "@vitrine/core";
import { createReferenceRuntime, tinyModels } from "@vitrine/testing";
import { describe, expect, test } from "vitest";
import { evaluate, gradientError, gradientGraph, observed } from "../test/gradients.js";
import { autodiffPlugin, createDifferentiation, differentiate, differentiateGraph, valuesBetween } from "./index.js";

const x4 = float32([4], [1, -2, 3, 0.5]);

/** A graph over one input `x` of four numbers. */
function graphOf(make: (b: GraphBuilder, x: string) => string): Graph {
  const b = new GraphBuilder();
  return b.build({ outputs: [make(b, b.input("x", "float32", [4]))] });
}

async function gradient(graph: Graph, wrt: string, seed = float32([4], [1, 1, 1, 1])): Promise<number[]> {
  const derived = await gradientGraph(graph, { x: x4 }, { wrt: [wrt] });
  return toNumbers((await evaluate(derived.graph, { x: x4, seed }))[derived.names.get(wrt)!]!);
}

describe("differentiate", () => {
  test("sums the cotangents of several consumers, and of one that uses a value twice", async () => {
    expect(await gradient(graphOf((b, x) => b.add(b.mul(x, x), b.add(x, b.neg(b.neg(x))))), "x")).toEqual([4, -2, 8, 3]);
  });

  test("by several values at once, inputs and intermediate ones, each a value of its own", async () => {
    const b = new GraphBuilder();
    const x = b.input("x", "float32", [4]);
    const inner = b.mul(x, b.scalar(3), "inner");
    const same = b.identity(inner, "same");
    const y = b.mul(same, same, "y");
    const graph = b.build({ outputs: [y] });
    const derived = await gradientGraph(graph, { x: x4 }, { wrt: [x, inner, same, y] });
    expect(new Set(derived.names.values()).size).toBe(4);
    const results = await evaluate(derived.graph, { x: x4, seed: float32([4], [1, 1, 1, 1]) });
    const at = (name: string): number[] => toNumbers(results[derived.names.get(name)!]!);
    expect(at("inner")).toEqual([6, -12, 18, 3]);
    expect(at("same")).toEqual(at("inner"));
    expect(at("x")).toEqual([18, -36, 54, 9]);
    expect(at("y")).toEqual([1, 1, 1, 1]);
  });

  test("builds only what lies between, reuses forward values, and leaves the names of the file alone", async () => {
    const b = new GraphBuilder();
    const x = b.input("x", "float32", [4]);
    const before = b.exp(x, "before");
    const relu = b.relu(before, "relu");
    const y = b.exp(relu, "relu:grad");
    const graph = b.build({ outputs: [y] });
    const derived = await gradientGraph(graph, { x: x4 }, { wrt: [before] });
    const count = (op: string): number => derived.graph.nodes.filter((node) => node.op === op).length;
    expect(count("Exp")).toBe(2);
    expect(count("Relu")).toBe(1);
    expect(derived.graph.nodes.map((node) => node.outputs[0])).toEqual(expect.arrayContaining(["before", "relu", "relu:grad"]));
    const names = derived.graph.nodes.flatMap((node) => [node.name, ...node.outputs]);
    expect(new Set(names).size).toBe(names.length);
  });

  test("the weights of a stride-1 convolution are turned once for all programs", async () => {
    const b = new GraphBuilder();
    const x = b.input("x", "float32", [1, 2, 5, 5]);
    const graph = b.build({ outputs: [b.op("Conv", [x, b.constant(float32([3, 2, 3, 3], Float32Array.from({ length: 54 }, (_, i) => i)), "w")], { kernel_shape: attr.ints([3, 3]) })] });
    const feeds = { x: float32([1, 2, 5, 5], new Float32Array(50)) };
    const turned = async (): Promise<unknown> => {
      const { constants } = (await gradientGraph(graph, feeds, { wrt: ["x"] })).graph;
      return constants.get("w:turned");
    };
    const first = await turned();
    expect(first).toBeDefined();
    expect(await turned()).toBe(first);
    expect(toNumbers((first as { read(): Parameters<typeof toNumbers>[0] }).read()).slice(0, 9)).toEqual([8, 7, 6, 5, 4, 3, 2, 1, 0]);
  });

  test("an average over everything is spread without a convolution, whatever its window is padded with", async () => {
    const pool = (op: string, kernel: number, more: Attributes): Graph => {
      const b = new GraphBuilder();
      return b.build({ outputs: [b.op(op, [b.input("x", "float32", [2, 3, 4, 4])], { kernel_shape: attr.ints([kernel, kernel]), ...more })] });
    };
    const feeds = { x: float32([2, 3, 4, 4], Float32Array.from({ length: 96 }, (_, i) => Math.sin(1 + 1.7 * i))) };
    const padded = { pads: attr.ints([1, 2, 1, 0]) };
    for (const graph of [pool("AveragePool", 4, {}), pool("AveragePool", 6, padded), pool("AveragePool", 6, { ...padded, count_include_pad: attr.int(1) }), pool("LpPool", 4, {})]) {
      const derived = await gradientGraph(graph, feeds, { wrt: ["x"] });
      expect(derived.graph.nodes.map(({ op }) => op)).not.toContain("ConvTranspose");
      expect(await gradientError({ graph, feeds })).toBeLessThan(1e-6);
    }
  });

  test("a condition that shapes settle takes its branch", async () => {
    const inner = (make: (b: GraphBuilder) => string): Graph => {
      const b = new GraphBuilder(undefined, ["x", "y"]);
      return b.build({ outputs: [make(b)] });
    };
    const graph = graphOf((b, x) => {
      const four = b.op("Equal", [b.shape(x), b.constant(int64([4]))]);
      const branches = { then_branch: attr.graph(inner((c) => c.op("Mul", ["x", c.op("Exp", ["x"])]))), else_branch: attr.graph(inner((c) => c.op("Neg", ["x"]))) };
      return b.op("If", [b.squeeze(four, [0])], branches);
    });
    const ours = await gradient(graph, "x");
    toNumbers(x4).forEach((v, i) => expect(ours[i]).toBeCloseTo(Math.exp(v) * (1 + v), 9));
  });

  test("every tiny model that has no recurrent layer, against differences", async () => {
    let compared = 0;
    for (const model of tinyModels()) {
      const { graph, name } = model;
      const given = model.feeds();
      const wrt = Object.keys(given).filter((input) => given[input]!.dtype === "float32");
      if (wrt.length === 0 || graph.nodes.some(({ op }) => ["LSTM", "GRU", "RNN"].includes(op))) continue;
      expect(await gradientError({ graph, feeds: given }, { wrt, step: 2e-7 }), name).toBeLessThan(1e-6);
      compared++;
    }
    expect(compared).toBeGreaterThan(4);
  }, 30_000);
});

describe("bad requests", () => {
  const derive = async (graph: Graph, wrt: readonly string[], seed: (b: GraphBuilder) => string = (b) => b.input("seed", "float32", [4])): Promise<unknown> => {
    const of = graph.outputs[0]!.name;
    const values = new Set(graph.nodes.flatMap((node) => node.outputs));
    const shapes = await observed(graph, [...values, "x"], { x: x4 });
    const b = new GraphBuilder(graph);
    return differentiate(b, { of, seed: seed(b), wrt, shapes });
  };

  test("an operator without a rule names itself and what it blocks", async () => {
    const graph = graphOf((b, x) => b.exp(b.node("Swirl", [b.exp(x, "hidden")], {}, { domain: "com.example", outputs: ["swirled"] })[0]!));
    const b = new GraphBuilder(graph);
    const seed = b.input("seed", "float32", [4]);
    const shapes = new Map([["Exp", [4]], ["swirled", [4]], ["hidden", [4]], ["x", [4]]]);
    const attempt = (): unknown => differentiate(b, { of: graph.outputs[0]!.name, seed, wrt: ["x"], shapes });
    expect(attempt).toThrow(expect.objectContaining({ code: "operator-without-rule", kind: "unsupported" }));
    expect(attempt).toThrow(/com\.example\.Swirl node `Swirl:node`.*`x`, `hidden`/);
  });

  test("so does a loop that takes what it blocks by name", () => {
    const graph = graphOf((b, x) => {
      const hidden = b.exp(x, "hidden");
      const body = new GraphBuilder(undefined, [hidden]);
      body.input("round", "int64", []);
      const again = body.input("again", "bool", []);
      const inner = body.build({ outputs: [body.identity(again, "on"), body.op("Tanh", [hidden], {}, "left")], prune: false });
      return b.node("Loop", [b.ints([3]), ""], { body: attr.graph(inner) }, { name: "rounds", outputs: ["all"] })[0]!;
    });
    const b = new GraphBuilder(graph);
    const shapes = new Map([["all", [3, 4]], ["hidden", [4]], ["x", [4]]]);
    expect(() => differentiate(b, { of: "all", seed: b.input("seed", "float32", [3, 4]), wrt: ["x"], shapes })).toThrow(/Loop node `rounds`.*between `all` and `x`, `hidden`/);
  });

  test("somebody else's rule for it makes it differentiable", async () => {
    const graph = graphOf((b, x) => b.node("Swirl", [x], {}, { domain: "com.example", outputs: ["swirled"] })[0]!);
    const mine = createDifferentiation({ "com.example.Swirl": (c) => [c.b.neg(c.g)] });
    const b = new GraphBuilder(graph);
    const seed = b.input("seed", "float32", [4]);
    const names = mine.differentiate(b, { of: "swirled", seed, wrt: ["x"], shapes: new Map([["swirled", [4]], ["x", [4]]]) });
    const results = await evaluate(b.build({ outputs: [names.get("x")!] }), { seed: x4 });
    expect(toNumbers(Object.values(results)[0]!)).toEqual([-1, 2, -3, -0.5]);
    expect(mine.differentiable(graph.nodes[0]!)).toBe(true);
    expect(differentiateGraph.differentiable(graph.nodes[0]!)).toMatch(/no rule for the operator com\.example\.Swirl/);
  });

  test("a value that is not upstream", async () => {
    const graph = graphOf((b, x) => b.exp(x, "y"));
    const b = new GraphBuilder(graph);
    const later = b.exp("y", "later");
    expect(() => valuesBetween({ nodes: b.nodes }, "y", [later])).toThrow(expect.objectContaining({ code: "wrt-not-upstream" }));
    expect(() => valuesBetween(graph, "y", ["nothing"])).toThrow(expect.objectContaining({ code: "wrt-not-upstream" }));
    expect(() => valuesBetween(graph, "y", [])).toThrow(expect.objectContaining({ code: "wrt-none" }));
  });

  test("a derivative that is zero everywhere is no gradient", async () => {
    const graph = graphOf((b, x) => b.mul(b.op("Floor", [b.exp(x)]), b.scalar(2)));
    await expect(derive(graph, ["x"])).rejects.toMatchObject({ code: "gradient-nowhere", message: expect.stringContaining("Floor") as string });
  });

  test("a seed of another shape", async () => {
    const graph = graphOf((b, x) => b.exp(x));
    await expect(derive(graph, ["x"], (b) => b.input("seed", "float32", [5]))).rejects.toMatchObject({ code: "seed-shape" });
    await expect(derive(graph, ["x"], (b) => b.constant(scalar(1)))).rejects.toMatchObject({ code: "seed-shape" });
    await expect(derive(graph, ["x"], (b) => b.input("seed", "float32", ["N", 4]))).rejects.toMatchObject({ code: "seed-shape" });
    await expect(derive(graph, ["x"], (b) => b.input("seed", "float32", undefined))).resolves.toBeInstanceOf(Map);
  });

  test("integers", () => {
    const b = new GraphBuilder();
    const tokens = b.input("tokens", "int64", [3]);
    const embedded = b.gather(b.constant(float32([5, 2], new Float32Array(10))), tokens, 0, "embedded");
    const graph = b.build({ outputs: [b.exp(embedded, "y")] });
    expect(() => differentiate(new GraphBuilder(graph), { of: "y", seed: "y", wrt: [tokens], shapes: new Map() })).toThrow(expect.objectContaining({ code: "value-not-float", hint: expect.stringContaining("embedding") as string }));
    expect(valuesBetween(graph, "y", [embedded])).toContain("embedded");
  });

  test("as many elements as the data decides", () => {
    const graph = graphOf((b, x) => {
      const places = b.squeeze(b.op("NonZero", [b.greater(x, b.scalar(0))]), [0]);
      return b.exp(b.gather(x, places, 0));
    });
    expect(() => valuesBetween(graph, graph.outputs[0]!.name, ["x"])).toThrow(expect.objectContaining({ code: "shape-by-data" }));
  });

  test("an optional input of random dropout, a lying reduction, and others of one kind are told by the node", () => {
    const node = (op: string, attributes: Node["attributes"]): Node => ({ name: "n", op, domain: "", inputs: ["x"], outputs: ["y"], attributes });
    expect(differentiateGraph.differentiable(node("Relu", {}))).toBe(true);
    expect(differentiateGraph.differentiable(node("Shape", {}))).toBe(true);
    expect(differentiateGraph.differentiable(node("Loop", {}))).toMatch(/no rule/);
    expect(differentiateGraph.differentiable(node("MaxPool", { storage_order: attr.int(1) }))).toMatch(/column by column/);
    expect(differentiateGraph.differentiable(node("ScatterND", { reduction: attr.string("max") }))).toMatch(/`max`/);
    expect(differentiateGraph.differentiable(node("Resize", { antialias: attr.int(1) }))).toMatch(/antialias/);
  });
});

test("the plugin fills core's word", async () => {
  const engine = createEngine({ runtime: createReferenceRuntime(), plugins: [autodiffPlugin] });
  expect(differentiation.title).toBe("differentiation");
  await engine.dispose();
});

describe("what blocks, before anything runs", () => {
  const told = (graph: Graph): unknown[] => differentiateGraph.undifferentiable(graph).map(({ node, why, blocked }) => [node.op, why, blocked]);

  test("nothing in the networks that are differentiated here, their shape arithmetic included", () => {
    for (const { name, graph } of tinyModels()) if (name !== "tiny-lstm") expect([name, told(graph)]).toEqual([name, []]);
    const b = new GraphBuilder();
    const x = b.input("x", "float32", ["N", 6]);
    const size = b.op("Unique", [b.shape(x)]);
    expect(told(b.build({ outputs: [b.reshape(x, b.mul(size, b.ints([1])))] }))).toEqual([]);
  });

  test("an operator without a rule, with everything before it that carries data, and not what only decides", () => {
    const b = new GraphBuilder();
    const [x, y] = [b.input("x", "float32", [4]), b.input("y", "float32", [4])];
    const index = b.argMax(y, 0);
    const row = b.op("Gather", [b.mul(x, b.scalar(2), "double"), index], {}, "row");
    const gate = b.node("Gate", [row], {}, { name: "gate", outputs: ["gated"], domain: "com.example" })[0]!;
    const dead = b.node("Gate", [y], {}, { name: "dead", outputs: ["unused"], domain: "com.example" })[0]!;
    expect(dead).toBe("unused");
    expect(told(b.build({ outputs: [b.add(gate, y)] }))).toEqual([["Gate", "there is no rule for the operator com.example.Gate", ["x", "double", "row"]]]);
    expect(createDifferentiation({ "com.example.Gate": (c) => [c.g] }).undifferentiable(b.build({ outputs: [gate] }))).toEqual([]);
  });

  test("behind an embedding, too", () => {
    const b = new GraphBuilder();
    const rows = b.op("Gather", [b.constant(float32([3, 2], [1, 2, 3, 4, 5, 6]), "table"), b.input("ids", "int64", ["N"])], {}, "rows");
    expect(told(b.build({ outputs: [b.node("Gate", [rows], {}, { name: "gate", domain: "com.example" })[0]!] }))).toEqual([["Gate", expect.any(String), ["rows"]]]);
  });
});
