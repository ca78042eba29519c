import { describe, expect, it } from "vitest";
import { attr, float32, scalar, tensor } from "@vitrine/core";
import { expectSame } from "../../test/compare.js";
import { oldBytes, readBytes } from "../../test/ort.js";
import { randn } from "../../test/random.js";

const x = randn([2, 3, 4, 4]);

describe.each([22, 23, 24])("opset %i", (opset) => {
  it("loads where its operators mean the same in 21", async () => {
    const { graph } = await expectSame(
      {
        opset,
        inputs: { x },
        constants: { w: randn([5, 3, 3, 3], 2), s: float32([4], [1, 1, 2, 2]) },
        nodes: [
          ["Conv", ["x", "w"], ["c"]],
          ["HardSwish", ["c"], ["h"]],
          ["MaxPool", ["h"], ["p"], { kernel_shape: attr.ints([2, 2]) }],
          ["Resize", ["p", "", "s"], ["r"], { mode: attr.string("nearest") }],
          ["Flatten", ["r"], ["f"]],
          ["Softmax", ["f"], ["y"]],
        ],
        outputs: ["y"],
      },
      1e-6,
    );
    expect(graph.nodes.map((node) => node.op)).toEqual(["Conv", "HardSwish", "MaxPool", "Resize", "Flatten", "Softmax"]);
  });
});

it.each([
  [-1, [4]],
  [2, [3, 4]],
  [-3, [2, 3, 4]],
])("RMSNormalization from axis %i, in the operators of 21", async (axis, scale) => {
  await expectSame({ opset: 23, inputs: { x: randn([2, 2, 3, 4]) }, constants: { s: randn(scale, 2) }, nodes: [["RMSNormalization", ["x", "s"], ["y"], { axis: attr.int(axis), epsilon: attr.float(1e-3) }]], outputs: ["y"] }, 1e-6);
});

it.each([{}, { alpha: attr.float(1.7) }])("Swish %j, in the operators of 21", async (attributes) => {
  const model = { opset: 24, inputs: { x }, nodes: [["Swish", ["x"], ["y"], attributes]] as const, outputs: ["y"] };
  const { graph } = await readBytes(oldBytes(model));
  expect(graph.nodes.at(-1)!.outputs).toEqual(["y"]);
  await expectSame(model, 1e-6);
});

describe("attributes that came later", () => {
  const quantize = (precision: number) => ({
    opset: 23,
    inputs: { x: float32([3], [1, 2, 300]) },
    constants: { s: scalar(0.5), z: tensor("uint8", [], Uint8Array.of(1)) },
    nodes: [["QuantizeLinear", ["x", "s", "z"], ["y"], { precision: attr.int(precision) }]] as const,
    outputs: ["y"],
  });
  it("are dropped where they change nothing", async () => {
    const { graph } = await expectSame(quantize(0));
    expect(graph.nodes[0]!.attributes).toEqual({});
  });
  it("are refused where they do", async () => {
    await expect(readBytes(oldBytes(quantize(1)))).rejects.toMatchObject({ code: "onnx-opset-new", message: expect.stringContaining("`QuantizeLinear with precision`") as string });
  });
});

it("names every operator that 21 cannot express", async () => {
  const bytes = oldBytes({
    opset: 23,
    inputs: { x: randn([1, 2, 3, 4]) },
    nodes: [["Attention", ["x", "x", "x"], ["a"]], ["TensorScatter", ["a", "x"], ["y"]]],
    outputs: ["y"],
  });
  await expect(readBytes(bytes)).rejects.toMatchObject({ code: "onnx-opset-new", message: expect.stringContaining("`Attention`, `TensorScatter` cannot be expressed") as string });
});

it("does not guess what an opset of the future means", async () => {
  await expect(readBytes(oldBytes({ opset: 99, inputs: { x }, nodes: [["Relu", ["x"], ["y"]]], outputs: ["y"] }))).rejects.toMatchObject({ code: "onnx-opset-unknown" });
});
