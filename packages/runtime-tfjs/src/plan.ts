import { subgraphsOf, usesOf, type Graph, type Node } from "@vitrine/core";
import { Refusal } from "./errors.js";
import { grouped, type Group } from "./fold.js";
import { operatorOf } from "./operators/index.js";
import type { Operator } from "./operators/operator.js";

/** One node in its place. */
export interface Step extends Omit<Group, "operator"> {
  /** Undefined where the node holds graphs. */
  readonly operator: Operator | undefined;
  /** Values that nobody needs after it. */
  readonly last: readonly string[];
}

/** The nodes that `wanted` values need, in order, and when each value can be freed. */
export interface Plan {
  readonly steps: readonly Step[];
  readonly wanted: readonly string[];
}

export function planOf(graph: Graph, wanted: readonly string[]): Plan {
  const producers = new Map(graph.nodes.flatMap((node) => node.outputs.filter((name) => name !== "").map((name): [string, Node] => [name, node])));
  const needed = new Set<Node>();
  const pending = [...wanted];
  while (pending.length > 0) {
    const node = producers.get(pending.pop()!);
    if (!node || needed.has(node)) continue;
    needed.add(node);
    pending.push(...usesOf(node));
  }
  const nodes = graph.nodes.filter((node) => needed.has(node));
  const users = new Map<string, Node[]>();
  for (const node of nodes) for (const name of usesOf(node)) users.set(name, [...(users.get(name) ?? []), node]);
  const order = grouped(nodes, graph, users, wanted);
  const end = new Map<string, number>();
  order.forEach(({ node, inputs, outputs }, i) => {
    const captured = subgraphsOf(node).length > 0 ? usesOf(node) : [];
    for (const name of [...inputs, ...captured, ...outputs]) if (name !== "") end.set(name, i);
  });
  for (const name of wanted) end.delete(name);
  const last = new Map<number, string[]>();
  for (const [name, i] of end) last.set(i, [...(last.get(i) ?? []), name]);
  return { wanted, steps: order.map((group, i) => ({ ...group, operator: group.operator ?? operatorFor(group.node), last: last.get(i) ?? [] })) };
}

function operatorFor(node: Node): Operator | undefined {
  if (subgraphsOf(node).length > 0) return undefined;
  const operator = node.domain === "" ? operatorOf(node.op) : undefined;
  if (!operator) throw new Refusal(`its operator is not known`);
  return operator;
}
