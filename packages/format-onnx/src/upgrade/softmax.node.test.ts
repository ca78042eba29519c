import { create } from "@bufbuild/protobuf";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { attr, intAttr, type Node } from "@vitrine/core";
import { expectSame } from "../../test/compare.js";
import { readBytes } from "../../test/ort.js";
import { changed } from "../../test/proto.js";
import { randn } from "../../test/random.js";
import { TensorShapeProto_DimensionSchema, TypeProtoSchema } from "../proto/onnx_pb.js";

const ops = (nodes: readonly Node[]): string[] => nodes.map((node) => node.op);

describe.each(["Softmax", "LogSoftmax", "Hardmax"])("%s before opset 13", (op) => {
  it("gives the same for any rank, axis and declaration", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 5 }),
        fc.nat(),
        fc.constantFrom<"sizes" | "ranks" | "types">("sizes", "ranks", "types"),
        fc.constantFrom(7, 10, 11, 12),
        fc.boolean(),
        async (shape, pick, declare, opset, negative) => {
          const axis = pick % shape.length;
          const given = negative && opset >= 11 ? axis - shape.length : axis;
          await expectSame({ opset, declare, inputs: { x: randn(shape, pick) }, nodes: [[op, ["x"], ["y"], { axis: attr.int(given) }]], outputs: ["y"] }, 1e-6);
        },
      ),
      { numRuns: 40, seed: 5 },
    );
  });

  it("runs over axis 1 where none is given", async () => {
    const { graph } = await expectSame({ opset: 9, inputs: { x: randn([2, 3, 4]) }, nodes: [[op, ["x"], ["y"]]], outputs: ["y"] }, 1e-6);
    expect(ops(graph.nodes)).toEqual(["Flatten", op, "Shape", "Reshape"]);
    expect(graph.nodes[1]!.name).toBe(`${op}-0`);
    expect(graph.nodes[3]!.outputs).toEqual(["y"]);
  });

  it.each([
    ["the last dimension", [2, 10], {}, 1],
    ["dimensions of 1 behind the axis", [2, 10, 1, 1], {}, 1],
    ["dimensions of 1 between the axis and the last", [2, 1, 1, 10], {}, 3],
    ["dimensions of 1 alone", [2, 1, 1], {}, 1],
    ["axis -1, whatever the rank", [2, 3, 4], { axis: attr.int(-1) }, -1],
  ])("stays one node for %s", async (_, shape, attributes, axis) => {
    const { graph } = await expectSame({ opset: 12, inputs: { x: randn(shape) }, nodes: [[op, ["x"], ["y"], attributes]], outputs: ["y"] }, 1e-6);
    expect(ops(graph.nodes)).toEqual([op]);
    expect(intAttr(graph.nodes[0]!, "axis")).toBe(axis);
  });
});

it("learns of ranks from the nodes before it", async () => {
  const network = (opset: number) => ({
    opset,
    declare: "ranks" as const,
    inputs: { x: randn([2, 3, 6, 6]) },
    constants: { w: randn([5, 3, 3, 3], 2), v: randn([5, 4], 3) },
    nodes: [
      ["Conv", ["x", "w"], ["c"]],
      ["Relu", ["c"], ["r"]],
      ["GlobalAveragePool", ["r"], ["p"]],
      ["Softmax", ["p"], ["first"]],
      ["Flatten", ["p"], ["f"]],
      ["Gemm", ["f", "v"], ["g"]],
      ["Softmax", ["g"], ["second"]],
    ] as const,
    outputs: ["first", "second"],
  });
  const { graph } = await expectSame(network(11), 1e-6);
  expect(ops(graph.nodes)).toEqual(["Conv", "Relu", "GlobalAveragePool", "Softmax", "Flatten", "Gemm", "Softmax"]);
});

it("learns of ranks from what the file declares of the output", async () => {
  const bytes = changed({ opset: 9, declare: "types", inputs: { x: randn([1, 3, 2]) }, nodes: [["Softmax", ["x"], ["y"], { axis: attr.int(2) }]], outputs: ["y"] }, ({ graph }) => {
    const dim = [1n, 3n, 2n].map((value) => create(TensorShapeProto_DimensionSchema, { value: { case: "dimValue", value } }));
    graph!.output[0]!.type = create(TypeProtoSchema, { value: { case: "tensorType", value: { elemType: 1, shape: { dim } } } });
  });
  expect(ops((await readBytes(bytes)).graph.nodes)).toEqual(["Softmax"]);
});
