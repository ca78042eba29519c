import { describe, expect, it } from "vitest";
import { attr, onnxTypeNumber } from "@vitrine/core";
import { expectSame } from "../../test/compare.js";
import { oldBytes, readBytes } from "../../test/ort.js";
import { randn } from "../../test/random.js";

const one = (op: string, attributes = {}, shape: readonly number[] = [2, 3, 6, 7]) => ({ opset: 8, inputs: { x: randn(shape) }, nodes: [[op, ["x"], ["y"], attributes]] as const, outputs: ["y"] });

describe("operators that were tried out and taken back", () => {
  it.each([
    ["ImageScaler", { scale: attr.float(0.5), bias: attr.floats([1, -2, 3]) }],
    ["Crop", { border: attr.ints([1, 2, 1, 0]) }],
    ["Crop", { border: attr.ints([1, 2, 0, 0]), scale: attr.ints([3, 4]) }],
    ["Affine", { alpha: attr.float(2), beta: attr.float(-1) }],
    ["ScaledTanh", { alpha: attr.float(1.5), beta: attr.float(0.5) }],
    ["ParametricSoftplus", { alpha: attr.float(0.7), beta: attr.float(2) }],
    ["Scale", { scale: attr.float(3) }],
    ["ThresholdedRelu", { alpha: attr.float(0.3) }],
  ])("%s %j", async (op, attributes) => {
    const { graph } = await expectSame(one(op, attributes), 1e-6);
    expect(graph.nodes.at(-1)!.name).toBe(`${op}-0`);
  });
});

it("Cast with the name of a type", async () => {
  // onnxruntime takes numbers alone.
  const { graph } = await readBytes(oldBytes(one("Cast", { to: attr.string("INT32") })));
  expect(graph.nodes[0]!.attributes["to"]).toEqual(attr.int(onnxTypeNumber.int32));
  await expect(readBytes(oldBytes(one("Cast", { to: attr.string("QUAD") })))).rejects.toMatchObject({ code: "onnx-upgrade" });
});
