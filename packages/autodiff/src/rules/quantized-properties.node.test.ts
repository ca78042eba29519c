import { toFloat32 } from "@vitrine/core";
import { onnxNode } from "@vitrine/runtime-onnx-node";
import { relativeL2 } from "@vitrine/testing";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { gradientsOn, quantizedCases } from "../../test/quantized.js";

/** A quantised operator is a staircase, whose differences say nothing: its rule is that of the operator on what its numbers stand for. */
describe("rules of quantised operators at random attributes and shapes, against the gradient of what they stand for", () => {
  const runtime = onnxNode({ threads: 1 }).create();
  afterAll(async () => (await runtime).dispose());

  test.each(Object.entries(quantizedCases))("%s", async (_, cases) => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ quantised, exact, feeds }) => {
        const [ours, expected] = [await gradientsOn(await runtime, quantised, feeds), await gradientsOn(await runtime, exact, feeds)];
        ours.forEach((gradient, i) => {
          expect(gradient.shape).toEqual(expected[i]!.shape);
          expect(relativeL2(toFloat32(gradient), toFloat32(expected[i]!))).toBeLessThan(1e-5);
        });
      }),
      { numRuns: 20, seed: 20240611 },
    );
  });
});
