import { describe, expect, it } from "vitest";
import { attr, cast } from "@vitrine/core";
import { expectSame } from "../../test/compare.js";
import { oldBytes, readBytes } from "../../test/ort.js";
import { randn } from "../../test/random.js";

describe("Clip before opset 11", () => {
  for (const opset of [7, 10]) {
    it.each([
      ["both limits", { min: attr.float(-0.5), max: attr.float(0.25) }],
      ["min alone", { min: attr.float(0) }],
      ["max alone", { max: attr.float(0.1) }],
      ["no limit", {}],
    ])(`opset ${opset}: %s`, async (_, attributes) => {
      await expectSame({ opset, inputs: { x: randn([3, 5]) }, nodes: [["Clip", ["x"], ["y"], attributes]], outputs: ["y"] });
    });
  }

  it("gives the limits the input's type: float64", async () => {
    // onnxruntime has no Clip-6 of float64 to compare with.
    const { graph } = await readBytes(
      oldBytes({
        opset: 9,
        inputs: { x: cast(randn([4]), "float64") },
        nodes: [["Identity", ["x"], ["h"]], ["Clip", ["h"], ["y"], { min: attr.float(-1), max: attr.float(1) }]],
        outputs: ["y"],
      }),
    );
    expect(graph.constants.get("y:min")?.dtype).toBe("float64");
  });

  it("casts the limits where the type is not known", async () => {
    const { graph } = await expectSame({
      opset: 10,
      inputs: { x: randn([4, 4]) },
      nodes: [
        ["FusedMatMul", ["x", "x"], ["h"], {}, "com.microsoft"],
        ["Clip", ["h"], ["y"], { min: attr.float(-1), max: attr.float(1) }],
      ],
      outputs: ["y"],
      domains: { "com.microsoft": 1 },
    });
    expect(graph.nodes.map((node) => node.op)).toEqual(["FusedMatMul", "CastLike", "CastLike", "Clip"]);
  });
});
