import type { Constant } from "../graph/constant.js";
import { subgraphsOf } from "../graph/attributes.js";
import type { Graph, Node } from "../graph/graph.js";
import { definedIn, producersOf, renameUses } from "../graph/uses.js";
import { constantNodeValue } from "./constant-nodes.js";
import type { Pass } from "./pass.js";
import { mapSubgraphs, withoutDead } from "./rewrite.js";
import { evaluateSmall, fixedNumbers, smallLimit, smallValueOf, type SmallValue } from "./small-values.js";

/**
 * An `If` whose condition is computed from constants alone is replaced by the branch that it always takes.
 * A value that a branch returns goes on under the `If`'s own output name; other names of the branch are kept where they are free.
 */
export const foldConstantIf: Pass = {
  id: "constant-if",
  summary: "an If with a constant condition becomes the branch that it takes",
  apply: (graph) => {
    const names = new Names(graph, definedIn);
    const nodeNames = new Names(graph, ({ nodes }) => nodes.map((node) => node.name));
    return { graph: fold(graph, { names, nodeNames, outer: () => undefined }), notices: [] };
  },
};

interface Scope {
  readonly names: Names;
  readonly nodeNames: Names;
  /** What is known of the values of the graphs around. */
  readonly outer: (name: string) => SmallValue | undefined;
}

function fold(graph: Graph, scope: Scope): Graph {
  if (!graph.nodes.some((node) => subgraphsOf(node).length > 0)) return graph;
  const known = knownValues(graph, scope.outer);
  const constants = new Map<string, Constant>(graph.constants);
  const nodes: Node[] = [];
  let changed = false;
  for (const node of graph.nodes) {
    const inner = mapSubgraphs(node, (subgraph) => fold(subgraph, { ...scope, outer: known }));
    const branch = takenBranch(inner, known);
    if (branch) nodes.push(...inlined(inner, branch, scope, constants));
    else nodes.push(inner);
    changed ||= branch !== undefined || inner !== node;
  }
  return changed ? withoutDead({ ...graph, nodes, constants }) : graph;
}

/** What a value of the graph is, if constants alone say so. Chains longer than exporters write are given up. */
function knownValues(graph: Graph, outer: Scope["outer"]): (name: string) => SmallValue | undefined {
  const producers = producersOf(graph);
  const own = definedIn(graph);
  const memo = new Map<string, SmallValue | undefined>();
  const find = (name: string, depth: number): SmallValue | undefined => {
    if (name === "" || depth > 100) return undefined;
    if (!own.has(name)) return outer(name);
    if (memo.has(name)) return memo.get(name);
    memo.set(name, undefined);
    const value = findOwn(name, depth);
    memo.set(name, value);
    return value;
  };
  const findOwn = (name: string, depth: number): SmallValue | undefined => {
    const constant = graph.constants.get(name);
    if (constant) return constant.shape.reduce((a, b) => a * b, 1) <= smallLimit ? smallValueOf(constant.read()) : undefined;
    const node = producers.get(name);
    if (!node || node.outputs[0] !== name) return undefined;
    const value = constantNodeValue(node);
    if (value) return smallValueOf(value);
    const inputs = node.inputs.map((input) => find(input, depth + 1));
    return node.inputs.some((input, i) => input !== "" && inputs[i] === undefined) ? undefined : evaluateSmall(node, inputs);
  };
  return (name) => find(name, 0);
}

function takenBranch(node: Node, known: (name: string) => SmallValue | undefined): Graph | undefined {
  if (node.op !== "If" || node.domain !== "") return undefined;
  const condition = fixedNumbers(known(node.inputs[0] ?? ""));
  if (condition?.length !== 1) return undefined;
  const branch = node.attributes[condition[0] === 0 ? "else_branch" : "then_branch"];
  return branch?.type === "graph" ? branch.value : undefined;
}

/** The nodes of the branch as nodes of the graph around it; its constants go to `constants`. */
function inlined(node: Node, branch: Graph, scope: Scope, constants: Map<string, Constant>): Node[] {
  const { names, nodeNames } = scope;
  for (const { graph } of subgraphsOf(node)) if (graph !== branch) names.release(graph);
  const renamed = new Map<string, string>();
  const made = new Set(branch.nodes.flatMap((inner) => inner.outputs));
  const bound: Node[] = [];
  branch.outputs.forEach(({ name }, i) => {
    const output = node.outputs[i];
    if (output === undefined || output === "") return;
    if (made.has(name) && !renamed.has(name)) renamed.set(name, output);
    else bound.push({ name: nodeNames.unique(`${output}:bind`), op: "Identity", domain: "", inputs: [renamed.get(name) ?? name], outputs: [output], attributes: {} });
  });
  const keep = (name: string): string => {
    if (name !== "" && !renamed.has(name)) renamed.set(name, names.count(name) > 1 ? names.unique(name) : name);
    return renamed.get(name) ?? name;
  };
  for (const inner of branch.nodes) inner.outputs.forEach(keep);
  for (const [name, constant] of branch.constants) constants.set(keep(name), constant);
  const moved = branch.nodes.map((inner) => ({
    ...renameUses(inner, renamed),
    name: nodeNames.count(inner.name) > 1 ? nodeNames.unique(inner.name) : inner.name,
    outputs: inner.outputs.map((name) => renamed.get(name) ?? name),
  }));
  return [...moved, ...bound.map((each) => renameUses(each, renamed))];
}

/** How often each name is defined in a graph and the graphs inside it. */
class Names {
  readonly #counts = new Map<string, number>();
  constructor(
    graph: Graph,
    readonly of: (graph: Graph) => Iterable<string>,
  ) {
    this.#walk(graph, 1);
  }

  count(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  /** Forgets the definitions in a graph that is thrown away. */
  release(graph: Graph): void {
    this.#walk(graph, -1);
  }

  unique(hint: string): string {
    let name = hint;
    for (let i = 1; this.count(name) > 0; i++) name = `${hint}_${i}`;
    this.#counts.set(name, 1);
    return name;
  }

  #walk(graph: Graph, by: number): void {
    for (const name of this.of(graph)) this.#counts.set(name, this.count(name) + by);
    for (const node of graph.nodes) for (const inner of subgraphsOf(node)) this.#walk(inner.graph, by);
  }
}
