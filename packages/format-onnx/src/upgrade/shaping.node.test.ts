import { describe, expect, it } from "vitest";
import { attr, cast, float32, int64, tensor } from "@vitrine/core";
import { expectSame } from "../../test/compare.js";
import { oldBytes, readBytes } from "../../test/ort.js";
import { randn } from "../../test/random.js";

const one = (op: string, opset: number, attributes = {}, shape: readonly number[] = [2, 3, 4], outputs: readonly string[] = ["y"]) => ({
  opset,
  inputs: { x: randn(shape) },
  nodes: [[op, ["x"], outputs, attributes]] as const,
  outputs,
});

describe("Slice before opset 10", () => {
  it.each([
    ["with axes", { starts: attr.ints([1, 0]), ends: attr.ints([3, 2]), axes: attr.ints([1, 2]) }],
    ["without axes", { starts: attr.ints([0, 1]), ends: attr.ints([1, 2147483647]) }],
    ["from the end", { starts: attr.ints([-2]), ends: attr.ints([-1]), axes: attr.ints([2]) }],
    ["to the end, as the largest integer", { starts: attr.ints([1]), ends: attr.ints([2n ** 63n - 1n]), axes: attr.ints([2]) }],
    ["beyond the end", { starts: attr.ints([1]), ends: attr.ints([1000]), axes: attr.ints([0]) }],
  ])("%s", async (_, attributes) => void (await expectSame(one("Slice", 9, attributes))));

  it("says what is missing", async () => {
    await expect(readBytes(oldBytes(one("Slice", 9, { starts: attr.ints([0]) })))).rejects.toThrow(/Slice node `Slice-0` of opset 9 cannot be brought/);
  });
});

it("DynamicSlice, the experiment", async () => {
  const model = {
    opset: 9,
    inputs: { x: randn([4, 5]), starts: int64([1, 0]), ends: int64([3, 4]) },
    nodes: [["DynamicSlice", ["x", "starts", "ends"], ["y"]]] as const,
    outputs: ["y"],
  };
  const { graph } = await expectSame(model);
  expect(graph.nodes[0]!.op).toBe("Slice");
});

describe("Pad before opset 11", () => {
  it.each([
    ["zeros", {}],
    ["a value", { value: attr.float(2.5) }],
    ["reflected", { mode: attr.string("reflect") }],
    ["the edge", { mode: attr.string("edge"), value: attr.float(9) }],
    ["cut off", { pads: attr.ints([0, -1, 0, 0, 0, -1]) }],
  ])("%s", async (_, attributes) => void (await expectSame(one("Pad", 9, { pads: attr.ints([0, 1, 2, 0, 1, 0]), ...attributes }))));

  it("of float64", async () => {
    await expectSame({ ...one("Pad", 8, { pads: attr.ints([1, 1]), value: attr.float(-1) }), inputs: { x: cast(randn([3]), "float64") } });
  });
});

describe("Squeeze and Unsqueeze before opset 13", () => {
  it.each([7, 11, 12])("opset %i", async (opset) => {
    await expectSame(one("Squeeze", opset, { axes: attr.ints([0, 2]) }, [1, 3, 1]));
    await expectSame(one("Squeeze", opset, {}, [1, 3, 1]));
    await expectSame(one("Unsqueeze", opset, { axes: attr.ints([0, 3]) }, [2, 3]));
  });
  it("from the end", async () => {
    await expectSame(one("Squeeze", 11, { axes: attr.ints([-1]) }, [1, 3, 1]));
    await expectSame(one("Unsqueeze", 12, { axes: attr.ints([-1, 0]) }, [2, 3]));
  });
});

describe("Split", () => {
  for (const opset of [7, 11]) {
    it(`opset ${opset}: sizes as an attribute`, async () => {
      await expectSame(one("Split", opset, { split: attr.ints([1, 3]), axis: attr.int(2) }, [2, 3, 4], ["a", "b"]));
    });
  }
  it.each([7, 12, 13, 17])("opset %i: equal parts", async (opset) => {
    const { graph } = await expectSame(one("Split", opset, { axis: attr.int(2) }, [2, 3, 4], ["a", "b"]));
    expect(graph.nodes[0]!.attributes["num_outputs"]).toEqual(attr.int(2));
  });
  it("opset 13: sizes as an input", async () => {
    const model = { opset: 13, inputs: { x: randn([5]) }, constants: { sizes: int64([2, 3]) }, nodes: [["Split", ["x", "sizes"], ["a", "b"]]] as const, outputs: ["a", "b"] };
    const { graph } = await expectSame(model);
    expect(graph.nodes[0]!.attributes["num_outputs"]).toBeUndefined();
  });
});

describe("TopK", () => {
  it.each([7, 9])("opset %i: k as an attribute", async (opset) => void (await expectSame(one("TopK", opset, { k: attr.int(2), axis: attr.int(1) }, [2, 4, 3], ["values", "indices"]))));
  it("opset 10: k as an input", async () => {
    await expectSame({ opset: 10, inputs: { x: randn([3, 6]) }, constants: { k: int64([4]) }, nodes: [["TopK", ["x", "k"], ["v", "i"]]], outputs: ["v", "i"] });
  });
});

it("Scatter is ScatterElements", async () => {
  const model = {
    opset: 10,
    inputs: { x: randn([3, 3]), indices: tensor("int64", [1, 2], BigInt64Array.of(1n, 2n)), updates: float32([1, 2], [7, 8]) },
    nodes: [["Scatter", ["x", "indices", "updates"], ["y"], { axis: attr.int(1) }]] as const,
    outputs: ["y"],
  };
  const { graph } = await expectSame(model);
  expect(graph.nodes[0]!.op).toBe("ScatterElements");
});

describe("DFT before opset 20", () => {
  it.each([
    ["axis 1, the default", {}],
    ["another axis", { axis: attr.int(2) }],
    ["inverse", { inverse: attr.int(1) }],
  ])("%s", async (_, attributes) => void (await expectSame(one("DFT", 17, attributes, [2, 4, 6, 2]), 1e-6)));
  it("one-sided with a length", async () => {
    const model = { opset: 18, inputs: { x: randn([2, 8, 1]) }, constants: { n: tensor("int64", [], BigInt64Array.of(4n)) }, nodes: [["DFT", ["x", "n"], ["y"], { onesided: attr.int(1) }]] as const, outputs: ["y"] };
    await expectSame(model, 1e-6);
  });
});
