import { float32, tensor, type ModelFile } from "@vitrine/core";
import { expectClose } from "@vitrine/testing";
import { describe, expect, it } from "vitest";
import { artifactsOfGraph, type ShortGraph, type ShortNode } from "../../test/graph-def.js";
import { checkOnRuntimes, checkRuntimes } from "../../test/runtimes.js";
import { fromArtifacts, readTfjs } from "../index.js";

const whole = (value: number) => ({ shape: [], values: [value], dtype: "int32" as const });
const ints = (shape: readonly number[], ...values: number[]) => ({ shape, values, dtype: "int32" as const });
const floats = (shape: readonly number[], ...values: number[]) => ({ shape, values });
const list = (...feed: number[]) => ({ x: { shape: [feed.length], feed } });

type Weights = NonNullable<ShortGraph["weights"]>;
const one = (node: ShortNode, inputs: ShortGraph["inputs"], weights: Weights = {}, outputs: readonly string[] = ["y"]): Promise<ModelFile> => checkOnRuntimes({ inputs, weights, nodes: { y: node }, outputs });

describe("Unique and UniqueV2", () => {
  const both = ["y", "y:1"];
  it("of a list, in the order in which its elements first come", async () => {
    await one(["Unique", ["x"]], list(3, 1, 3, -2, 1, 1, 0.5), {}, both);
    await one(["Unique", ["x"]], list(1, 2, 3), {}, both);
    await one(["Unique", ["x"], { T: "DT_INT32" }], { x: { shape: [6], dtype: "int32", feed: [4, 4, -4, 0, 4, 0] } }, {}, both);
    await one(["UniqueV2", ["x", "a"]], list(0, -0, 7, 7), { a: ints([1], 0) }, both);
  });
  it("of nothing, of what is no number, of what never ends", async () => {
    await one(["Unique", ["x"]], { x: { shape: [0], feed: [] } }, {}, both);
    await one(["Unique", ["x"]], list(NaN, 1, NaN, Infinity, -Infinity, Infinity), {}, both);
  });
  it.each([0, 1, -1])("of rows along axis %i", async (axis) => {
    await one(["UniqueV2", ["x", "a"]], { x: { shape: [3, 4], feed: [1, 2, 1, 1, 3, 4, 3, 3, 1, 2, 1, 1] } }, { a: ints([1], axis) }, both);
    await one(["UniqueV2", ["x", "a"]], { x: { shape: [2, 2, 2], feed: [1, 2, 1, 2, 1, 2, 1, 2] } }, { a: ints([1], axis) }, both);
  });
  it("of what is found while running, which may be nothing", async () => {
    for (const feed of [[0, 1, 1, 0, 1], [0, 0, 0, 0, 0]]) {
      await checkOnRuntimes({
        inputs: { p: { shape: [5], dtype: "bool", feed } },
        weights: { table: ints([5], 7, 8, 9, 7, 8), zero: whole(0), flat: ints([1], -1) },
        nodes: { w: ["Where", ["p"]], f: ["Reshape", ["w", "flat"], { T: "DT_INT32" }], g: ["GatherV2", ["table", "f", "zero"], { batch_dims: 0 }], y: ["Unique", ["g"], { T: "DT_INT32" }] },
        outputs: both,
      });
    }
  });
});

it("ListDiff", async () => {
  const both = ["y", "y:1"];
  await one(["ListDiff", ["x", "w"]], list(1, 2, 3, 4, 2, 6), { w: floats([3], 2, 4, 9) }, both);
  await one(["ListDiff", ["x", "w"]], list(1, NaN, -0, 5), { w: floats([2], NaN, 0) }, both);
  await one(["ListDiff", ["x", "w"]], list(1, 2), { w: floats([2], 2, 1) }, both);
  await one(["ListDiff", ["x", "w"]], list(1, 1), { w: floats([0]) }, both);
  await one(["ListDiff", ["x", "w"]], { x: { shape: [0], feed: [] } }, { w: floats([2], 2, 1) }, both);
  await one(["ListDiff", ["x", "w"], { T: "DT_INT32" }], { x: { shape: [4], dtype: "int32", feed: [5, -1, 5, 3] } }, { w: ints([1], -1) }, both);
});

it.each(["LowerBound", "UpperBound"])("%s", async (op) => {
  await one([op, ["s", "x"]], { x: { shape: [2, 4], feed: [-1, 2, 2.5, 9, 5, 4, 3, 7] } }, { s: floats([2, 5], 1, 2, 2, 2, 6, 3, 4, 5, 6, 7) });
  await one([op, ["s", "x"], { T: "DT_INT32" }], { x: { shape: [1, 3], dtype: "int32", feed: [0, 4, 8] } }, { s: ints([1, 4], 0, 4, 4, 7) });
});

describe("Bincount and DenseBincount", () => {
  const counted = { x: { shape: [7], dtype: "int32" as const, feed: [1, 4, 1, 0, 9, 1, 5] } };
  const rows = { x: { shape: [2, 4], dtype: "int32" as const, feed: [1, 4, 1, 0, 9, 2, 2, 5] } };
  it("how often each number comes", async () => {
    await one(["Bincount", ["x", "n", "w"]], counted, { n: whole(6), w: floats([0]) });
    await one(["Bincount", ["x", "n", "w"], { T: "DT_INT32" }], counted, { n: whole(6), w: ints([0]) });
    await one(["Bincount", ["x", "n", "w"]], rows, { n: whole(3), w: floats([0]) });
    await one(["DenseBincount", ["x", "n", "w"], { binary_output: false }], counted, { n: whole(6), w: floats([0]) });
    await one(["DenseBincount", ["x", "n", "w"], { binary_output: false }], rows, { n: whole(6), w: floats([0]) });
  });
  it("with weights", async () => {
    await one(["Bincount", ["x", "n", "w"]], counted, { n: whole(6), w: { shape: [7] } });
    await one(["Bincount", ["x", "n", "w"], { T: "DT_INT32" }], counted, { n: whole(6), w: ints([7], 1, 2, 3, 4, 5, 6, -7) });
    await one(["DenseBincount", ["x", "n", "w"], { binary_output: false }], rows, { n: whole(10), w: { shape: [2, 4] } });
  });
  it("whether it comes at all", async () => {
    await one(["DenseBincount", ["x", "n", "w"], { binary_output: true }], rows, { n: whole(6), w: floats([0]) });
    await one(["DenseBincount", ["x", "n", "w"], { binary_output: true, T: "DT_INT32" }], rows, { n: whole(6), w: ints([2, 4], 1, 2, 3, 4, 5, 6, 7, 8) });
  });
  it("whether it comes in a list, where TensorFlow.js forgets that it was asked", async () => {
    const artifacts = artifactsOfGraph({ inputs: counted, weights: { n: whole(6), w: floats([0]) }, nodes: { y: ["DenseBincount", ["x", "n", "w"], { binary_output: true }] }, outputs: ["y"] });
    const { graph, notices } = await readTfjs(fromArtifacts(artifacts));
    expect(notices).toEqual([expect.stringMatching(/`y` \(DenseBincount\)/)]);
    const results = await checkRuntimes(graph, { x: tensor("int32", [7], Int32Array.from(counted.x.feed)) });
    expectClose(results["y"]!, float32([6], [1, 1, 0, 0, 1, 1]));
  });
  it("into a number of bins that is computed", async () => {
    await checkOnRuntimes({ inputs: { ...counted, like: { shape: [-1, 3] } }, weights: { w: floats([0]) }, nodes: { n: ["Size", ["like"], { out_type: "DT_INT32" }], y: ["Bincount", ["x", "n", "w"]] }, outputs: ["y"] });
  });
});
