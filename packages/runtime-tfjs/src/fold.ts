import { intAttr, type Constant, type Graph, type Node } from "@vitrine/core";
import type { Operator } from "./operators/operator.js";
import { patternAt } from "./patterns.js";

/** What convolutions and products apply while their result is in a register. */
export type Fused = "relu" | "relu6";

/** Nodes around a convolution that become part of its weights and its bias. */
export interface Folding {
  /** Factors by channel of its input, by name. */
  readonly before: readonly string[];
  /** What its result is scaled and shifted by, channel by channel, in order: Mul, Add, Sub or BatchNormalization, with the names of the constants. */
  readonly after: readonly { readonly node: Node; readonly values: readonly string[] }[];
}

/** One node with those that it does the work of. */
export interface Group {
  readonly node: Node;
  readonly inputs: readonly string[];
  /** Names under which its results go on, which are those of the last node that was folded into it. */
  readonly outputs: readonly string[];
  readonly fused: Fused | undefined;
  readonly folding: Folding | undefined;
  /** Where it is not the node's own. */
  readonly operator?: Operator;
}

/** The one node that takes a value, once, where nobody else wants it. */
export type OnlyUser = (name: string) => Node | undefined;

/** Whether a constant holds floats, one for each channel (or one for all) of a value with `rank` axes. */
function isByChannel(constant: Constant | undefined, channels: number, rank: number): boolean {
  if (constant?.dtype !== "float32" || constant.shape.length > rank) return false;
  const lead = rank - constant.shape.length;
  return constant.shape.every((dim, i) => dim === 1 || (lead + i === 1 && dim === channels));
}

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

/** The constants that `node` scales or shifts its one other operand by; undefined where it does something else. */
function channelwise(node: Node, operand: string, graph: Graph, channels: number, rank: number): readonly string[] | undefined {
  if (node.domain !== "" || node.outputs.filter((name) => name !== "").length !== 1) return undefined;
  if (node.op === "BatchNormalization") {
    const values = node.inputs.slice(1);
    const constant = values.every((name) => graph.constants.get(name)?.dtype === "float32" && graph.constants.get(name)!.shape[0] === channels);
    return node.inputs[0] === operand && values.length === 4 && constant && intAttr(node, "training_mode", 0) === 0 ? values : undefined;
  }
  if (!["Mul", "Add", "Sub"].includes(node.op) || node.inputs.length !== 2 || (node.op === "Sub" && node.inputs[0] !== operand)) return undefined;
  const other = node.inputs[node.inputs[0] === operand ? 1 : 0]!;
  return isByChannel(graph.constants.get(other), channels, rank) ? [other] : undefined;
}

/**
 * Puts the nodes of a graph (in order) into groups that one kernel computes: a convolution with the batch normalisation and the
 * activation behind it, and with the factors of its input.
 * @param users who uses each value among them
 */
export function grouped(nodes: readonly Node[], graph: Graph, users: ReadonlyMap<string, readonly Node[]>, wanted: readonly string[]): Group[] {
  const gone = new Set<Node>();
  const groups = new Map<Node, Group>();
  const producers = new Map(nodes.flatMap((node) => node.outputs.map((name): [string, Node] => [name, node])));
  const onlyUser: OnlyUser = (name) => {
    const [user, more] = users.get(name) ?? [];
    return user && !more && !wanted.includes(name) && user.inputs.filter((each) => each === name).length === 1 ? user : undefined;
  };
  for (const node of nodes) {
    const pattern = patternAt(node, { graph, producers, onlyUser, wanted }, users);
    if (pattern) {
      groups.set(node, pattern.group);
      for (const each of pattern.rest) gone.add(each);
      continue;
    }
    if (node.domain !== "" || node.outputs.length !== 1 || !["Conv", "ConvTranspose", "Gemm"].includes(node.op)) continue;
    const weights = node.op === "Gemm" ? undefined : graph.constants.get(node.inputs[1] ?? "");
    const bias = node.inputs[2] ?? "";
    const after: { node: Node; values: readonly string[] }[] = [];
    let last = node;
    let user = onlyUser(last.outputs[0]!);
    const [rank, groupCount] = [weights?.shape.length ?? 0, intAttr(node, "group", 1)];
    const [made, taken] = node.op === "Conv" ? [weights?.shape[0] ?? 0, (weights?.shape[1] ?? 0) * groupCount] : [(weights?.shape[1] ?? 0) * groupCount, weights?.shape[0] ?? 0];
    const known = weights?.dtype === "float32" && (bias === "" || graph.constants.has(bias));
    while (known && user) {
      const values = channelwise(user, last.outputs[0]!, graph, made, rank);
      if (!values) break;
      after.push({ node: user, values });
      gone.add(user);
      last = user;
      user = onlyUser(last.outputs[0]!);
    }
    const fused = user?.inputs[0] === last.outputs[0] ? activationOf(user!, graph) : undefined;
    if (fused) gone.add((last = user!));
    const inputs = [...node.inputs];
    const before: string[] = [];
    for (let source = producers.get(inputs[0]!); known && source?.op === "Mul" && !gone.has(source) && onlyUser(inputs[0]!); source = producers.get(inputs[0]!)) {
      const factor = [0, 1].find((i) => isByChannel(graph.constants.get(source!.inputs[i]!), taken, rank));
      if (factor === undefined || source.domain !== "") break;
      before.push(source.inputs[factor]!);
      gone.add(source);
      inputs[0] = source.inputs[1 - factor]!;
    }
    if (fused || after.length + before.length > 0) {
      groups.set(node, { node, inputs, outputs: last.outputs, fused, folding: after.length + before.length > 0 ? { before, after } : undefined });
    }
  }
  return nodes.filter((node) => !gone.has(node)).map((node) => groups.get(node) ?? { node, inputs: node.inputs, outputs: node.outputs, fused: undefined, folding: undefined });
}
