import { isFloat, lower, toNumbers, type Runtime, type Tensor } from "@vitrine/core";
import { onnxNode } from "@vitrine/runtime-onnx-node";
import { relativeL2, type OperatorCase } from "@vitrine/testing";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { families } from "../../test/arbitraries.js";
import { uniform } from "../../test/drawing.js";
import { evaluate, gradientGraph } from "../../test/gradients.js";

/** Families whose backward passes are made of kernels that a provider may have wrong, with how many of each. */
const drawn: Readonly<Record<string, number>> = { Conv: 12, ConvTranspose: 8, MaxPool: 6, AveragePool: 6, Einsum: 3, normalisation: 3, Slice: 3, Pad: 3, Resize: 3, "what moves elements": 6 };

describe("random backward passes on onnxruntime's webgpu, against the reference runtime", () => {
  let gpu: Runtime;
  beforeAll(async () => {
    gpu = await onnxNode({ providers: ["webgpu"] }).create();
  });
  afterAll(() => gpu.dispose());

  async function worst({ graph, feeds }: OperatorCase): Promise<number> {
    const wrt = Object.keys(feeds).filter((name) => isFloat(feeds[name]!.dtype));
    const derived = await gradientGraph(graph, feeds, { wrt });
    const all = { ...feeds, [derived.seed]: uniform(derived.shape, 5) };
    const expected = await evaluate(derived.graph, all);
    const program = await gpu.compile(lower(derived.graph, gpu).graph);
    const results = await program.run(Object.fromEntries(program.inputs.map(({ name }) => [name, all[name]!])));
    await program.dispose();
    return Math.max(...Object.entries(expected).map(([name, value]) => relativeL2(toNumbers(results[name] as Tensor), toNumbers(value))));
  }

  test.each(families.filter(({ name }) => Object.hasOwn(drawn, name)))("$name", async ({ name, cases }) => {
    for (const each of fc.sample(cases, { numRuns: drawn[name]!, seed: 77 })) {
      const { op, attributes } = each.graph.nodes[0]!;
      const what = `${op} ${Object.entries(attributes).map(([key, { value }]) => `${key}=${JSON.stringify(value)}`).join(" ")} of ${Object.values(each.feeds).map(({ shape }) => `[${shape.join()}]`).join(", ")}`;
      expect(await worst(each), what).toBeLessThan(2e-5);
    }
  });
});
