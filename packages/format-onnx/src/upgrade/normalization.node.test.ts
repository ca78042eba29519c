import { describe, expect, it } from "vitest";
import { attr, float32 } from "@vitrine/core";
import { expectSame } from "../../test/compare.js";
import { oldBytes, readBytes } from "../../test/ort.js";
import { randn } from "../../test/random.js";

const positive = (shape: readonly number[], seed: number) => float32(shape, randn(shape, seed).data.map((value) => value * value + 0.1));

describe("BatchNormalization", () => {
  const model = (opset: number, shape: readonly number[], attributes = {}, outputs: readonly string[] = ["y"]) => ({
    opset,
    inputs: { x: randn([2, 3, 4, 5]) },
    constants: { scale: randn(shape, 2), bias: randn(shape, 3), mean: randn(shape, 4), variance: positive(shape, 5) },
    nodes: [["BatchNormalization", ["x", "scale", "bias", "mean", "variance"], outputs, attributes]] as const,
    outputs: ["y"],
  });
  it.each([7, 8, 9, 13, 14])("opset %i", async (opset) => {
    await expectSame(model(opset, [3], { epsilon: attr.float(1e-3), momentum: attr.float(0.8) }), 1e-6);
  });
  it("drops outputs for training that nothing uses", async () => {
    const { graph } = await readBytes(oldBytes(model(9, [3], {}, ["y", "m", "v", "sm", "sv"])));
    expect(graph.nodes[0]!.outputs).toEqual(["y"]);
  });
  it("refuses outputs for training that are used", async () => {
    const used = { ...model(9, [3], {}, ["y", "m"]), outputs: ["y", "m"] };
    await expect(readBytes(oldBytes(used))).rejects.toMatchObject({ code: "onnx-upgrade" });
  });
  it("per position", async () => {
    const { graph } = await expectSame(model(7, [3, 4, 5], { spatial: attr.int(0) }), 1e-5);
    expect(graph.nodes.map((node) => node.op)).toEqual(["Add", "Sqrt", "Sub", "Div", "Mul", "Add"]);
  });
});

describe("GroupNormalization-18, whose scale was per group", () => {
  const model = (declare: "sizes" | "types", constant: boolean) => {
    const parameters = { scale: randn([2], 2), bias: randn([2], 3) };
    return {
      opset: 18,
      declare,
      inputs: { x: randn([2, 6, 3, 3]), ...(constant ? {} : parameters) },
      constants: constant ? parameters : {},
      nodes: [["GroupNormalization", ["x", "scale", "bias"], ["y"], { num_groups: attr.int(2) }]] as const,
      outputs: ["y"],
    };
  };
  it("repeats constants", async () => {
    const { graph } = await expectSame(model("sizes", true), 1e-5);
    expect(graph.nodes.map((node) => node.op)).toEqual(["GroupNormalization"]);
    expect(graph.constants.get("scale:per-channel")?.shape).toEqual([6]);
  });
  it.each([
    ["sizes", false],
    ["types", true],
  ] as const)("repeats in the graph what is not known: %s, constant %s", async (declare, constant) => void (await expectSame(model(declare, constant), 1e-5)));
});

describe("Dropout before opset 12", () => {
  it.each([7, 8, 10, 11])("opset %i", async (opset) => {
    const { graph } = await expectSame({ opset, inputs: { x: randn([3, 4]) }, nodes: [["Dropout", ["x"], ["y", "unused"], { ratio: attr.float(0.3) }]], outputs: ["y"] });
    expect(graph.nodes[0]!.inputs).toEqual(["x", "y:ratio"]);
  });
  it("with its mask", async () => {
    await expectSame({ opset: 10, inputs: { x: randn([3, 4]) }, nodes: [["Dropout", ["x"], ["y", "mask"]]], outputs: ["y", "mask"] });
  });
});

it.each([
  ["InstanceNormalization", 7],
  ["InstanceNormalization", 20],
])("%s, opset %i", async (op, opset) => {
  await expectSame({ opset, inputs: { x: randn([2, 3, 4, 4]) }, constants: { scale: randn([3], 2), bias: randn([3], 3) }, nodes: [[op, ["x", "scale", "bias"], ["y"]]], outputs: ["y"] }, 1e-6);
});

it.each([7, 12])("LRN, opset %i", async (opset) => {
  await expectSame({ opset, inputs: { x: randn([1, 7, 3, 3]) }, nodes: [["LRN", ["x"], ["y"], { size: attr.int(5), alpha: attr.float(0.01), beta: attr.float(0.75), bias: attr.float(2) }]], outputs: ["y"] }, 1e-6);
});

describe("MeanVarianceNormalization, the experiment", () => {
  it.each([
    ["per channel", {}],
    ["across channels", { across_channels: attr.int(1) }],
    ["the mean alone", { normalize_variance: attr.int(0) }],
  ])("%s", async (_, attributes) => void (await expectSame({ opset: 8, inputs: { x: randn([2, 3, 4, 4]) }, nodes: [["MeanVarianceNormalization", ["x"], ["y"], attributes]], outputs: ["y"] }, 1e-5)));
});
