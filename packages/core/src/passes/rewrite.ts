import type { Attribute } from "../graph/attributes.js";
import { subgraphsOf } from "../graph/attributes.js";
import type { Graph, Node } from "../graph/graph.js";
import { usesOf } from "../graph/uses.js";

/** The node with `rewrite` applied to the graphs inside it; the node itself where nothing changed. */
export function mapSubgraphs(node: Node, rewrite: (graph: Graph) => Graph): Node {
  if (subgraphsOf(node).length === 0) return node;
  let changed = false;
  const visit = (graph: Graph): Graph => {
    const after = rewrite(graph);
    if (after !== graph) changed = true;
    return after;
  };
  const attributes = Object.fromEntries(
    Object.entries(node.attributes).map(([name, attribute]): [string, Attribute] => {
      if (attribute.type === "graph") return [name, { type: "graph", value: visit(attribute.value) }];
      if (attribute.type === "graphs") return [name, { type: "graphs", value: attribute.value.map(visit) }];
      return [name, attribute];
    }),
  );
  return changed ? { ...node, attributes } : node;
}

/** The graph without nodes and constants that no output needs. Inputs stay: they are the model's interface. */
export function withoutDead(graph: Graph): Graph {
  const used = new Set(graph.outputs.map((output) => output.name));
  const kept: Node[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((name) => used.has(name))) continue;
    kept.push(node);
    for (const name of usesOf(node)) used.add(name);
  }
  if (kept.length === graph.nodes.length && [...graph.constants.keys()].every((name) => used.has(name))) return graph;
  return { ...graph, nodes: kept.reverse(), constants: new Map([...graph.constants].filter(([name]) => used.has(name))) };
}

/** A function that gives free names: the hint itself, or the hint and a number. Names given out are taken. */
export function namer(taken: Set<string>): (hint: string) => string {
  return (hint) => {
    let name = hint;
    for (let i = 1; taken.has(name) || name === ""; i++) name = `${hint}_${i}`;
    taken.add(name);
    return name;
  };
}
