import fc from "fast-check";
import { test } from "vitest";
import { int64 } from "@vitrine/core";
import { expectClose } from "../src/assert.js";
import { fixed, type OperatorCase } from "../src/cases/case.js";
import { byOnnxruntime, byReference } from "./oracle.js";

export const seed = fc.integer({ min: 1, max: 1e6 });
export const dim = (min = 1, max = 5): fc.Arbitrary<number> => fc.integer({ min, max });
export const shape = (minRank = 1, maxRank = 4, max = 5): fc.Arbitrary<number[]> => fc.array(dim(1, max), { minLength: minRank, maxLength: maxRank });
export const flag = fc.constantFrom(0, 1);
export const each = <T>(arbitrary: fc.Arbitrary<T>, count: number): fc.Arbitrary<T[]> => fc.array(arbitrary, { minLength: count, maxLength: count });
export const ints = (values: readonly number[]): ReturnType<typeof fixed> => fixed(int64(values));

/** What a counterexample is, in one line. */
function described({ graph, feeds }: OperatorCase): string {
  const node = graph.nodes[0]!;
  const inputs = node.inputs.map((name) => {
    const constant = graph.constants.get(name)?.read();
    return constant && constant.data.length <= 8 ? `[${Array.from<unknown>(constant.data).join(", ")}]` : `${(feeds[name] ?? constant)?.dtype} [${(feeds[name] ?? constant)?.shape.join(", ")}]`;
  });
  const attributes = Object.entries(node.attributes).map(([name, { value }]) => `${name}=${JSON.stringify(value)}`);
  return `${node.op}(${inputs.join(", ")}; ${attributes.join(", ")})`;
}

/** Where a sum of both signs may come out near zero, float32 itself is no better. */
export const cancelling = 3e-5;

interface Settings {
  readonly runs?: number;
  readonly tolerance?: number;
}

/** Holds random cases against onnxruntime. */
export function holds(name: string, arbitrary: fc.Arbitrary<OperatorCase>, { runs = 60, tolerance = 1e-6 }: Settings = {}): void {
  test(name, async () => {
    await fc.assert(
      fc.asyncProperty(arbitrary, async (tested) => {
        let theirs;
        try {
          theirs = await byOnnxruntime(tested.graph, tested.feeds);
        } catch (error) {
          throw new Error(`onnxruntime refuses ${described(tested)}`, { cause: error });
        }
        const ours = await byReference(tested.graph, tested.feeds);
        for (const [output, expected] of Object.entries(theirs)) expectClose(ours[output]!, expected, tolerance, `${output} of ${described(tested)}`);
      }),
      { numRuns: runs, seed: 20240611 },
    );
  }, 60_000);
}
