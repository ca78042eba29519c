import { brief, coreError, definedIn, quote, sortedFor, subgraphsOf, type Graph, type ValueInfo } from "@vitrine/core";

/**
 * The graph with its nodes in topological order, once it is known to hold together: every value is made once, every use is of a
 * value that exists.
 * @throws `graph-invalid`, `graph-cycle`
 */
export function checked(graph: Graph): Graph {
  const makers = new Set<string>();
  const make = (name: string, as: string): void => {
    if (makers.has(name)) throw coreError("graph-invalid", { why: `the value ${quote(name)} is made twice, the second time ${as}` });
    makers.add(name);
  };
  for (const { name } of graph.inputs) {
    if (name === "") throw coreError("graph-invalid", { why: "an input has no name" });
    make(name, "as an input");
  }
  for (const name of graph.constants.keys()) make(name, "as a constant");
  for (const node of graph.nodes) for (const name of node.outputs) if (name !== "") make(name, `by the ${brief(node.op)} node ${quote(node.name)}`);
  for (const { name } of graph.outputs) if (name === "") throw coreError("graph-invalid", { why: "an output has no name" });
  const nodes = sortedFor(graph.nodes, graph.nodes.flatMap((node) => node.outputs));
  return { ...graph, nodes };
}

/** Fails for a value that is used and never made, in the graph or the graphs inside it. @throws `graph-invalid` */
export function checkUses(graph: Graph, outer: (name: string) => boolean = () => false): void {
  const own = definedIn(graph);
  const known = (name: string): boolean => own.has(name) || outer(name);
  for (const node of graph.nodes) {
    for (const name of node.inputs) {
      if (name !== "" && !known(name)) throw coreError("graph-invalid", { why: `the ${brief(node.op)} node ${quote(node.name)} uses the value ${quote(name)}, which nothing makes` });
    }
    for (const inner of subgraphsOf(node)) checkUses(inner.graph, known);
  }
  for (const { name } of graph.outputs) if (!known(name)) throw coreError("graph-invalid", { why: `its output ${quote(name)} is made by nothing` });
}

/** The outputs with each name once. */
export function distinct(infos: readonly ValueInfo[]): ValueInfo[] {
  return [...new Map(infos.map((info) => [info.name, info])).values()];
}
