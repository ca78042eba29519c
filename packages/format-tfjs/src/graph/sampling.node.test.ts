import { describe, expect, it } from "vitest";
import { checkOnRuntimes } from "../../test/runtimes.js";
import type { ShortGraph, ShortNode } from "../../test/graph-def.js";

const ints = (...values: number[]) => ({ shape: [values.length], values, dtype: "int32" as const });
const number = (value: number) => ({ shape: [], values: [value] });
const picture = { shape: [2, 9, 8, 3] };

describe("CropAndResize", () => {
  /** Whole, in part, turned over, beyond the border, a point, a line. */
  const boxes = [0, 0, 1, 1, 0.13, 0.21, 0.77, 0.62, 0.9, 0.8, 0.1, 0.3, -0.3, -0.21, 0.52, 1.37, 0.41, 0.57, 0.41, 0.57, 0.2, 0.1, 0.2, 0.8];
  const sample = ints(0, 1, 0, 1, 1, 0);
  const crop = (size: readonly number[], attributes: ShortNode[2], image: ShortGraph["inputs"][string] = picture): Promise<unknown> =>
    checkOnRuntimes({ inputs: { x: image, b: { shape: [6, 4], feed: boxes } }, weights: { i: sample, s: ints(...size) }, nodes: { y: ["CropAndResize", ["x", "b", "i", "s"], attributes] }, outputs: ["y"] });
  it.each(["bilinear", "nearest"])("%s", async (method) => {
    await crop([5, 4], { method, extrapolation_value: { f: 0 } });
    await crop([9, 8], { method, extrapolation_value: { f: -3.5 } });
    await crop([1, 6], { method, extrapolation_value: { f: 0 } });
    await crop([7, 1], { method, extrapolation_value: { f: 0 } });
    await crop([14, 17], { method, extrapolation_value: { f: 1 } });
  });
  it("of pictures that are no larger than a pixel, of whole numbers", async () => {
    await crop([3, 3], { method: "bilinear", extrapolation_value: { f: 0 } }, { shape: [2, 1, 1, 2] });
    await crop([3, 3], { method: "bilinear", extrapolation_value: { f: 0 }, T: "DT_INT32" }, { shape: [2, 5, 6, 2], dtype: "int32", below: 200 });
  });
  it("no boxes", async () => {
    await checkOnRuntimes({ inputs: { x: picture, b: { shape: [0, 4], feed: [] } }, weights: { i: ints(), s: ints(2, 2) }, nodes: { y: ["CropAndResize", ["x", "b", "i", "s"], { method: "bilinear", extrapolation_value: { f: 0 } }] }, outputs: ["y"] });
  });
  it("of maps whose sizes are not known", async () => {
    const { graph } = await checkOnRuntimes({
      inputs: { x: { shape: [-1, -1, 4, 2], feed: Array.from({ length: 32 }, (_, i) => Math.cos(i)) }, b: { shape: [-1, 4], feed: [0, 0.1, 0.9, 0.7, 0.3, 0, 1, 1] }, i: { shape: [-1], dtype: "int32", feed: [1, 0] } },
      weights: { w: { shape: [1, 1, 2, 3] }, s: ints(3, 2) },
      nodes: { c: ["Conv2D", ["x", "w"], { strides: [1, 1, 1, 1], padding: "VALID" }], y: ["CropAndResize", ["c", "b", "i", "s"], { method: "bilinear", extrapolation_value: { f: 0 } }] },
      outputs: ["y"],
    });
    expect(graph.outputs[0]!.shape).toEqual(["batch", 3, 2, 3]);
  });
});

describe("ImageProjectiveTransformV3", () => {
  const moved = [1, 0, 2.25, 0, 1, -1.75, 0, 0];
  const turned = [0.8, 0.6, -1.34, -0.6, 0.8, 2.87, 0, 0];
  const tilted = [1.1, 0.2, -0.7, 0.1, 0.9, 0.4, 0.03, -0.02];
  const far = [3, 0, -9.4, 0, -3, 17.3, 0, 0];
  // TensorFlow.js's cpu kernel stops after the first picture.
  const transform = (numbers: readonly number[], size: readonly number[], attributes: ShortNode[2], shape: readonly number[] = [1, 6, 5, 2]): Promise<unknown> =>
    checkOnRuntimes({ inputs: { x: { shape }, t: { shape: [1, 8], feed: numbers } }, weights: { s: ints(...size), f: number(0.375) }, nodes: { y: ["ImageProjectiveTransformV3", ["x", "t", "s", "f"], attributes] }, outputs: ["y"] });
  const modes = ["CONSTANT", "REFLECT", "WRAP", "NEAREST"];
  it.each(modes.flatMap((mode) => [[mode, "NEAREST"], [mode, "BILINEAR"]]))("%s, %s", async (fill_mode, interpolation) => {
    for (const numbers of [moved, tilted, far]) await transform(numbers, [6, 5], { fill_mode, interpolation, dtype: "DT_FLOAT" });
    await transform(turned, [4, 9], { fill_mode, interpolation, dtype: "DT_FLOAT" });
    await transform(moved, [3, 3], { fill_mode, interpolation, dtype: "DT_FLOAT" }, [1, 1, 1, 1]);
  });
  it("a place that is infinitely far", async () => {
    for (const interpolation of ["NEAREST", "BILINEAR"]) await transform([1, 0, 0, 0, 1, 0, -0.25, 0], [6, 5], { fill_mode: "CONSTANT", interpolation, dtype: "DT_FLOAT" });
  });
});
