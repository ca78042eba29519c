import { tensor } from "@vitrine/core";
import { describe, expect, it } from "vitest";
import { artifactsOfGraph, type ShortGraph, type ShortNode } from "../../test/graph-def.js";
import { checkOnRuntimes } from "../../test/runtimes.js";
import { countOf, run } from "../../test/tf.js";
import { fromArtifacts, readTfjs } from "../index.js";

const scalar = (value: number, dtype: "float32" | "int32" = "float32") => ({ shape: [], values: [value], dtype });

interface Loop {
  /** What goes in and round, by name: the node it enters from, and its type. */
  readonly variables: Readonly<Record<string, readonly [from: string, type?: string]>>;
  /** What is the same in every round. */
  readonly constants?: Readonly<Record<string, readonly [from: string, type?: string]>>;
  /** Nodes of the condition, on `loop/NAME/merge` and `loop/NAME`; its result is `loop/less`. */
  readonly condition: Readonly<Record<string, ShortNode>>;
  /** Nodes of a round, on `loop/NAME/in` and `loop/NAME` of constants. */
  readonly body: Readonly<Record<string, ShortNode>>;
  /** Which node of a round makes each variable anew. */
  readonly next: Readonly<Record<string, string>>;
}

/** A loop as TensorFlow 1 writes it; the values that leave it are `loop/NAME/exit`. */
function whileLoop({ variables, constants = {}, condition, body, next }: Loop, loop = "loop"): Record<string, ShortNode> {
  const nodes: Record<string, ShortNode> = {};
  for (const [name, [from, type = "DT_FLOAT"]] of Object.entries(constants)) nodes[`${loop}/${name}`] = ["Enter", [from], { T: type, frame_name: loop, is_constant: true, parallel_iterations: 10 }];
  for (const [name, [from, type = "DT_FLOAT"]] of Object.entries(variables)) {
    const at = `${loop}/${name}`;
    nodes[`${at}/enter`] = ["Enter", [from], { T: type, frame_name: loop, is_constant: false, parallel_iterations: 10 }];
    nodes[`${at}/merge`] = ["Merge", [`${at}/enter`, `${at}/next`], { T: type, N: 2 }];
    nodes[`${at}/switch`] = ["Switch", [`${at}/merge`, `${loop}/cond`], { T: type }];
    nodes[`${at}/in`] = ["Identity", [`${at}/switch:1`], { T: type }];
    nodes[`${at}/exit`] = ["Exit", [`${at}/switch`], { T: type }];
    nodes[`${at}/next`] = ["NextIteration", [next[name]!], { T: type }];
  }
  return { ...nodes, ...condition, [`${loop}/cond`]: ["LoopCond", [`${loop}/less`]], ...body };
}

const counted = (loop: string, limit: string): Loop["condition"] => ({ [`${loop}/less`]: ["Less", [`${loop}/i/merge`, limit], { T: "DT_INT32" }] });
const counting = (loop: string): Loop["body"] => ({ [`${loop}/i/more`]: ["AddV2", [`${loop}/i/in`, "one"], { T: "DT_INT32" }] });
const numbers = { zero: scalar(0, "int32"), one: scalar(1, "int32"), five: scalar(5, "int32") };

describe("loops of TensorFlow 1", () => {
  it("with what is the same in every round, and what a round leaves as it was", async () => {
    const { graph } = await checkOnRuntimes({
      inputs: { x: { shape: [2, 3] } }, weights: { ...numbers, w: { shape: [3, 3] }, b: { shape: [3] } },
      nodes: {
        ...whileLoop({
          variables: { i: ["zero", "DT_INT32"], h: ["x"], still: ["b"] }, constants: { w: ["w"], most: ["five", "DT_INT32"] }, condition: counted("loop", "loop/most"),
          body: { ...counting("loop"), "loop/product": ["MatMul", ["loop/h/in", "loop/w"], { transpose_a: false, transpose_b: false }], "loop/sum": ["AddV2", ["loop/product", "loop/still/in"]], "loop/tanh": ["Tanh", ["loop/sum"]] },
          next: { i: "loop/i/more", h: "loop/tanh", still: "loop/still/in" },
        }),
        y: ["Neg", ["loop/h/exit"]],
      },
      outputs: ["y", "loop/i/exit"],
    });
    expect(countOf(graph, "Loop")).toBe(1);
    expect(graph.nodes.find(({ op }) => op === "Loop")!.inputs).toHaveLength(4);
    expect(graph.outputs.map(({ name }) => name)).toEqual(["y", "loop/i/exit"]);
  });

  it("that take no round", async () => {
    await checkOnRuntimes({
      inputs: { x: { shape: [3] } }, weights: { ...numbers, never: scalar(-1, "int32") },
      nodes: whileLoop({ variables: { i: ["zero", "DT_INT32"], h: ["x"] }, constants: { most: ["never", "DT_INT32"] }, condition: counted("loop", "loop/most"), body: { ...counting("loop"), "loop/double": ["AddV2", ["loop/h/in", "loop/h/in"]] }, next: { i: "loop/i/more", h: "loop/double" } }),
      outputs: ["loop/h/exit"],
    });
  });

  it("inside one another", async () => {
    // In a round after the first, TensorFlow.js finds no constant of an outer loop: all are variables.
    const inner = whileLoop({
      variables: { i: ["outer/zero/in", "DT_INT32"], h: ["outer/h/in"], most: ["outer/i/in", "DT_INT32"] }, condition: counted("inner", "inner/most/merge"),
      body: { ...counting("inner"), "inner/sin": ["Sin", ["inner/h/in"]], "inner/sum": ["AddV2", ["inner/sin", "inner/h/in"]] }, next: { i: "inner/i/more", h: "inner/sum", most: "inner/most/in" },
    }, "inner");
    const outer = whileLoop({
      variables: { i: ["zero", "DT_INT32"], h: ["x"], zero: ["zero", "DT_INT32"], most: ["five", "DT_INT32"] }, condition: counted("outer", "outer/most/merge"),
      body: { ...counting("outer"), "outer/neg": ["Neg", ["inner/h/exit"]] }, next: { i: "outer/i/more", h: "outer/neg", zero: "outer/zero/in", most: "outer/most/in" },
    }, "outer");
    const { graph } = await checkOnRuntimes({ inputs: { x: { shape: [4] } }, weights: numbers, nodes: { ...inner, ...outer }, outputs: ["outer/h/exit"] });
    expect(countOf(graph, "Loop")).toBe(1);
  });

  it("whose values grow from round to round", async () => {
    const { graph } = await checkOnRuntimes({
      inputs: { x: { shape: [2, 3] } }, weights: { ...numbers, axis: scalar(0, "int32") },
      nodes: whileLoop({ variables: { i: ["zero", "DT_INT32"], all: ["x"] }, constants: { most: ["five", "DT_INT32"] }, condition: counted("loop", "loop/most"), body: { ...counting("loop"), "loop/longer": ["ConcatV2", ["loop/all/in", "loop/all/in", "axis"], { N: 2 }] }, next: { i: "loop/i/more", all: "loop/longer" } }),
      outputs: ["loop/all/exit"],
    });
    expect(graph.outputs[0]!.shape).toEqual(["batch", 3]);
  });
});

describe("lists of tensors", () => {
  const list = (more: Record<string, ShortNode>, outputs: readonly string[]): ShortGraph => ({
    inputs: { x: { shape: [2, 5, 3] } },
    weights: { ...numbers, w: { shape: [3, 4] }, u: { shape: [4, 4] }, start: { shape: [2, 4] }, turn: { shape: [3], values: [1, 0, 2], dtype: "int32" }, features: { shape: [2], values: [-1, 3], dtype: "int32" }, units: { shape: [2], values: [-1, 4], dtype: "int32" } },
    nodes: more, outputs,
  });
  const step = (read: ShortNode): Record<string, ShortNode> => ({
    "loop/x": read, "loop/a": ["MatMul", ["loop/x", "loop/w"], { transpose_a: false, transpose_b: false }], "loop/b": ["MatMul", ["loop/h/in", "loop/u"], { transpose_a: false, transpose_b: false }], "loop/sum": ["AddV2", ["loop/a", "loop/b"]], "loop/out": ["Tanh", ["loop/sum"]],
  });

  it("of TensorFlow 2, as its recurrent layers fill and read them", async () => {
    const { graph } = await checkOnRuntimes(list({
      time: ["Transpose", ["x", "turn"]], xs: ["TensorListFromTensor", ["time", "features"], { element_dtype: "DT_FLOAT", shape_type: "DT_INT32" }], ys: ["TensorListReserve", ["units", "five"], { element_dtype: "DT_FLOAT", shape_type: "DT_INT32" }],
      ...whileLoop({
        variables: { i: ["zero", "DT_INT32"], ys: ["ys", "DT_VARIANT"], h: ["start"], xs: ["xs", "DT_VARIANT"] }, constants: { w: ["w"], u: ["u"], most: ["five", "DT_INT32"] }, condition: counted("loop", "loop/most"),
        body: { ...counting("loop"), ...step(["TensorListGetItem", ["loop/xs/in", "loop/i/in", "features"], { element_dtype: "DT_FLOAT" }]), "loop/write": ["TensorListSetItem", ["loop/ys/in", "loop/i/in", "loop/out"], { element_dtype: "DT_FLOAT" }] },
        next: { i: "loop/i/more", ys: "loop/write", h: "loop/out", xs: "loop/xs/in" },
      }),
      all: ["TensorListStack", ["loop/ys/exit", "units"], { element_dtype: "DT_FLOAT", num_elements: 5 }], y: ["Transpose", ["all", "turn"]],
    }, ["y", "loop/h/exit"]));
    const loop = graph.nodes.find(({ op }) => op === "Loop")!;
    // The counter and the state go round; what is written is what the rounds leave behind.
    expect(loop.inputs).toHaveLength(4);
    expect(loop.outputs).toHaveLength(3);
  });

  it("of TensorFlow 1, whose elements go with a flow", async () => {
    const handle = (size: string): ShortNode => ["TensorArrayV3", [size], { dtype: "DT_FLOAT", element_shape: { shape: [2, 3] }, dynamic_size: false, clear_after_read: true, identical_element_shapes: true, tensor_array_name: "" }];
    await checkOnRuntimes(list({
      time: ["Transpose", ["x", "turn"]], places: ["Range", ["zero", "five", "one"], { Tidx: "DT_INT32" }], xs: handle("five"), filled: ["TensorArrayScatterV3", ["xs", "places", "time", "xs:1"]],
      ys: ["TensorArrayV3", ["five"], { dtype: "DT_FLOAT", element_shape: { shape: [2, 4] }, dynamic_size: false, clear_after_read: true, identical_element_shapes: true, tensor_array_name: "" }],
      ...whileLoop({
        variables: { i: ["zero", "DT_INT32"], ys: ["ys:1"], h: ["start"] }, constants: { w: ["w"], u: ["u"], most: ["five", "DT_INT32"], xs: ["xs", "DT_RESOURCE"], flow: ["filled"], to: ["ys", "DT_RESOURCE"] }, condition: counted("loop", "loop/most"),
        body: { ...counting("loop"), ...step(["TensorArrayReadV3", ["loop/xs", "loop/i/in", "loop/flow"], { dtype: "DT_FLOAT" }]), "loop/write": ["TensorArrayWriteV3", ["loop/to", "loop/i/in", "loop/out", "loop/ys/in"]] },
        next: { i: "loop/i/more", ys: "loop/write", h: "loop/out" },
      }),
      size: ["TensorArraySizeV3", ["ys", "loop/ys/exit"]], which: ["Range", ["zero", "size", "one"], { Tidx: "DT_INT32" }], y: ["TensorArrayGatherV3", ["ys", "which", "loop/ys/exit"], { dtype: "DT_FLOAT", element_shape: { shape: [2, 4] } }],
    }, ["y"]));
  });

  it("outside loops", async () => {
    const graph = (more: Record<string, ShortNode>, outputs: readonly string[]): ShortGraph => ({
      inputs: { x: { shape: [4, 3] } },
      weights: { ...numbers, two: scalar(2, "int32"), row: { shape: [1], values: [3], dtype: "int32" }, some: { shape: [3], values: [2, 0, 0], dtype: "int32" }, lengths: { shape: [2], values: [1, 3], dtype: "int32" }, wide: { shape: [2], values: [-1, 3], dtype: "int32" }, order: { shape: [4], values: [0, 1, 2, 3], dtype: "int32" } },
      nodes: { list: ["TensorListFromTensor", ["x", "row"], { element_dtype: "DT_FLOAT" }], a: ["Neg", ["x"]], none: ["EmptyTensorList", ["wide", "five"], { element_dtype: "DT_FLOAT" }], ...more }, outputs,
    });
    const type = { element_dtype: "DT_FLOAT" };
    await checkOnRuntimes(graph({ y: ["TensorListGetItem", ["list", "two", "row"], type], z: ["TensorListGather", ["list", "some", "row"], type], n: ["TensorListLength", ["list"]] }, ["y", "z", "n"]));
    await checkOnRuntimes(graph({ p: ["TensorListPushBack", ["none", "x"], type], q: ["TensorListPushBack", ["p", "a"], type], y: ["TensorListStack", ["q", "wide"], { ...type, num_elements: 2 }], z: ["TensorListConcatV2", ["q", "wide"], { ...type, element_shape: { shape: [4, 3] } }] }, ["y", "z"]));
    // TensorFlow.js fails at parts that are longer than one row.
    const { graph: parts } = await readTfjs(fromArtifacts(artifactsOfGraph(graph({ p: ["TensorListSplit", ["x", "wide", "lengths"], type], y: ["TensorListGetItem", ["p", "one", "wide"], type] }, ["y"]))));
    expect(parts.nodes.map(({ op, inputs }) => [op, ...inputs.slice(1, 4).map((name) => Number(parts.constants.get(name)!.read().data[0]))])).toEqual([["Slice", 1, 4, 0]]);
    await checkOnRuntimes(graph({ p: ["TensorListScatterV2", ["x", "order", "row", "five"], type], y: ["TensorListStack", ["p", "row"], { ...type, num_elements: 4 }] }, ["y"]));
    await checkOnRuntimes(graph({ e: ["TensorListGetItem", ["list", "two", "row"], type], s: ["Exp", ["e"]], p: ["TensorListSetItem", ["list", "one", "s"], type], y: ["TensorListStack", ["p", "row"], { ...type, num_elements: 4 }] }, ["y"]));
    // TensorFlow.js gives the element where the list is to be.
    const { graph: popped } = await readTfjs(fromArtifacts(artifactsOfGraph(graph({ p: ["TensorListPopBack", ["list", "row"], type], y: ["TensorListStack", ["p", "row"], { ...type, num_elements: 3 }] }, ["y", "p:1"]))));
    const x = tensor("float32", [4, 3], Float32Array.from({ length: 12 }, (_, i) => i));
    const [rest, last] = Object.values(await run(popped, { x }));
    expect([rest!.shape, [...(rest!.data as Float32Array)], last!.shape, [...(last!.data as Float32Array)]]).toEqual([[3, 3], [0, 1, 2, 3, 4, 5, 6, 7, 8], [3], [9, 10, 11]]);
  });

  it("that leave a loop for nobody are no outputs, where the file names none", async () => {
    const artifacts = artifactsOfGraph(list({
      xs: ["TensorListFromTensor", ["x", "features"], { element_dtype: "DT_FLOAT" }],
      ...whileLoop({ variables: { i: ["zero", "DT_INT32"], xs: ["xs", "DT_VARIANT"], h: ["start"] }, constants: { most: ["five", "DT_INT32"] }, condition: counted("loop", "loop/most"), body: { ...counting("loop"), "loop/out": ["Tanh", ["loop/h/in"]] }, next: { i: "loop/i/more", xs: "loop/xs/in", h: "loop/out" } }),
    }, ["loop/h/exit"]));
    const { graph } = await readTfjs(fromArtifacts({ ...artifacts, signature: {} }));
    expect(graph.outputs.map(({ name }) => name).sort()).toEqual(["loop/h/exit", "loop/i/exit"]);
  });

  it("that are used as nothing here can are refused, with where", async () => {
    const read = (graph: ShortGraph) => readTfjs(fromArtifacts(artifactsOfGraph(graph)));
    const type = { element_dtype: "DT_FLOAT" };
    const filling = (index: string, extra: Record<string, ShortNode> = {}): ShortGraph => list({
      ys: ["TensorListReserve", ["units", "five"], type],
      ...whileLoop({
        variables: { i: ["one", "DT_INT32"], ys: ["ys", "DT_VARIANT"], h: ["start"] }, constants: { most: ["five", "DT_INT32"] }, condition: counted("loop", "loop/most"),
        body: { ...counting("loop"), "loop/out": ["Tanh", ["loop/h/in"]], "loop/write": ["TensorListSetItem", ["loop/ys/in", index, "loop/out"], type], ...extra }, next: { i: "loop/i/more", ys: "loop/write", h: "loop/out" },
      }),
      y: ["TensorListStack", ["loop/ys/exit", "units"], { ...type, num_elements: 5 }],
    }, ["y"]);
    await expect(read(filling("loop/i/in"))).rejects.toMatchObject({ code: "tfjs-op", message: expect.stringMatching(/list 1 is not filled from its first element on/) as string });
    await expect(read(filling("zero"))).rejects.toMatchObject({ code: "tfjs-op", message: expect.stringMatching(/list 1 is not filled/) as string });
    await expect(read(filling("loop/i/in", { "loop/back": ["TensorListGetItem", ["loop/ys/in", "zero", "units"], type], "loop/out": ["Tanh", ["loop/back"]] }))).rejects.toMatchObject({ message: expect.stringMatching(/`loop\/while\/body\/loop\/back`.*while a loop is filling it/) as string });
    await expect(read(list({ xs: ["TensorListFromTensor", ["x", "features"], type], y: ["Neg", ["xs"]] }, ["y"]))).rejects.toMatchObject({ message: expect.stringMatching(/`y`.*a list of tensors goes into it/) as string });
    await expect(read(list({ ys: ["TensorListReserve", ["units", "five"], type], y: ["TensorListStack", ["ys", "units"], type] }, ["y"]))).rejects.toMatchObject({ message: expect.stringMatching(/nothing has been written/) as string });
    await expect(read(list({ y: ["TensorListStack", ["x", "units"], type] }, ["y"]))).rejects.toMatchObject({ code: "tfjs-node", message: expect.stringMatching(/no list of tensors/) as string });
    await expect(read(list({ xs: ["TensorListFromTensor", ["x", "features"], type] }, ["xs"]))).rejects.toMatchObject({ code: "tfjs-graph", message: expect.stringMatching(/`xs` is a list of tensors/) as string });
  });
});

describe("branches of TensorFlow 1", () => {
  const positive = (x: readonly number[]): Pick<ShortGraph, "inputs" | "weights"> & { readonly asked: Record<string, ShortNode> } => ({
    inputs: { x: { shape: [3], feed: x } }, weights: { zero: scalar(0), axes: { shape: [1], values: [0], dtype: "int32" }, k: { shape: [3] } },
    asked: { sum: ["Sum", ["x", "axes"], { keep_dims: false }], asked: ["Greater", ["sum", "zero"]] },
  });

  it("either way", async () => {
    for (const x of [[1, 2, 3], [-1, -2, -3]]) {
      const { asked, ...graph } = positive(x);
      const { graph: read } = await checkOnRuntimes({
        ...graph, nodes: { ...asked, "cond/x": ["Switch", ["x", "asked"]], "cond/k": ["Switch", ["k", "asked"]], yes: ["Exp", ["cond/x:1"]], no: ["Mul", ["cond/x", "cond/k"]], merged: ["Merge", ["no", "yes"], { N: 2 }], y: ["Neg", ["merged"]] }, outputs: ["y"],
      });
      expect(countOf(read, "If")).toBe(1);
    }
  });

  it("inside one another, and one of them with nothing but a Switch", async () => {
    for (const x of [[1, 2, 3], [-1, -2, -3], [0.1, 0.1, 0.1]]) {
      const { asked, ...graph } = positive(x);
      await checkOnRuntimes({
        ...graph, weights: { ...graph.weights!, large: scalar(1) },
        nodes: {
          ...asked, "cond/x": ["Switch", ["x", "asked"]], "cond/sum": ["Switch", ["sum", "asked"]], "cond/in": ["Identity", ["cond/x:1"]],
          much: ["Greater", ["cond/sum:1", "large"]], "inner/x": ["Switch", ["cond/in", "much"]], loud: ["Exp", ["inner/x:1"]], inner: ["Merge", ["inner/x", "loud"], { N: 2 }], no: ["Sin", ["cond/x"]], y: ["Merge", ["no", "inner"], { N: 2 }],
        },
        outputs: ["y"],
      });
    }
  });

  it("inside loops, and loops inside branches", async () => {
    const weights = { ...numbers, two: scalar(2, "int32"), none: scalar(0), axes: { shape: [1], values: [0], dtype: "int32" as const } };
    await checkOnRuntimes({
      inputs: { x: { shape: [3] } }, weights,
      nodes: whileLoop({
        variables: { i: ["zero", "DT_INT32"], h: ["x"] }, constants: { most: ["five", "DT_INT32"] }, condition: counted("loop", "loop/most"),
        body: { ...counting("loop"), "loop/few": ["Less", ["loop/i/in", "two"], { T: "DT_INT32" }], "loop/s": ["Switch", ["loop/h/in", "loop/few"]], "loop/yes": ["Exp", ["loop/s:1"]], "loop/no": ["Sin", ["loop/s"]], "loop/m": ["Merge", ["loop/no", "loop/yes"], { N: 2 }] },
        next: { i: "loop/i/more", h: "loop/m" },
      }),
      outputs: ["loop/h/exit"],
    });
    for (const x of [[1, 2, 3], [-1, -2, -3]]) {
      await checkOnRuntimes({
        inputs: { x: { shape: [3], feed: x } }, weights,
        nodes: {
          sum: ["Sum", ["x", "axes"], { keep_dims: false }], asked: ["Greater", ["sum", "none"]], "cond/x": ["Switch", ["x", "asked"]], "cond/zero": ["Switch", ["zero", "asked"], { T: "DT_INT32" }],
          ...whileLoop({ variables: { i: ["cond/zero:1", "DT_INT32"], h: ["cond/x:1"] }, condition: counted("loop", "five"), body: { ...counting("loop"), "loop/out": ["Sin", ["loop/h/in"]] }, next: { i: "loop/i/more", h: "loop/out" } }),
          no: ["Neg", ["cond/x"]], y: ["Merge", ["no", "loop/h/exit"], { N: 2 }],
        },
        outputs: ["y"],
      });
    }
  });
});

describe("control flow of TensorFlow 1 that is not whole", () => {
  const read = (nodes: Record<string, ShortNode>, output = "y") => readTfjs(fromArtifacts(artifactsOfGraph({ inputs: { x: { shape: [1] }, p: { shape: [], dtype: "bool" }, q: { shape: [], dtype: "bool" } }, nodes, outputs: [output] })));
  it.each<[string, Record<string, ShortNode>, RegExp]>([
    ["a loop without a condition", { e: ["Enter", ["x"], { frame_name: "f" }], m: ["Merge", ["e", "n"]], n: ["NextIteration", ["m"]], y: ["Exit", ["m"]] }, /the loop `f` has no condition/],
    ["a loop without rounds", { e: ["Enter", ["x"], { frame_name: "f" }], m: ["Merge", ["e", "x"]], s: ["Switch", ["m", "c"]], c: ["LoopCond", ["p"]], y: ["Exit", ["s"]] }, /`m` of the loop `f` gets no value from a round/],
    ["a loop without a name", { y: ["Enter", ["x"]] }, /`y` names no loop/],
    ["a branch of two conditions", { a: ["Switch", ["x", "p"]], b: ["Switch", ["x", "q"]], y: ["Merge", ["a", "b:1"], { N: 2 }] }, /`y` merges values of more than one condition/],
    ["both values of one branch", { a: ["Switch", ["x", "p"]], n: ["Neg", ["a"]], y: ["Merge", ["a", "n"], { N: 2 }] }, /both values that `y` merges are of the same branch/],
    ["a value of both branches", { a: ["Switch", ["x", "p"]], n: ["Add", ["a", "a:1"]], y: ["Merge", ["a", "n"], { N: 2 }] }, /a value that `y` merges is of both branches/],
    ["no condition", { n: ["Neg", ["x"]], y: ["Merge", ["x", "n"], { N: 2 }] }, /nothing says on which condition `y`/],
  ])("%s", async (_, nodes, message) => {
    await expect(read(nodes)).rejects.toMatchObject({ code: "tfjs-graph", message: expect.stringMatching(message) as string });
  });
  it.each(["Switch", "Exit", "LoopCond", "NextIteration"])("%s alone", async (op) => {
    await expect(read({ "deep/one": [op, ["x"]] }, "deep/one")).rejects.toMatchObject({ code: "tfjs-op", message: expect.stringContaining(`${op} node \`deep/one\``) as string });
  });
});
