import { isFloat, lower, type Tensor } from "@vitrine/core";
import { onnxNode } from "@vitrine/runtime-onnx-node";
import { operatorCases, relativeL2 } from "@vitrine/testing";
import { afterAll, describe, expect, test } from "vitest";
import { evaluate, gradientGraph } from "../../test/gradients.js";
import { uniform } from "../../test/drawing.js";
import { differentiableOperators } from "../index.js";

/** What is appended has to be valid to a real runtime, and mean the same there. */
describe("backward passes on onnxruntime", () => {
  const runtime = onnxNode({ threads: 1 }).create();
  afterAll(async () => {
    await (await runtime).dispose();
  });
  const elsewhere = /^QuantizeLinear|Cast: float32 to (int|bool|uint)|CastLike|: (mul|max|min) where/;
  const cases = operatorCases().filter((each) => !elsewhere.test(each.name) && differentiableOperators.includes(each.op) && Object.values(each.feeds).some(({ dtype }) => isFloat(dtype)));
  test.each(cases)("$name", async ({ graph, feeds, tolerance }) => {
    const wrt = Object.keys(feeds).filter((name) => isFloat(feeds[name]!.dtype));
    const derived = await gradientGraph(graph, feeds, { wrt });
    const all = { ...feeds, [derived.seed]: uniform(derived.shape, 5) };
    const expected = await evaluate(derived.graph, all);
    const program = await (await runtime).compile(lower(derived.graph, await runtime).graph);
    const results = await program.run(Object.fromEntries(program.inputs.map(({ name }) => [name, all[name]!])));
    for (const [name, value] of Object.entries(expected)) {
      expect((results[name] as Tensor).shape).toEqual(value.shape);
      expect(relativeL2((results[name] as Tensor).data as Float32Array, value.data as Float64Array), name).toBeLessThan(Math.max(tolerance, 2e-5));
    }
    await program.dispose();
  });
});
