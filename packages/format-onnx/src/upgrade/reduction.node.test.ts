import { describe, expect, it } from "vitest";
import { attr, float32, type Attributes } from "@vitrine/core";
import { expectSame } from "../../test/compare.js";
import { randn } from "../../test/random.js";

const positive = (shape: readonly number[]) => float32(shape, randn(shape).data.map((value) => Math.abs(value) + 0.1));

describe.each(["ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceSumSquare"])("%s", (op) => {
  const cases: [string, Attributes][] = [
    ["some axes", { axes: attr.ints([1, 2]) }],
    ["axes that are not kept", { axes: attr.ints([0]), keepdims: attr.int(0) }],
    ["every axis", {}],
    ["every axis, not kept", { keepdims: attr.int(0) }],
  ];
  for (const opset of [7, 11, 12, 13, 17]) {
    if (op === "ReduceSum" && opset >= 13) continue;
    it.each(cases)(`opset ${opset}: %s`, async (_, attributes) => {
      const { graph } = await expectSame({ opset, inputs: { x: positive([2, 3, 4]) }, nodes: [[op, ["x"], ["y"], attributes]], outputs: ["y"] }, 1e-6);
      expect(graph.nodes[0]!.attributes["axes"]).toBeUndefined();
    });
  }
  it("negative axes", async () => {
    const opset = op === "ReduceSum" ? 12 : 16;
    await expectSame({ opset, inputs: { x: positive([2, 3, 4]) }, nodes: [[op, ["x"], ["y"], { axes: attr.ints([-1]) }]], outputs: ["y"] }, 1e-6);
  });
});
