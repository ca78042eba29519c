import { describe, it } from "vitest";
import { attr, float32, int64 } from "@vitrine/core";
import { expectSame } from "../../test/compare.js";
import { randn } from "../../test/random.js";

describe("GridSample-16", () => {
  it.each(["bilinear", "bicubic", "nearest"])("%s", async (mode) => {
    const grid = float32([1, 4, 4, 2], randn([1, 4, 4, 2], 2).data.map((value) => Math.tanh(value)));
    const model = (attributes: object) => ({ opset: 16, inputs: { x: randn([1, 2, 5, 5]), grid }, nodes: [["GridSample", ["x", "grid"], ["y"], attributes as never]] as const, outputs: ["y"] });
    await expectSame(model({ mode: attr.string(mode) }), 1e-5);
    await expectSame(model({}), 1e-5);
  });
});

describe("RoiAlign before opset 16", () => {
  it.each(["avg", "max"])("%s", async (mode) => {
    await expectSame(
      {
        opset: 10,
        inputs: { x: randn([1, 2, 8, 8]), rois: float32([2, 4], [0.5, 0.5, 6, 5, 1, 2, 7.5, 7]), which: int64([0, 0]) },
        nodes: [["RoiAlign", ["x", "rois", "which"], ["y"], { mode: attr.string(mode), output_height: attr.int(3), output_width: attr.int(2), sampling_ratio: attr.int(2) }]],
        outputs: ["y"],
      },
      1e-5,
    );
  });
});
