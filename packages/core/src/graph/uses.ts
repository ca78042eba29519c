import { subgraphsOf, type Attribute } from "./attributes.js";
import type { Graph, Node } from "./graph.js";

/** Names that a graph makes itself: its inputs, constants and node outputs. */
export function definedIn(graph: Graph): Set<string> {
  const names = new Set<string>(graph.constants.keys());
  for (const input of graph.inputs) names.add(input.name);
  for (const node of graph.nodes) for (const output of node.outputs) if (output !== "") names.add(output);
  return names;
}

/** Names that an inner graph takes from the graphs around it. */
export function capturesOf(graph: Graph): Set<string> {
  const own = definedIn(graph);
  const captured = new Set<string>();
  const use = (name: string): void => {
    if (name !== "" && !own.has(name)) captured.add(name);
  };
  for (const node of graph.nodes) for (const name of usesOf(node)) use(name);
  for (const output of graph.outputs) use(output.name);
  return captured;
}

/** Every value that a node needs: its inputs and what the graphs inside it capture. */
export function usesOf(node: Node): string[] {
  const inner = subgraphsOf(node);
  const inputs = node.inputs.filter((name) => name !== "");
  return inner.length === 0 ? inputs : [...inputs, ...inner.flatMap(({ graph }) => [...capturesOf(graph)])];
}

/** Which node makes each value. */
export function producersOf(graph: Pick<Graph, "nodes">): Map<string, Node> {
  const producers = new Map<string, Node>();
  for (const node of graph.nodes) for (const output of node.outputs) if (output !== "") producers.set(output, node);
  return producers;
}

/** Which nodes use each value, captured uses included, in order. */
export function consumersOf(graph: Pick<Graph, "nodes">): Map<string, Node[]> {
  const consumers = new Map<string, Node[]>();
  for (const node of graph.nodes) {
    for (const name of new Set(usesOf(node))) {
      const list = consumers.get(name);
      if (list) list.push(node);
      else consumers.set(name, [node]);
    }
  }
  return consumers;
}

/** The node with its uses renamed, inside its graphs too, except where an inner graph defines the same name itself. */
export function renameUses(node: Node, renamed: ReadonlyMap<string, string>): Node {
  const inputs = node.inputs.map((name) => renamed.get(name) ?? name);
  const inner = subgraphsOf(node);
  if (inner.length === 0) return inputs.every((name, i) => name === node.inputs[i]) ? node : { ...node, inputs };
  const attributes = Object.fromEntries(
    Object.entries(node.attributes).map(([name, attribute]): [string, Attribute] => {
      if (attribute.type === "graph") return [name, { type: "graph", value: renameCaptures(attribute.value, renamed) }];
      if (attribute.type === "graphs") return [name, { type: "graphs", value: attribute.value.map((graph) => renameCaptures(graph, renamed)) }];
      return [name, attribute];
    }),
  );
  return { ...node, inputs, attributes };
}

function renameCaptures(graph: Graph, renamed: ReadonlyMap<string, string>): Graph {
  const own = definedIn(graph);
  const visible = new Map([...renamed].filter(([from]) => !own.has(from)));
  if (visible.size === 0) return graph;
  return {
    ...graph,
    nodes: graph.nodes.map((node) => renameUses(node, visible)),
    outputs: graph.outputs.map((output) => ({ ...output, name: visible.get(output.name) ?? output.name })),
  };
}

/** Every name in a graph and the graphs inside it, used or defined: what a new name must not collide with. */
export function allNames(graph: Graph, into = new Set<string>()): Set<string> {
  for (const name of graph.constants.keys()) into.add(name);
  for (const { name } of [...graph.inputs, ...graph.outputs]) into.add(name);
  for (const node of graph.nodes) {
    into.add(node.name);
    for (const name of [...node.inputs, ...node.outputs]) into.add(name);
    for (const { graph: inner } of subgraphsOf(node)) allNames(inner, into);
  }
  return into;
}
