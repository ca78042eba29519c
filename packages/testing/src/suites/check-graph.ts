import { canonicalOpset, capturesOf, sizeOf, subgraphsOf, type Constant, type Graph } from "@vitrine/core";

/**
 * What is wrong with a graph, one sentence each; empty where nothing is. Checks what every reader of graphs relies on:
 * topological order, one producer per value, unique node names, outputs that exist, constants that hold what they declare.
 */
export function checkGraph(graph: Graph): string[] {
  const problems = graph.opset === canonicalOpset ? [] : [`it is written in opset ${graph.opset}, not in ${canonicalOpset}`];
  return [...problems, ...checkInner(graph, new Set(), "")];
}

function checkInner(graph: Graph, outer: ReadonlySet<string>, where: string): string[] {
  const problems: string[] = [];
  const say = (problem: string): number => problems.push(where + problem);
  const own = new Set<string>();
  const define = (name: string, what: string): void => {
    if (own.has(name)) say(`\`${name}\` is made twice, at last by ${what}`);
    own.add(name);
  };
  for (const { name } of graph.inputs) define(name, "an input");
  for (const [name, constant] of graph.constants) {
    if (!own.has(name)) define(name, "a constant");
    const problem = checkConstant(constant);
    if (problem !== undefined) say(`the constant \`${name}\` ${problem}`);
  }
  const names = new Set<string>();
  for (const node of graph.nodes) {
    if (names.has(node.name)) say(`two nodes are called \`${node.name}\``);
    names.add(node.name);
    for (const name of node.inputs) if (name !== "" && !own.has(name) && !outer.has(name)) say(`the ${node.op} node \`${node.name}\` uses \`${name}\` before anything makes it`);
    for (const { attribute, graph: inner } of subgraphsOf(node)) {
      const visible = new Set([...outer, ...own]);
      for (const name of capturesOf(inner)) if (!visible.has(name)) say(`the graph \`${attribute}\` of \`${node.name}\` captures \`${name}\`, which nothing makes`);
      problems.push(...checkInner(inner, visible, `${where}in \`${node.name}\`: `));
    }
    for (const name of node.outputs) if (name !== "") define(name, `the ${node.op} node \`${node.name}\``);
  }
  if (graph.outputs.length === 0) say("it has no outputs");
  for (const { name } of graph.outputs) if (!own.has(name) && !outer.has(name)) say(`nothing makes the output \`${name}\``);
  return problems;
}

function checkConstant(constant: Constant): string | undefined {
  try {
    const { dtype, shape, data } = constant.read();
    if (dtype !== constant.dtype || String(shape) !== String(constant.shape)) return `declares ${constant.dtype} [${constant.shape.join(", ")}] and reads as ${dtype} [${shape.join(", ")}]`;
    if (sizeOf(shape) !== data.length) return `holds ${data.length} elements in shape [${shape.join(", ")}]`;
    if (dtype !== "string" && constant.bytes().byteLength !== constant.byteLength) return `says ${constant.byteLength} bytes and holds ${constant.bytes().byteLength}`;
    return undefined;
  } catch (error) {
    return `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}
