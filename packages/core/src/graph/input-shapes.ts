import type { Graph } from "./graph.js";

/**
 * The same graph, its inputs declared to be of these sizes: for a graph that serves one size only, so that a runtime may plan
 * its memory and lay out what it multiplies.
 * @param sizes by input; others stay as they are
 */
export function withInputShapes(graph: Graph, sizes: Readonly<Record<string, { readonly shape: readonly number[] }>>): Graph {
  return { ...graph, inputs: graph.inputs.map((input) => ({ ...input, shape: sizes[input.name]?.shape ?? input.shape })) };
}
