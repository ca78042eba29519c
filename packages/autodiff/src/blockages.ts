import { isFloat, sortedFor, type Blockage, type Graph, type GraphView, type Node } from "@vitrine/core";
import { differentiableInputs, isFlat, reachedFrom } from "./flow.js";

/** The nodes that let no gradient through: see core's `Differentiation`. @param verdict of one node */
export function blockages(graph: GraphView & Pick<Graph, "inputs" | "outputs">, verdict: (node: Node) => true | string): Blockage[] {
  const nodes = sortedFor(graph.nodes, graph.outputs.map(({ name }) => name));
  const inputs = graph.inputs.filter(({ dtype }) => dtype === undefined || isFloat(dtype)).map(({ name }) => name);
  // Of what is looked up in a table the looked-up rows can be explained, whatever looks them up.
  const rows = nodes.flatMap((node) => {
    const table = node.op === "Gather" && node.domain === "" ? graph.constants?.get(node.inputs[0]!) : undefined;
    return table && isFloat(table.dtype) ? node.outputs : [];
  });
  const carried = reachedFrom(nodes, [...inputs, ...rows], true);
  const order = [...inputs, ...nodes.flatMap(({ outputs }) => outputs)];
  return nodes.flatMap((node): Blockage[] => {
    if (isFlat(node) || !differentiableInputs(node).some((name) => carried.has(name))) return [];
    const why = verdict(node);
    if (why === true) return [];
    const before = upstreamOf(node, nodes);
    return [{ node, why, blocked: order.filter((name) => before.has(name) && carried.has(name)) }];
  });
}

function upstreamOf(node: Node, nodes: readonly Node[]): Set<string> {
  const before = new Set(differentiableInputs(node));
  for (const other of nodes.slice(0, nodes.indexOf(node)).toReversed()) {
    if (!isFlat(other) && other.outputs.some((name) => before.has(name))) for (const name of differentiableInputs(other)) before.add(name);
  }
  return before;
}
