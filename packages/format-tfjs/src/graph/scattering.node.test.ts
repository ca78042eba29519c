import type { ModelFile } from "@vitrine/core";
import { describe, expect, it } from "vitest";
import type { ShortGraph, ShortNode } from "../../test/graph-def.js";
import { checkOnRuntimes } from "../../test/runtimes.js";

const whole = (value: number) => ({ shape: [], values: [value], dtype: "int32" as const });
const ints = (shape: readonly number[], ...values: number[]) => ({ shape, values, dtype: "int32" as const });
const floats = (shape: readonly number[], ...values: number[]) => ({ shape, values });

type Weights = NonNullable<ShortGraph["weights"]>;
const one = (node: ShortNode, inputs: ShortGraph["inputs"], weights: Weights = {}, outputs: readonly string[] = ["y"]): Promise<ModelFile> => checkOnRuntimes({ inputs, weights, nodes: { y: node }, outputs });

describe("ScatterNd", () => {
  const scatter: ShortNode = ["ScatterNd", ["i", "x", "s"], { Tindices: "DT_INT32" }];
  it("adds where indices repeat", async () => {
    await one(scatter, { x: { shape: [5] } }, { i: ints([5, 1], 4, 1, 4, 0, 4), s: ints([1], 6) });
    await one(scatter, { x: { shape: [4, 3] } }, { i: ints([4, 1], 1, 1, 0, 1), s: ints([2], 2, 3) });
    await one(scatter, { x: { shape: [2, 2] } }, { i: ints([2, 2, 2], 0, 1, 1, 0, 0, 1, 2, 2), s: ints([2], 3, 3) });
  });
  it("whole numbers, a list of indices, nothing at all", async () => {
    await one(["ScatterNd", ["i", "x", "s"], { T: "DT_INT32" }], { x: { shape: [4], dtype: "int32", feed: [1, 2, 3, -4] } }, { i: ints([4, 1], 3, 3, 0, 1), s: ints([1], 5) });
    await one(scatter, { x: { shape: [3] } }, { i: ints([3], 1, 2, 1), s: ints([1], 4) });
    await one(scatter, { x: { shape: [0] } }, { i: ints([0, 1]), s: ints([1], 4) });
  });
  it("indices and a size that are computed", async () => {
    const { graph } = await checkOnRuntimes({
      inputs: { x: { shape: [3] }, i: { shape: [3, 1], dtype: "int32", below: 4 }, like: { shape: [4, 2] } },
      weights: { begin: ints([1], 0), end: ints([1], 1), step: ints([1], 1) },
      nodes: {
        shape: ["Shape", ["like"], { out_type: "DT_INT32" }],
        s: ["StridedSlice", ["shape", "begin", "end", "step"], { T: "DT_INT32" }],
        y: ["ScatterNd", ["i", "x", "s"]],
      },
      outputs: ["y"],
    });
    expect(graph.outputs[0]!.shape).toEqual([4]);
  });
});

it("TensorScatterUpdate", async () => {
  await one(["TensorScatterUpdate", ["x", "i", "u"]], { x: { shape: [5] } }, { i: ints([2, 1], 3, 0), u: floats([2], 7, -2) });
  await one(["TensorScatterUpdate", ["x", "i", "u"]], { x: { shape: [3, 2] } }, { i: ints([2, 1], 2, 0), u: floats([2, 2], 1, 2, 3, 4) });
  await one(["TensorScatterUpdate", ["x", "i", "u"], { T: "DT_INT32" }], { x: { shape: [2, 3], dtype: "int32", below: 9 } }, { i: ints([2, 2], 0, 1, 1, 2), u: ints([2], 50, 60) });
  await one(["TensorScatterUpdate", ["x", "i", "u"]], { x: { shape: [3] } }, { i: ints([0, 1]), u: floats([0]) });
});

it("TensorScatterUpdate of maps, which lie channels first", async () => {
  await checkOnRuntimes({
    inputs: { x: { shape: [2, 4, 4, 2] } },
    weights: { w: { shape: [3, 3, 2, 3] }, i: ints([2, 1], 1, 0), u: { shape: [2, 4, 4, 3] }, at: ints([1, 3], 1, 2, 3), v: { shape: [1, 3] } },
    nodes: { c: ["Conv2D", ["x", "w"], { strides: [1, 1, 1, 1], padding: "SAME" }], a: ["TensorScatterUpdate", ["c", "at", "v"]], y: ["Relu", ["a"]] },
    outputs: ["y"],
  });
});

it("SparseToDense", async () => {
  await one(["SparseToDense", ["i", "s", "x", "d"]], { x: { shape: [3] } }, { i: ints([3, 2], 0, 1, 2, 3, 1, 0), s: ints([2], 3, 4), d: floats([], 0.5) });
  await one(["SparseToDense", ["i", "s", "x", "d"]], { x: { shape: [3] } }, { i: ints([3], 0, 4, 2), s: ints([1], 6), d: floats([], 0) });
  await one(["SparseToDense", ["i", "s", "x", "d"]], { x: { shape: [] } }, { i: ints([2, 1], 1, 3), s: ints([1], 5), d: floats([], -1) });
  await one(["SparseToDense", ["i", "s", "x", "d"]], { x: { shape: [] } }, { i: whole(2), s: ints([1], 4), d: floats([], 3) });
  await one(["SparseToDense", ["i", "s", "x", "d"], { T: "DT_BOOL" }], { x: { shape: [2], dtype: "bool", feed: [1, 1] } }, { i: ints([2, 1], 1, 3), s: ints([1], 5), d: { shape: [], values: [0], dtype: "bool" } });
  await one(["SparseToDense", ["i", "s", "x", "d"], { T: "DT_INT32" }], { x: { shape: [2], dtype: "int32", feed: [8, 9] } }, { i: ints([2, 1], 0, 2), s: ints([1], 3), d: whole(-1) });
});

describe("GatherV2 with samples of their own", () => {
  const gather = (shape: readonly number[], indices: readonly number[], axis: number, batch: number, below: number, dtype: "float32" | "int32" = "float32"): Promise<unknown> =>
    one(["GatherV2", ["x", "i", "a"], { batch_dims: batch }], { x: { shape, dtype, below: 100 }, i: { shape: indices, dtype: "int32", below } }, { a: whole(axis) });
  it.each<[readonly number[], readonly number[], number, number]>([
    [[2, 5], [2, 3], 1, 1], [[2, 5, 4], [2, 3], 1, 1], [[2, 5, 4], [2, 3], 2, 1], [[2, 3, 5, 4], [2, 3, 2], 2, 2], [[2, 3, 5, 4], [2, 2, 3], -1, 1], [[2, 3, 5, 4], [2, 3], 3, 1], [[2, 5, 4], [2], 1, 1],
    [[2, 3, 4], [2, 3], 2, 2], [[2, 3, 4], [2, 3, 1], 2, -1],
  ])("%j by %j, axis %i, batch_dims %i", async (shape, indices, axis, batch) => {
    await gather(shape, indices, axis, batch, shape.at(axis)!);
  });
  it("whole numbers", async () => {
    await gather([2, 4], [2, 6], 1, 1, 4, "int32");
  });
  it("maps, where they lie", async () => {
    await checkOnRuntimes({
      inputs: { x: { shape: [2, 4, 4, 2] }, i: { shape: [2, 3], dtype: "int32", below: 4 } },
      weights: { w: { shape: [3, 3, 2, 3] }, a: whole(2) },
      nodes: { c: ["Conv2D", ["x", "w"], { strides: [1, 1, 1, 1], padding: "SAME" }], g: ["GatherV2", ["c", "i", "a"], { batch_dims: 1 }], y: ["Relu", ["g"]] },
      outputs: ["y"],
    });
  });
});
