import { allNames, brief, canonicalOpset, consumersOf, constantOf, quote, subgraphsOf, type Attribute, type Constant, type Graph, type Node, type ValueInfo } from "@vitrine/core";
import { onnxError } from "../errors.js";
import { Names } from "../names.js";
import { anyOpsetRules } from "./any-opset.js";
import { Facts } from "./facts.js";
import { newerRules, refuseNewer } from "./newer.js";
import type { Rule, Upgrading } from "./rule.js";
import { rules } from "./rules.js";

/**
 * The graph in operators of the canonical opset, graphs inside nodes included. Values keep their names; new ones collide with none.
 * What could not be carried over exactly is added to `notices`.
 * @throws `onnx-upgrade`, `onnx-opset-new`, `onnx-opset-unknown`
 */
export function upgraded(graph: Graph, file: string, notices: string[] = []): Graph {
  if (graph.opset > canonicalOpset) refuseNewer(graph, (other) => other.nodes.flatMap((node) => subgraphsOf(node).map((each) => each.graph)), file);
  const names = new Names(allNames(graph));
  const session: Session = { from: graph.opset, unique: (hint) => names.unique(hint), notice: (text) => notices.includes(text) || notices.push(text) };
  return upgradedGraph(graph, session, undefined);
}

/** What one upgrade shares between a graph and those inside it. */
interface Session {
  readonly from: number;
  readonly unique: (hint: string) => string;
  readonly notice: (text: string) => unknown;
}

function upgradedGraph(graph: Graph, session: Session, outer: Facts | undefined): Graph {
  const { from } = session;
  const constants = new Map<string, Constant>(graph.constants);
  const declared = new Map<string, ValueInfo>(graph.values);
  for (const info of [...graph.outputs, ...graph.inputs]) declared.set(info.name, info);
  const facts = new Facts(declared, constants, outer);
  const consumers = consumersOf(graph);
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  // Names that rules make; they make none that nothing uses.
  const made = new Set<string>();
  const upgrading: Upgrading = {
    unique: (hint) => {
      const name = session.unique(hint);
      made.add(name);
      return name;
    },
    constant: (value, hint) => {
      const name = session.unique(hint);
      constants.set(name, constantOf(value));
      return name;
    },
    constantAt: (name) => facts.constantAt(name),
    dtype: (name) => facts.of(name).dtype,
    shape: (name) => facts.of(name).shape,
    isUsed: (name) => name !== undefined && name !== "" && (outputs.has(name) || consumers.has(name) || made.has(name)),
    notice: (node, text) => session.notice(`The ${brief(node.op)} node ${quote(node.name)}: ${text}`),
    fail: (node, why) => onnxError("onnx-upgrade", { op: node.op, node: node.name, from, why }),
  };
  const nodes: Node[] = [];
  for (const node of graph.nodes) {
    const inner = mapGraphs(node, (other) => upgradedGraph(other, session, facts));
    for (const each of stepwise(inner, from, upgrading)) {
      facts.learn(each);
      nodes.push(each);
    }
  }
  return { ...graph, opset: canonicalOpset, nodes, constants };
}

/** The nodes that stand for one, brought from opset to opset along the changes of its operator. */
function stepwise(node: Node, from: number, upgrading: Upgrading): Node[] {
  const done: Node[] = [];
  // Last in, first out, so that what a rule makes is settled in its order.
  const pending: { node: Node; opset: number }[] = [{ node, opset: from }];
  while (pending.length > 0) {
    const next = pending.pop()!;
    const change = changeAfter(next.node, next.opset);
    if (change) refuseBare(next.node, upgrading);
    const made = change && (change.rule(next.node, upgrading) ?? [next.node]);
    if (!made) done.push(next.node);
    else pending.push(...made.map((each) => ({ node: each, opset: change.since })).reverse());
  }
  return done;
}

/** Rules may count on a first input and output; a Scan-8 alone may leave its first input out. */
function refuseBare(node: Node, upgrading: Upgrading): void {
  const [input = ""] = node.inputs;
  if (input === "" && node.op !== "Scan") throw upgrading.fail(node, "it has no input");
  if (node.outputs.length === 0) throw upgrading.fail(node, "it has no output");
}

function changeAfter(node: Node, opset: number): { since: number; rule: Rule } | undefined {
  if (node.domain !== "") return undefined;
  const special = opset > canonicalOpset ? newerRules : anyOpsetRules;
  const always = Object.hasOwn(special, node.op) ? special[node.op] : undefined;
  if (always?.applies(node)) return { since: canonicalOpset, rule: always.rule };
  if (!Object.hasOwn(rules, node.op)) return undefined;
  const changes = Object.entries(rules[node.op]!);
  // Integer keys come in ascending order.
  for (const [since, rule] of changes) if (Number(since) > opset) return { since: Number(since), rule };
  return undefined;
}

function mapGraphs(node: Node, change: (graph: Graph) => Graph): Node {
  if (!Object.values(node.attributes).some(({ type }) => type === "graph" || type === "graphs")) return node;
  const attributes = Object.entries(node.attributes).map(([name, attribute]): [string, Attribute] => {
    if (attribute.type === "graph") return [name, { type: "graph", value: change(attribute.value) }];
    if (attribute.type === "graphs") return [name, { type: "graphs", value: attribute.value.map(change) }];
    return [name, attribute];
  });
  return { ...node, attributes: Object.fromEntries(attributes) };
}
