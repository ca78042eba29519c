import { describe, expect, it } from "vitest";
import { attr, int64, type ValueInfo } from "@vitrine/core";
import { expectSame } from "../../test/compare.js";
import { innerGraph, type ModelInShort } from "../../test/old-model.js";
import { randn } from "../../test/random.js";

const info = (name: string, shape: readonly number[]): ValueInfo => ({ name, dtype: "float32", shape });

/** A running sum of the first input, times the second, over a batch of 2 and 4 steps. */
function model(directions: readonly number[] | undefined, lengths: readonly number[] | undefined): ModelInShort {
  const body = {
    ...innerGraph(
      [info("state", [3]), info("a", [3]), info("b", [3])],
      [
        ["Add", ["state", "a"], ["next"]],
        ["Mul", ["next", "b"], ["out"]],
        ["Slice", ["out"], ["head"], { starts: attr.ints([0]), ends: attr.ints([2]), axes: attr.ints([0]) }],
      ],
      ["next", "out", "head"],
      8,
    ),
  };
  return {
    opset: 8,
    inputs: { start: randn([2, 3], 1), xs: randn([2, 4, 3], 2), ys: randn([2, 4, 3], 3), ...(lengths ? { lengths: int64(lengths) } : {}) },
    nodes: [
      [
        "Scan",
        [lengths ? "lengths" : "", "start", "xs", "ys"],
        ["final", "outs", "heads"],
        { body: attr.graph({ ...body, outputs: [info("next", [3]), info("out", [3]), info("head", [2])] }), num_scan_inputs: attr.int(2), ...(directions ? { directions: attr.ints(directions) } : {}) },
      ],
    ],
    outputs: ["final", "outs", "heads"],
  };
}

describe("Scan-8, over a batch", () => {
  it.each([
    ["forwards", undefined, undefined],
    ["one input backwards", [0, 1], undefined],
    ["with lengths", undefined, [4, 2]],
    ["with lengths, both backwards", [1, 1], [3, 4]],
  ])("%s", async (_, directions, lengths) => {
    const { graph } = await expectSame(model(directions, lengths), 1e-6);
    const scan = graph.nodes[0]!;
    expect(scan.attributes["body"]?.type === "graph" && scan.attributes["body"].value.nodes.some((node) => node.op === "Scan")).toBe(true);
  });
});
