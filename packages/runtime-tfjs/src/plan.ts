import { subgraphsOf, usesOf, type Graph, type Node } from "@vitrine/core";
import { Refusal } from "./errors.js";
import type { Fused } from "./operators/convolve.js";
import { operatorOf } from "./operators/index.js";
import type { Operator } from "./operators/operator.js";

/** One node in its place. */
export interface Step {
  readonly node: Node;
  /** Undefined where the node holds graphs. */
  readonly operator: Operator | undefined;
  /** Names under which its results go on, which are another node's where that one was fused into it. */
  readonly outputs: readonly string[];
  readonly fused: Fused | undefined;
  /** Values that nobody needs after it. */
  readonly last: readonly string[];
}

/** The nodes that `wanted` values need, in order, and when each value can be freed. */
export interface Plan {
  readonly steps: readonly Step[];
  readonly wanted: readonly string[];
}

/** What convolutions and products apply while their result is in a register. */
function activationOf(node: Node, graph: Graph): Fused | undefined {
  if (node.domain !== "") return undefined;
  if (node.op === "Relu") return "relu";
  if (node.op !== "Clip") return undefined;
  const end = (index: number): number | undefined => {
    const constant = graph.constants.get(node.inputs[index] ?? "");
    return constant && constant.dtype.includes("float") && constant.shape.every((dim) => dim === 1) ? Number(constant.read().data[0]) : undefined;
  };
  return end(1) === 0 && end(2) === 6 ? "relu6" : undefined;
}

const absorbing = new Set(["Conv", "ConvTranspose", "Gemm"]);

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
  const absorbed = new Map<Node, Node>();
  for (const node of nodes) {
    const [made = ""] = node.outputs;
    const [user] = users.get(made) ?? [];
    const alone = users.get(made)?.length === 1 && !wanted.includes(made) && node.outputs.length === 1;
    if (alone && user?.inputs[0] === made && absorbing.has(node.op) && node.domain === "" && activationOf(user, graph)) absorbed.set(node, user);
  }
  const gone = new Set(absorbed.values());
  const order = nodes.filter((node) => !gone.has(node));
  const end = new Map<string, number>();
  order.forEach((node, i) => {
    for (const name of [...usesOf(node), ...(absorbed.get(node)?.outputs ?? node.outputs)]) if (name !== "") end.set(name, i);
  });
  for (const name of wanted) end.delete(name);
  const last = new Map<number, string[]>();
  for (const [name, i] of end) last.set(i, [...(last.get(i) ?? []), name]);
  return {
    wanted,
    steps: order.map((node, i) => {
      const user = absorbed.get(node);
      return { node, operator: operatorFor(node), outputs: user?.outputs ?? node.outputs, fused: user && activationOf(user, graph), last: last.get(i) ?? [] };
    }),
  };
}

function operatorFor(node: Node): Operator | undefined {
  if (subgraphsOf(node).length > 0) return undefined;
  const operator = node.domain === "" ? operatorOf(node.op) : undefined;
  if (!operator) throw new Refusal(`its operator is not known`);
  return operator;
}
