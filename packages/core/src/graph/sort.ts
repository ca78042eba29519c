import { coreError } from "../errors/catalogue.js";
import type { Node } from "./graph.js";
import { producersOf, usesOf } from "./uses.js";

/**
 * The nodes that `needed` values depend on, in topological order, otherwise in the order given.
 * @throws `graph-cycle`
 */
export function sortedFor(nodes: readonly Node[], needed: Iterable<string>): Node[] {
  const producers = producersOf({ nodes });
  const wanted = new Set<Node>();
  const pending = [...needed];
  const uses = new Map<Node, string[]>();
  while (pending.length > 0) {
    const node = producers.get(pending.pop()!);
    if (!node || wanted.has(node)) continue;
    wanted.add(node);
    const names = usesOf(node);
    uses.set(node, names);
    pending.push(...names);
  }
  const sorted: Node[] = [];
  const state = new Map<Node, "open" | "done">();
  // An explicit stack: exported networks have chains of thousands of nodes.
  for (const root of nodes) {
    if (!wanted.has(root) || state.has(root)) continue;
    const stack: { node: Node; next: number }[] = [{ node: root, next: 0 }];
    state.set(root, "open");
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      const names = uses.get(top.node)!;
      if (top.next < names.length) {
        const producer = producers.get(names[top.next++]!);
        if (!producer || state.get(producer) === "done") continue;
        if (state.get(producer) === "open") throw coreError("graph-cycle", { node: producer.name, op: producer.op });
        state.set(producer, "open");
        stack.push({ node: producer, next: 0 });
      } else {
        state.set(top.node, "done");
        sorted.push(top.node);
        stack.pop();
      }
    }
  }
  return sorted;
}
