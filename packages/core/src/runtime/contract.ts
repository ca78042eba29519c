import { coreError } from "../errors/catalogue.js";
import { didYouMean } from "../errors/near-miss.js";
import { subgraphsOf } from "../graph/attributes.js";
import { qualifiedOp, type Graph, type ValueInfo } from "../graph/graph.js";
import type { RunOptions, Runtime, ShapeLookup, Values } from "./runtime.js";

// What every runtime owes its callers before it computes anything, so that a mistake is the same error everywhere.

/** @throws `cancelled` */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw coreError("cancelled", {}, signal.reason);
}

/**
 * Looks at every node, those of sub-graphs too, with the shapes that constants have.
 * @throws `node-unsupported`, which names all that the runtime refuses, each with its reason
 */
export function refuseUnsupported(graph: Graph, runtime: Pick<Runtime, "supports" | "info">): void {
  const nodes: { op: string; node: string; why: string }[] = [];
  const visit = (inner: Graph, around: ShapeLookup): void => {
    const shapes: ShapeLookup = (name) => inner.constants.get(name)?.shape ?? around(name);
    for (const node of inner.nodes) {
      const answer = runtime.supports(node, shapes);
      if (answer !== true) nodes.push({ op: qualifiedOp(node), node: node.name, why: answer });
      for (const { graph: deeper } of subgraphsOf(node)) visit(deeper, shapes);
    }
  };
  visit(graph, () => undefined);
  if (nodes.length > 0) throw coreError("node-unsupported", { runtime: `${runtime.info.id} (${runtime.info.provider})`, nodes });
}

/** The names of the outputs of a run, each once. @throws `value-unknown` for one that the program has not */
export function requestedOutputs(outputs: readonly ValueInfo[], { outputs: wanted, keep = [] }: RunOptions): string[] {
  const known = outputs.map(({ name }) => name);
  for (const value of [...(wanted ?? []), ...keep]) {
    if (!known.includes(value)) throw coreError("value-unknown", { value, near: didYouMean(value, known) });
  }
  return [...new Set(wanted ?? known)];
}

/** @throws `input-missing`, `input-unknown`, `input-dtype`, `input-shape` */
export function checkFeeds(inputs: readonly ValueInfo[], feeds: Values): void {
  const names = inputs.map((input) => input.name);
  const missing = names.filter((name) => !Object.hasOwn(feeds, name));
  if (missing.length > 0) throw coreError("input-missing", { inputs: missing });
  for (const name of Object.keys(feeds)) if (!names.includes(name)) throw coreError("input-unknown", { input: name, known: names });
  for (const { name, dtype, shape } of inputs) {
    const value = feeds[name]!;
    if (dtype !== undefined && value.dtype !== dtype) throw coreError("input-dtype", { input: name, dtype: value.dtype, expected: dtype });
    if (shape !== undefined && !fits(value.shape, shape)) throw coreError("input-shape", { input: name, shape: value.shape, expected: shape });
  }
}

function fits(shape: readonly number[], declared: NonNullable<ValueInfo["shape"]>): boolean {
  return shape.length === declared.length && declared.every((dim, axis) => typeof dim !== "number" || dim === shape[axis]);
}
