import { definedIn, type Attribute, type Graph, type Node } from "@vitrine/core";

/** Gives every value of some nodes another name, those of the graphs inside them too. */
export interface Renaming {
  /** The new name of a value that stands around the nodes, or that they make themselves. */
  readonly name: (name: string) => string;
  /** A new name for a value of a graph inside a node. */
  readonly inner: (name: string) => string;
}

export function renamed(node: Node, renaming: Renaming): Node {
  return { ...node, inputs: node.inputs.map(renaming.name), outputs: node.outputs.map(renaming.name), attributes: renamedAttributes(node, renaming) };
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
  const own = new Map([...definedIn(graph)].map((name) => [name, renaming.inner(name)]));
  const name = (old: string): string => own.get(old) ?? renaming.name(old);
  const info = <T extends { readonly name: string }>(old: T): T => ({ ...old, name: name(old.name) });
  return {
    ...graph,
    inputs: graph.inputs.map(info),
    outputs: graph.outputs.map(info),
    nodes: graph.nodes.map((node) => renamed(node, { ...renaming, name })),
    constants: new Map([...graph.constants].map(([old, constant]) => [name(old), constant])),
    values: new Map([...graph.values.values()].map((old) => [name(old.name), info(old)])),
  };
}

/** Stands for the character NUL in names: to runtimes, whose names are those of C, it ends them. */
const nul = /\0/gu;
const shownNul = "\u2400";

/** The same graph without the character NUL in the names of its values and nodes; itself where there is none. */
export function withoutNul(graph: Graph): Graph {
  const ofValues = [...everyName(graph)];
  const ofNodes = graph.nodes.map(({ name }) => name);
  if (![...ofValues, ...ofNodes].some((name) => name.includes("\0"))) return graph;
  const [value, node] = [visible(ofValues), visible(ofNodes)];
  const { nodes, ...rest } = renamedGraph(graph, { name: value, inner: value });
  return { ...rest, nodes: nodes.map((each) => ({ ...each, name: node(each.name) })) };
}

/** Writes NUL visibly, and apart from the names that are there. */
function visible(names: readonly string[]): (name: string) => string {
  const taken = new Set(names);
  const given = new Map<string, string>();
  return (old) => {
    if (!old.includes("\0")) return old;
    let found = given.get(old) ?? old.replace(nul, shownNul);
    while (!given.has(old) && taken.has(found)) found += "_";
    taken.add(found);
    given.set(old, found);
    return found;
  };
}

function* everyName(graph: Graph): Generator<string> {
  yield* definedIn(graph);
  for (const { attributes } of graph.nodes) {
    for (const attribute of Object.values(attributes)) {
      if (attribute.type === "graph") yield* everyName(attribute.value);
      else if (attribute.type === "graphs") for (const inner of attribute.value) yield* everyName(inner);
    }
  }
}
