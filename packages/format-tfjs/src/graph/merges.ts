import { argument, firstOf, nodeOf, part, source, type Functions, type Nodes } from "./dataflow.js";
import type { NodeRef, TfNode } from "./nodes.js";

/** One way into a Merge: its nodes, and the Switches through which they take what is outside. */
interface Way {
  readonly result: NodeRef;
  readonly switches: readonly NodeRef[];
}

/** The nodes with every branch of TensorFlow 1, between its Switches and its Merge, as an If of TensorFlow 2, the innermost first. */
export function mergesAsBranches(given: Nodes, results: readonly NodeRef[], functions: Functions): Map<string, TfNode> {
  const nodes = new Map(given);
  for (const merge of inOrderOf(nodes, results)) {
    const ways = merge.inputs.map((result): Way => ({ result, switches: switchesOf(nodes, result) }));
    const [first, second] = ways;
    if (!first || !second || ways.length > 2) functions.wrong(`\`${merge.name}\` merges ${ways.length} values, and not the two of a branch`);
    const conditions = ways.flatMap(({ switches }) => switches.map(({ node }) => source(nodes, inputOf(nodes, node, 1, functions))));
    const condition = conditions[0] ?? functions.wrong(`nothing says on which condition \`${merge.name}\` takes which of its values`);
    if (conditions.some(({ node, index }) => node !== condition.node || index !== condition.index)) functions.wrong(`\`${merge.name}\` merges values of more than one condition`);
    const side = sideOf(first!, merge, functions) ?? 1 - (sideOf(second!, merge, functions) ?? 0);
    if (sideOf(second!, merge, functions) === side) functions.wrong(`both values that \`${merge.name}\` merges are of the same branch`);
    const switches = new Set(ways.flatMap((way) => way.switches.map(({ node }) => node)));
    const asFunction = ({ result }: Way, kind: string): { readonly func: { readonly name: string } } => {
      const inner = part(nodes, [result], ({ node }) => (switches.has(node) ? firstOf(node) : undefined));
      for (const name of switches) inner.nodes.set(name, argument(name));
      return functions.add(`${merge.name}/${kind}`, { arguments: [...switches].map((name) => ({ name, dtype: undefined })), results: inner.results, nodes: inner.nodes });
    };
    const [no, yes] = side === 0 ? [first!, second!] : [second!, first!];
    const values = [...switches].map((name) => inputOf(nodes, name, 0, functions));
    nodes.set(merge.name, nodeOf(merge.name, "StatelessIf", [condition, ...values], { then_branch: asFunction(yes, "then"), else_branch: asFunction(no, "else") }));
  }
  return nodes;
}

const inputOf = (nodes: Nodes, name: string, i: number, functions: Functions): NodeRef => nodes.get(name)?.inputs[i] ?? functions.wrong(`\`${name}\` has no input ${i}`);

/** Which branch a way belongs to: 1 where the condition holds, 0 where it does not; undefined where it takes nothing from outside. */
function sideOf({ switches }: Way, merge: TfNode, functions: Functions): number | undefined {
  const [first, ...more] = switches.map(({ index }) => index);
  if (more.some((index) => index !== first)) functions.wrong(`a value that \`${merge.name}\` merges is of both branches`);
  return first;
}

function switchesOf(nodes: Nodes, result: NodeRef): NodeRef[] {
  const found = new Map<string, NodeRef>();
  part(nodes, [result], (ref) => {
    if (nodes.get(ref.node)?.op !== "Switch") return undefined;
    found.set(`${ref.node}:${ref.index}`, ref);
    return ref;
  });
  return [...found.values()];
}

/** The Merges that `results` need, each behind those that its values come from. */
function inOrderOf(nodes: Nodes, results: readonly NodeRef[]): TfNode[] {
  const sorted: TfNode[] = [];
  const seen = new Set<string>();
  const stack = results.map(({ node }) => ({ node: nodes.get(node), next: 0 }));
  while (stack.length > 0) {
    const top = stack.at(-1)!;
    const input = top.node?.inputs[top.next++];
    if (top.next === 1 && top.node) {
      if (seen.has(top.node.name)) {
        stack.pop();
        continue;
      }
      seen.add(top.node.name);
    }
    if (input) {
      if (!seen.has(input.node)) stack.push({ node: nodes.get(input.node), next: 0 });
      continue;
    }
    if (top.node?.op === "Merge") sorted.push(top.node);
    stack.pop();
  }
  return sorted;
}
