import { describe, expect, test } from "vitest";
import { byOnnxruntime, byReference } from "../../test/oracle.js";
import { expectClose } from "../assert.js";
import { operatorCases } from "../cases/index.js";
import { referenceOperators } from "./operators.js";

const cases = operatorCases();
/** onnxruntime has no batch-first recurrent operators; its runtime says them otherwise, and is held against the reference so. */
const known = cases.filter(({ name }) => !name.includes("batch first"));

describe("every operator case, against onnxruntime", () => {
  test.each(known.map((each) => [each.name, each] as const))("%s", async (_, { graph, feeds }) => {
    const [ours, theirs] = [await byReference(graph, feeds), await byOnnxruntime(graph, feeds)];
    expect(Object.keys(ours)).toEqual(Object.keys(theirs));
    for (const [name, expected] of Object.entries(theirs)) expectClose(ours[name]!, expected, 1e-6, name);
  });
});

test("every operator of the reference has a case", () => {
  const covered = new Set(cases.flatMap(({ graph }) => graph.nodes.map(({ op }) => op)));
  // `Constant` is folded into constants by every format and builder; its own test is beside it.
  expect(referenceOperators.filter((op) => !covered.has(op))).toEqual(["Constant"]);
});
