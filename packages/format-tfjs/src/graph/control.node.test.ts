import { describe, expect, it } from "vitest";
import { artifactsOfGraph, checkGraphModel, type ShortFunction, type ShortGraph } from "../../test/graph-def.js";
import { countOf } from "../../test/tf.js";
import { fromArtifacts, readTfjs } from "../index.js";

const scalar = (value: number, dtype: "float32" | "int32" = "float32") => ({ shape: [], values: [value], dtype });

/** Twice the sum of x while it is below a limit, counting the rounds; `k` stays as it is. */
const growing = (limit: number, op = "StatelessWhile"): ShortGraph => ({
  inputs: { x: { shape: [2, 3], positive: true } },
  weights: { zero: scalar(0, "int32"), k: { shape: [3, 3] } },
  nodes: { grow: [op, ["zero", "x", "k"], { cond: { func: "below" }, body: { func: "step" } }], out: ["Identity", ["grow:1"]], rounds: ["Identity", ["grow"], { T: "DT_INT32" }], same: ["Identity", ["grow:2"]] },
  outputs: ["out", "rounds", "same"],
  functions: {
    below: {
      inputs: { i: "int32", value: "float32", k: "float32" }, weights: { "below/most": scalar(limit), "below/axes": { shape: [2], values: [0, 1], dtype: "int32" } },
      nodes: { sum: ["Sum", ["value", "below/axes:output:0"], { Tidx: "DT_INT32", keep_dims: false }], less: ["Less", ["sum:output:0", "below/most:output:0"]] }, results: ["less:z:0"],
    },
    step: {
      inputs: { i: "int32", value: "float32", k: "float32" }, weights: { "step/one": scalar(1, "int32"), "step/small": scalar(0.25) },
      nodes: {
        next: ["AddV2", ["i", "step/one:output:0"], { T: "DT_INT32" }], double: ["AddV2", ["value", "value"]], product: ["MatMul", ["value", "k"], { transpose_a: false, transpose_b: false }], square: ["Square", ["product:product:0"]],
        scaled: ["Mul", ["square:y:0", "step/small:output:0"]], more: ["AddV2", ["double:z:0", "scaled:z:0"]],
      },
      results: ["next:z:0", "more:z:0", "k"],
    },
  },
});

describe("loops of TensorFlow 2", () => {
  it.each(["StatelessWhile", "While"])("%s, with what every round hands on as it was", async (op) => {
    const { graph } = await checkGraphModel(growing(100, op));
    expect(countOf(graph, "Loop")).toBe(1);
    // The counter and the value go round; the matrix stays outside.
    expect(graph.nodes.find((node) => node.op === "Loop")!.inputs).toHaveLength(4);
  });

  it("that take no round", async () => {
    await checkGraphModel(growing(-1));
  });

  it("over maps, which lie channels first inside and outside", async () => {
    const body: ShortFunction = { inputs: { i: "int32", maps: "float32" }, weights: { "body/w": { shape: [3, 3, 2, 2] }, "body/one": scalar(1, "int32") }, nodes: {
      next: ["AddV2", ["i", "body/one:output:0"], { T: "DT_INT32" }], conv: ["Conv2D", ["maps", "body/w:output:0"], { strides: [1, 1, 1, 1], padding: "SAME" }], relu: ["Relu", ["conv:output:0"]],
    }, results: ["next:z:0", "relu:activations:0"] };
    await checkGraphModel({
      inputs: { x: { shape: [2, 5, 4, 2] } }, weights: { zero: scalar(0, "int32"), w: { shape: [1, 1, 2, 2] } },
      nodes: { first: ["Conv2D", ["x", "w"], { strides: [1, 1, 1, 1], padding: "SAME" }], loop: ["StatelessWhile", ["zero", "first"], { cond: { func: "cond" }, body: { func: "body" } }], y: ["Conv2D", ["loop:1", "w"], { strides: [1, 1, 1, 1], padding: "SAME" }] },
      outputs: ["y"],
      functions: { cond: { inputs: { i: "int32", maps: "float32" }, weights: { "cond/three": scalar(3, "int32") }, nodes: { less: ["Less", ["i", "cond/three:output:0"], { T: "DT_INT32" }] }, results: ["less:z:0"] }, body },
    });
  });

  it("whose values change their shapes, without a word of it, are refused", async () => {
    const graph = growing(100);
    const step = { ...graph.functions!["step"]!, results: ["next:z:0", "small:y:0", "k"], nodes: { ...graph.functions!["step"]!.nodes, small: ["Sum", ["more:z:0", "below/axes"], { keep_dims: false }] as const } };
    const weights = { ...step.weights, "below/axes": { shape: [1], values: [0], dtype: "int32" as const } };
    const broken = { ...graph, functions: { ...graph.functions, step: { ...step, weights } } };
    await expect(readTfjs(fromArtifacts(artifactsOfGraph({ ...broken, functions: { ...broken.functions, below: { ...graph.functions!["below"]!, weights: { "below/most": scalar(1), "below/ax": { shape: [2], values: [0, 1], dtype: "int32" } }, nodes: { sum: ["Sum", ["value", "below/ax:output:0"], { keep_dims: false }], less: ["Less", ["sum:output:0", "below/most:output:0"]] } } } })))).rejects.toMatchObject({ code: "tfjs-op", message: expect.stringMatching(/`grow`.*value 1/) as string });
  });
});

describe("branches of TensorFlow 2", () => {
  const choosing = (x: readonly number[], op = "StatelessIf"): ShortGraph => ({
    inputs: { x: { shape: [2], feed: x } }, weights: { zero: scalar(0), axes: { shape: [1], values: [0], dtype: "int32" } },
    nodes: { sum: ["Sum", ["x", "axes"], { keep_dims: false }], positive: ["Greater", ["sum", "zero"]], y: [op, ["positive", "x", "sum"], { then_branch: { func: "yes" }, else_branch: { func: "no" } }], z: ["Identity", ["y:1"]] },
    outputs: ["y", "z"],
    functions: {
      yes: { inputs: { a: "float32", b: "float32" }, nodes: { double: ["Mul", ["a", "b"]] }, results: ["double:z:0", "a"] },
      no: { inputs: { a: "float32", b: "float32" }, weights: { "no/c": { shape: [2] } }, nodes: { less: ["Sub", ["a", "no/c:output:0"]], again: ["Neg", ["less:z:0"]] }, results: ["less:z:0", "again:y:0"] },
    },
  });

  it.each(["StatelessIf", "If"])("%s, either way", async (op) => {
    for (const x of [[1, 2], [-1, -2]]) {
      const { graph } = await checkGraphModel(choosing(x, op));
      expect(countOf(graph, "If")).toBe(1);
    }
  });

  it("inside loops", async () => {
    const graph = growing(100);
    const step = graph.functions!["step"]!;
    const inner: ShortFunction = {
      ...step, weights: { ...step.weights, "step/two": scalar(2, "int32") },
      nodes: { ...step.nodes, few: ["Less", ["i", "step/two:output:0"], { T: "DT_INT32" }], chosen: ["StatelessIf", ["few:z:0", "more:z:0"], { then_branch: { func: "plain" }, else_branch: { func: "halved" } }] }, results: ["next:z:0", "chosen:output:0", "k"],
    };
    await checkGraphModel({ ...graph, functions: { ...graph.functions, step: inner,
      plain: { inputs: { v: "float32" }, nodes: { kept: ["Identity", ["v"]] }, results: ["kept:output:0"] },
      halved: { inputs: { v: "float32" }, weights: { "halved/h": scalar(0.9) }, nodes: { half: ["Mul", ["v", "halved/h:output:0"]] }, results: ["half:z:0"] } } });
  });
});

describe("calls", () => {
  it("are what their functions hold, where they are called", async () => {
    const read = async (graph: ShortGraph) => (await readTfjs(fromArtifacts(artifactsOfGraph(graph)))).graph;
    const inputs = { x: { shape: [2] } };
    // TensorFlow.js itself does not run them.
    const called = await read({ inputs, nodes: { c: ["StatefulPartitionedCall", ["x", "x"], { f: { func: "twice" } }], y: ["Exp", ["c:1"]] }, outputs: ["y"], functions: { twice: { inputs: { a: "float32", b: "float32" }, nodes: { n: ["Neg", ["a"]], s: ["Mul", ["n:y:0", "b"]] }, results: ["n:y:0", "s:z:0"] } } });
    const plain = await read({ inputs, nodes: { n: ["Neg", ["x"]], s: ["Mul", ["n", "x"]], y: ["Exp", ["s"]] }, outputs: ["y"] });
    expect(called.nodes.map(({ op }) => op)).toEqual(plain.nodes.map(({ op }) => op));
    expect(called.nodes[1]!.inputs).toEqual([called.nodes[0]!.outputs[0], "x"]);
  });
});

describe("control flow that is wrong", () => {
  const read = (graph: ShortGraph) => readTfjs(fromArtifacts(artifactsOfGraph(graph)));
  it("is refused with where it stands", async () => {
    const graph = growing(1);
    await expect(read({ ...graph, functions: { below: graph.functions!["below"]! } })).rejects.toMatchObject({ code: "tfjs-graph", message: expect.stringMatching(/`grow` needs the function `step`/) as string });
    await expect(read({ ...graph, functions: { ...graph.functions, step: { ...graph.functions!["step"]!, results: ["next:z:0"] } } })).rejects.toMatchObject({ code: "tfjs-node", message: expect.stringContaining("`grow`") as string });
    const itself: ShortFunction = { inputs: { v: "float32" }, weights: {}, nodes: { again: ["StatelessIf", ["v", "v"], { then_branch: { func: "itself" }, else_branch: { func: "itself" } }] }, results: ["again:output:0"] };
    await expect(read({ inputs: { x: { shape: [1] } }, nodes: { y: ["If", ["x", "x"], { then_branch: { func: "itself" }, else_branch: { func: "itself" } }] }, outputs: ["y"], functions: { itself } })).rejects.toMatchObject({ code: "tfjs-too-much" });
    await expect(read({ inputs: { x: { shape: [1] } }, nodes: { "deep/one": ["PartitionedCall", ["x"]] }, outputs: ["deep/one"] })).rejects.toMatchObject({ code: "tfjs-node", message: expect.stringMatching(/`deep\/one`.*names no function/) as string });
  });
});
