import type { Graph } from "../graph/graph.js";

/** What a pass has made of a graph. */
export interface PassResult {
  /** The graph itself where there was nothing to do. */
  readonly graph: Graph;
  /** What the change costs, for people. */
  readonly notices: readonly string[];
}

/**
 * A rewriting of graphs that keeps what they compute, and the names of the file's own values.
 * Pure: the graph that it is given is not changed; constants are shared. Graphs inside nodes are rewritten too.
 */
export interface Pass {
  readonly id: string;
  readonly summary: string;
  apply(graph: Graph): PassResult;
}

/** One pass after the other, with the notices of all. */
export function applyPasses(graph: Graph, passes: readonly Pass[]): PassResult {
  const notices: string[] = [];
  let current = graph;
  for (const pass of passes) {
    const result = pass.apply(current);
    current = result.graph;
    notices.push(...result.notices);
  }
  return { graph: current, notices };
}
