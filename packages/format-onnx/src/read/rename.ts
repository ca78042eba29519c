import { definedIn, type Attribute, type Graph, type Node } from "@vitrine/core";

/** Gives every value of some nodes another name, those of the graphs inside them too. */
export interface Renaming {
  /** The new names of the values that stand around the nodes, and that they make themselves. */
  readonly names: ReadonlyMap<string, string>;
  /** A new name for a value of a graph inside a node. */
  readonly inner: (name: string) => string;
}

export function renamed(node: Node, renaming: Renaming): Node {
  const rename = (name: string): string => renaming.names.get(name) ?? name;
  return { ...node, inputs: node.inputs.map(rename), outputs: node.outputs.map(rename), attributes: renamedAttributes(node, renaming) };
}

function renamedAttributes(node: Node, renaming: Renaming): Node["attributes"] {
  return Object.fromEntries(
    Object.entries(node.attributes).map(([name, attribute]): [string, Attribute] => {
      if (attribute.type === "graph") return [name, { type: "graph", value: renamedGraph(attribute.value, renaming) }];
      if (attribute.type === "graphs") return [name, { type: "graphs", value: attribute.value.map((graph) => renamedGraph(graph, renaming)) }];
      return [name, attribute];
    }),
  );
}

function renamedGraph(graph: Graph, renaming: Renaming): Graph {
  const names = new Map(renaming.names);
  for (const name of definedIn(graph)) names.set(name, renaming.inner(name));
  const rename = <T extends { readonly name: string }>(info: T): T => ({ ...info, name: names.get(info.name) ?? info.name });
  return {
    ...graph,
    inputs: graph.inputs.map(rename),
    outputs: graph.outputs.map(rename),
    nodes: graph.nodes.map((node) => renamed(node, { ...renaming, names })),
    constants: new Map([...graph.constants].map(([name, constant]) => [names.get(name) ?? name, constant])),
    values: new Map([...graph.values.values()].map((info) => [rename(info).name, rename(info)])),
  };
}
