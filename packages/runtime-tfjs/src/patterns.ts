import { intAttr, type Graph, type Node } from "@vitrine/core";
import type { Group, OnlyUser } from "./fold.js";
import { mask, switching, type Bound } from "./operators/masks.js";

/** What patterns are found by. */
export interface Surroundings {
  readonly graph: Graph;
  readonly producers: ReadonlyMap<string, Node>;
  readonly onlyUser: OnlyUser;
}

/** A group that stands for several nodes, and those that it stands for beside its own. */
export interface Pattern {
  readonly group: Group;
  readonly rest: readonly Node[];
}

const float = 1;

function scalarOf(graph: Graph, name: string | undefined): number | undefined {
  const constant = graph.constants.get(name ?? "");
  if (constant?.dtype !== "float32" || constant.shape.length > 1 || constant.shape.some((dim) => dim !== 1)) return undefined;
  const value = Number(constant.read().data[0]);
  return Number.isFinite(value) ? value : undefined;
}

/** The factor of a Mul that is a mask, read from its Cast upwards. */
function maskOf(node: Node, at: number, { graph, producers, onlyUser }: Surroundings): Pattern | undefined {
  const rest: Node[] = [];
  /** What makes a value for its one user. */
  const made = (name: string, user: Node, op: string): Node | undefined => {
    const maker = producers.get(name);
    if (maker?.op !== op || maker.domain !== "" || onlyUser(name) !== user) return undefined;
    rest.push(maker);
    return maker;
  };
  const cast = made(node.inputs[at]!, node, "Cast");
  if (!cast || intAttr(cast, "to", 0) !== float) return undefined;
  const truth = cast.inputs[0]!;
  const and = made(truth, cast, "And");
  const terms = and ? and.inputs : [truth];
  let [low, high, y] = [undefined, undefined, undefined] as [Bound | undefined, Bound | undefined, string | undefined];
  for (const term of terms) {
    const user = and ?? cast;
    const found = (["Greater", "GreaterOrEqual", "Less", "LessOrEqual"] as const).map((op) => made(term, user, op)).find((each) => each !== undefined);
    const value = scalarOf(graph, found?.inputs[1]);
    if (!found || value === undefined || (y !== undefined && y !== found.inputs[0])) return undefined;
    y = found.inputs[0]!;
    const bound: Bound = { value, open: !found.op.endsWith("Equal") };
    if (found.op.startsWith("Greater") ? low : high) return undefined;
    if (found.op.startsWith("Greater")) low = bound;
    else high = bound;
  }
  if (y === undefined) return undefined;
  // What is clipped on both sides is a number on wasm, and so is what a convolution's own ReLU leaves.
  const maker = producers.get(y);
  const clipped = maker?.op === "Clip" && [1, 2].every((i) => scalarOf(graph, maker.inputs[i]) !== undefined);
  const finite = clipped || (maker?.op === "Relu" && producers.get(maker.inputs[0]!)?.op === "Conv" && onlyUser(maker.inputs[0]!) === maker);
  return { rest, group: { node, inputs: [node.inputs[1 - at]!, y], outputs: node.outputs, fused: undefined, folding: undefined, operator: mask(low, high, finite) } };
}

/** A Where that takes what belongs to the maximum, with the Sub that leaves what does not. */
function switchOf(node: Node, { graph, producers, onlyUser }: Surroundings, users: ReadonlyMap<string, readonly Node[]>): Pattern | undefined {
  const [condition = "", left = "", zero = ""] = node.inputs;
  const equal = producers.get(condition);
  const [taken = ""] = node.outputs;
  if (equal?.op !== "Equal" || equal.domain !== "" || onlyUser(condition) !== node || scalarOf(graph, zero) !== 0) return undefined;
  const sub = users.get(taken)?.find((user) => user.op === "Sub" && user.domain === "" && user.inputs[0] === left && user.inputs[1] === taken);
  // A value that is compared with itself asks for NaN.
  if (!sub || new Set([...equal.inputs, left]).size !== 3) return undefined;
  return { rest: [equal, sub], group: { node, inputs: [...equal.inputs, left], outputs: [taken, sub.outputs[0]!], fused: undefined, folding: undefined, operator: switching } };
}

/** The pattern that ends (or, of a switch, stands) at `node`. */
export function patternAt(node: Node, around: Surroundings, users: ReadonlyMap<string, readonly Node[]>): Pattern | undefined {
  if (node.domain !== "") return undefined;
  if (node.op === "Mul" && node.inputs.length === 2) return maskOf(node, 1, around) ?? maskOf(node, 0, around);
  return node.op === "Where" ? switchOf(node, around, users) : undefined;
}
