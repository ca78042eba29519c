import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { attr, float32, int64, stringAttr, type Attributes } from "@vitrine/core";
import { expectSame } from "../../test/compare.js";
import { oldBytes, readBytes } from "../../test/ort.js";
import { randn } from "../../test/random.js";

const image = [1, 2, 5, 6] as const;

describe("Upsample", () => {
  it.each([
    ["nearest", [1, 1, 2, 3]],
    ["nearest", [1, 1, 1.5, 2.5]],
    ["linear", [1, 1, 2, 2]],
    ["linear", [1, 1, 1.7, 1]],
  ])("opset 7: %s by %j", async (mode, scales) => {
    await expectSame({ opset: 7, inputs: { x: randn(image) }, nodes: [["Upsample", ["x"], ["y"], { mode: attr.string(mode), scales: attr.floats(scales) }]], outputs: ["y"] }, 1e-6);
  });
  it.each([
    ["nearest", [1, 1, 3, 2]],
    ["linear", [1, 1, 2, 3]],
  ])("opset 9: %s by %j", async (mode, scales) => {
    await expectSame({ opset: 9, inputs: { x: randn(image) }, constants: { s: float32([4], scales) }, nodes: [["Upsample", ["x", "s"], ["y"], { mode: attr.string(mode) }]], outputs: ["y"] }, 1e-6);
  });
});

describe("Resize-10", () => {
  it("gives the same whatever the scales, constant or not", async () => {
    // Sizes from 4 on: onnxruntime copies where a factor above 1 changes no size (1.25 · 3 is 3), unless another axis changes.
    const factor = fc.constantFrom(0.3, 0.4, 0.5, 0.75, 1, 1.25, 1.5, 2, 2.6, 3);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom("nearest", "linear"), factor, factor, fc.integer({ min: 4, max: 9 }), async (mode, height, width, size) => {
        await expectSame(
          { opset: 10, inputs: { x: randn([2, 1, size, size + 1]) }, constants: { s: float32([4], [1, 1, height, width]) }, nodes: [["Resize", ["x", "s"], ["y"], { mode: attr.string(mode) }]], outputs: ["y"] },
          1e-6,
        );
      }),
      { numRuns: 60, seed: 3 },
    );
  });
  it("enlarges by scales that are not constant", async () => {
    const model = { opset: 10, inputs: { x: randn(image), s: float32([4], [1, 1, 2, 1.5]) }, nodes: [["Resize", ["x", "s"], ["y"], { mode: attr.string("nearest") }]] as const, outputs: ["y"] };
    await expectSame(model);
    expect((await readBytes(oldBytes(model))).notices).toEqual([expect.stringContaining("`Resize-0`: its scales are computed when the model runs")]);
  });
  it("enlarges one way and shrinks the other in two steps", async () => {
    const { graph } = await expectSame({ opset: 10, inputs: { x: randn(image) }, constants: { s: float32([4], [1, 1, 2, 0.5]) }, nodes: [["Resize", ["x", "s"], ["y"]]], outputs: ["y"] });
    expect(graph.nodes.map((node) => stringAttr(node, "nearest_mode"))).toEqual(["floor", "ceil"]);
  });
});

describe("Resize-11", () => {
  const resize = (opset: number, attributes: Attributes, scales: readonly number[]) => ({
    opset,
    inputs: { x: randn(image) },
    constants: { roi: float32([0], []), s: float32([4], scales) },
    nodes: [["Resize", ["x", "roi", "s"], ["y"], attributes]] as const,
    outputs: ["y"],
  });
  for (const mode of ["nearest", "linear", "cubic"]) {
    for (const coordinates of ["half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric"]) {
      it.each([11, 12, 13, 18])(`${mode}, ${coordinates}, opset %i`, async (opset) => {
        for (const scales of [[1, 1, 2, 2], [1, 1, 0.6, 0.6]]) {
          const { graph } = await expectSame(resize(opset, { mode: attr.string(mode), coordinate_transformation_mode: attr.string(coordinates) }, scales), 1e-5);
          if (opset < 13) expect(graph.nodes[0]!.inputs).toEqual(["x", "", "s"]);
        }
      });
    }
  }
  it("sizes with empty scales", async () => {
    const model = {
      opset: 11,
      inputs: { x: randn(image) },
      constants: { none: float32([0], []), sizes: int64([1, 2, 8, 3]) },
      nodes: [["Resize", ["x", "none", "none", "sizes"], ["y"], { mode: attr.string("linear") }]] as const,
      outputs: ["y"],
    };
    const { graph } = await expectSame(model, 1e-6);
    expect(graph.nodes[0]!.inputs).toEqual(["x", "", "", "sizes"]);
  });
  it("tf_half_pixel_for_nn, which opset 13 dropped", async () => {
    for (const scales of [[1, 1, 2, 2.4], [1, 1, 0.6, 0.5]]) {
      await expectSame(resize(11, { coordinate_transformation_mode: attr.string("tf_half_pixel_for_nn"), nearest_mode: attr.string("floor") }, scales));
    }
    const other = resize(11, { coordinate_transformation_mode: attr.string("tf_half_pixel_for_nn"), nearest_mode: attr.string("ceil") }, [1, 1, 2, 2]);
    await expect(readBytes(oldBytes(other))).rejects.toMatchObject({ code: "onnx-upgrade" });
  });
});
