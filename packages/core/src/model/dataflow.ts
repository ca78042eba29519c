import type { Graph, Node } from "../graph/graph.js";
import { usesOf } from "../graph/uses.js";

/** Operators whose result tells of shapes or counts, not of the data itself. */
const shapeOps = new Set(["Shape", "Size"]);

/**
 * The values that carry the input's data: computed from an input other than by its shape alone.
 * What is left out is constant, or the integer arithmetic by which exporters compute shapes.
 */
export function dataValues(graph: Graph): Set<string> {
  const data = new Set(graph.inputs.map((input) => input.name));
  for (const node of graph.nodes) {
    if (shapeOps.has(node.op) || !carriesData(node, data)) continue;
    for (const output of node.outputs) if (output !== "") data.add(output);
  }
  return data;
}

function carriesData(node: Node, data: ReadonlySet<string>): boolean {
  // A reshaped or expanded constant is no data, whatever its target shape was computed from.
  const uses = new Set(["Reshape", "Expand", "ConstantOfShape", "Tile"]).has(node.op) ? node.inputs.slice(0, 1) : usesOf(node);
  return uses.some((name) => data.has(name));
}
