import type { Attribute } from "../graph/attributes.js";
import { constantOf, type Constant } from "../graph/constant.js";
import type { Graph, Node } from "../graph/graph.js";
import { allNames } from "../graph/uses.js";
import { float32, int64, scalar, tensor, type Tensor } from "../tensor/tensor.js";
import type { Pass } from "./pass.js";
import { mapSubgraphs, namer } from "./rewrite.js";

/**
 * `Constant` nodes become constants of their graph, whichever of the operator's attributes holds the value, so that
 * everything else looks in one place. One that is itself a graph output stays a node (an `Identity` of the constant):
 * not every runtime returns a constant. Sparse ones are left as they are.
 */
export const constantNodesToConstants: Pass = {
  id: "constant-nodes",
  summary: "Constant nodes become constants of the graph",
  apply: (graph) => ({ graph: rewrite(graph, namer(allNames(graph))), notices: [] }),
};

function rewrite(graph: Graph, unique: (hint: string) => string): Graph {
  const outputs = new Set(graph.outputs.map((output) => output.name));
  const constants = new Map<string, Constant>(graph.constants);
  const nodes: Node[] = [];
  let changed = false;
  for (const node of graph.nodes) {
    const value = constantNodeValue(node);
    const name = node.outputs[0];
    if (value === undefined || name === undefined || name === "") {
      const inner = mapSubgraphs(node, (subgraph) => rewrite(subgraph, unique));
      changed ||= inner !== node;
      nodes.push(inner);
      continue;
    }
    changed = true;
    if (outputs.has(name)) {
      const source = unique(`${name}:value`);
      constants.set(source, constantOf(value));
      nodes.push({ ...node, op: "Identity", inputs: [source], attributes: {} });
    } else constants.set(name, constantOf(value));
  }
  return changed ? { ...graph, nodes, constants } : graph;
}

/** The value of a `Constant` node; undefined for other nodes and for sparse values. */
export function constantNodeValue(node: Node): Tensor | undefined {
  if (node.op !== "Constant" || node.domain !== "") return undefined;
  for (const [name, attribute] of Object.entries(node.attributes)) {
    const value = valueOf(name, attribute);
    if (value !== undefined) return value;
  }
  return undefined;
}

function valueOf(name: string, attribute: Attribute): Tensor | undefined {
  switch (name) {
    case "value":
      return attribute.type === "tensor" ? attribute.value : undefined;
    case "value_float":
      return attribute.type === "float" ? scalar(attribute.value) : undefined;
    case "value_floats":
      return attribute.type === "floats" ? float32([attribute.value.length], attribute.value) : undefined;
    case "value_int":
      return attribute.type === "int" ? int64([attribute.value], []) : undefined;
    case "value_ints":
      return attribute.type === "ints" ? int64(attribute.value) : undefined;
    case "value_string":
      return attribute.type === "string" ? tensor("string", [], [attribute.value]) : undefined;
    case "value_strings":
      return attribute.type === "strings" ? tensor("string", [attribute.value.length], attribute.value) : undefined;
    default:
      return undefined;
  }
}
