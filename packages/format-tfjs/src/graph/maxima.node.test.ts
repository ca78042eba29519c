import { describe, expect, it } from "vitest";
import { readTfjs, fromArtifacts } from "../index.js";
import { artifactsOfGraph, type ShortGraph, type ShortNode } from "../../test/graph-def.js";
import { checkOnRuntimes } from "../../test/runtimes.js";

const picture = { x: { shape: [2, 9, 8, 3] } };
const both = ["y", "y:1"];
const one = (node: ShortNode, inputs: ShortGraph["inputs"] = picture, weights: NonNullable<ShortGraph["weights"]> = {}, outputs: readonly string[] = ["y"]): ShortGraph => ({ inputs, weights, nodes: { y: node }, outputs });

describe("MaxPoolWithArgmax", () => {
  it.each<[string, ShortNode[2]]>([
    ["valid", { ksize: [1, 2, 2, 1], strides: [1, 2, 2, 1], padding: "VALID" }],
    ["same, overlapping", { ksize: [1, 3, 2, 1], strides: [1, 2, 1, 1], padding: "SAME" }],
    ["same, one step at a time", { ksize: [1, 3, 3, 1], strides: [1, 1, 1, 1], padding: "SAME" }],
  ])("%s", async (_, attributes) => {
    for (const include of [false, true]) await checkOnRuntimes(one(["MaxPoolWithArgmax", ["x"], { ...attributes, include_batch_in_index: include }], picture, {}, both));
  });
  it("of equals the first", async () => {
    const equal = { x: { shape: [2, 4, 4, 2], feed: Array.from({ length: 64 }, (_, i) => i % 3) } };
    for (const padding of ["VALID", "SAME"]) await checkOnRuntimes(one(["MaxPoolWithArgmax", ["x"], { ksize: [1, 3, 3, 1], strides: [1, 2, 2, 1], padding, include_batch_in_index: true }], equal, {}, both));
  });
  it("any number of samples, behind a convolution", async () => {
    await checkOnRuntimes({
      inputs: { x: { shape: [-1, 6, 6, 2] } },
      weights: { w: { shape: [3, 3, 2, 4] } },
      nodes: { c: ["Conv2D", ["x", "w"], { strides: [1, 1, 1, 1], padding: "SAME" }], y: ["MaxPoolWithArgmax", ["c"], { ksize: [1, 2, 2, 1], strides: [1, 2, 2, 1], padding: "VALID", include_batch_in_index: true }] },
      outputs: both,
    });
  });
  it("says what it needs to know", async () => {
    const artifacts = artifactsOfGraph(one(["MaxPoolWithArgmax", ["x"], { ksize: [1, 2, 2, 1], strides: [1, 2, 2, 1], padding: "VALID", include_batch_in_index: false }], { x: { shape: [1, -1, 8, 3] } }));
    await expect(readTfjs(fromArtifacts(artifacts))).rejects.toThrow("The MaxPoolWithArgmax node `y` cannot be translated: the sizes of its pictures are not known.");
  });
});

describe("Dilation2D", () => {
  const filter = { w: { shape: [3, 2, 3] } };
  it.each<[string, ShortNode[2]]>([
    ["valid", { strides: [1, 1, 1, 1], rates: [1, 1, 1, 1], padding: "VALID" }],
    ["same", { strides: [1, 1, 1, 1], rates: [1, 1, 1, 1], padding: "SAME" }],
    ["strided", { strides: [1, 2, 3, 1], rates: [1, 1, 1, 1], padding: "SAME" }],
    ["spread", { strides: [1, 1, 1, 1], rates: [1, 2, 3, 1], padding: "SAME" }],
    ["spread, strided, valid", { strides: [1, 2, 1, 1], rates: [1, 2, 2, 1], padding: "VALID" }],
  ])("%s", async (_, attributes) => {
    await checkOnRuntimes(one(["Dilation2D", ["x", "w"], attributes], picture, filter));
  });
  it("with a filter of one place, with one that is computed, of very low numbers", async () => {
    const attributes = { strides: [1, 1, 1, 1], rates: [1, 1, 1, 1], padding: "SAME" };
    await checkOnRuntimes(one(["Dilation2D", ["x", "w"], attributes], picture, { w: { shape: [1, 1, 3] } }));
    await checkOnRuntimes(one(["Dilation2D", ["x", "w"], attributes], { ...picture, w: { shape: [2, 2, 3] } }));
    await checkOnRuntimes(one(["Dilation2D", ["x", "w"], attributes], { x: { shape: [1, 3, 3, 1], feed: Array.from({ length: 9 }, (_, i) => -1e12 * (i + 1)) } }, { w: { shape: [3, 3, 1] } }));
  });
  it("of sizes that are not known, between convolutions", async () => {
    await checkOnRuntimes({
      inputs: { x: { shape: [-1, -1, 8, 2], feed: Array.from({ length: 64 }, (_, i) => Math.sin(i)) } },
      weights: { w: { shape: [1, 1, 2, 3] }, f: { shape: [2, 3, 3] } },
      nodes: { c: ["Conv2D", ["x", "w"], { strides: [1, 1, 1, 1], padding: "VALID" }], d: ["Dilation2D", ["c", "f"], { strides: [1, 1, 2, 1], rates: [1, 1, 1, 1], padding: "VALID" }], y: ["Relu", ["d"]] },
      outputs: ["y"],
    });
  });
});
