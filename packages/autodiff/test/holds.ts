import fc from "fast-check";
import type { OperatorCase } from "@vitrine/testing";
import { gradientError } from "./gradients.js";

/** What a counterexample is, in one line. */
function described({ graph, feeds }: OperatorCase): string {
  const node = graph.nodes[0]!;
  const inputs = node.inputs.map((name) => {
    const constant = graph.constants.get(name)?.read();
    return constant && constant.data.length <= 8 ? `[${Array.from<unknown>(constant.data).join(", ")}]` : `${(feeds[name] ?? constant)?.dtype} [${(feeds[name] ?? constant)?.shape.join(", ")}]`;
  });
  return `${node.op}(${inputs.join("; ")}) ${Object.entries(node.attributes).map(([name, { value }]) => `${name}=${JSON.stringify(value)}`).join(" ")}`;
}

/** Holds random cases against differences. */
export async function holds(cases: fc.Arbitrary<OperatorCase>, runs: number, seed = 20240611): Promise<void> {
  await fc.assert(
    fc.asyncProperty(cases, async (tested) => {
      let error;
      try {
        error = await gradientError(tested);
      } catch (cause) {
        throw new Error(described(tested), { cause });
      }
      if (!(error < 1e-6)) throw new Error(`${described(tested)}: ${error}`);
    }),
    { numRuns: runs, seed },
  );
}
