import { intAttr, type Graph, type Node } from "@vitrine/core";
import type { Group, OnlyUser } from "./fold.js";
import { mask, type Bound } from "./operators/masks.js";
import { switching, weaving, type Weaving } from "./operators/switches.js";

/** What patterns are found by. */
export interface Surroundings {
  readonly graph: Graph;
  readonly producers: ReadonlyMap<string, Node>;
  readonly onlyUser: OnlyUser;
  /** Values that are asked for, whoever else uses them. */
  readonly wanted: readonly string[];
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
function switchOf(node: Node, around: Surroundings, users: ReadonlyMap<string, readonly Node[]>): Pattern | undefined {
  const { graph, producers, onlyUser } = around;
  const [condition = "", left = "", zero = ""] = node.inputs;
  const equal = producers.get(condition);
  const [taken = ""] = node.outputs;
  if (equal?.op !== "Equal" || equal.domain !== "" || onlyUser(condition) !== node || scalarOf(graph, zero) !== 0) return undefined;
  const sub = users.get(taken)?.find((user) => user.op === "Sub" && user.domain === "" && user.inputs[0] === left && user.inputs[1] === taken);
  // A value that is compared with itself asks for NaN.
  if (!sub || new Set([...equal.inputs, left]).size !== 3) return undefined;
  const [rest = ""] = sub.outputs;
  const woven = weavingOf({ equal, taken, rest, left }, around, users);
  if (woven) return { rest: [equal, sub, ...woven.rest], group: { node, inputs: woven.inputs, outputs: woven.outputs, fused: undefined, folding: undefined, operator: weaving(woven.how) } };
  return { rest: [equal, sub], group: { node, inputs: [...equal.inputs, left], outputs: [taken, rest], fused: undefined, folding: undefined, operator: switching } };
}

/** Whole numbers of a constant. */
function numbersOf(graph: Graph, name: string | undefined): number[] | undefined {
  const constant = graph.constants.get(name ?? "");
  return constant?.dtype === "int64" && constant.shape.length === 1 ? Array.from(constant.read().data as BigInt64Array, Number) : undefined;
}

interface Switch {
  readonly equal: Node;
  readonly taken: string;
  readonly rest: string;
  readonly left: string;
}

/** Both parts of a switch joined side by side along one axis: `Reshape(Concat(Reshape(taken), Reshape(rest)))`. */
function weavingOf({ equal, taken, rest, left }: Switch, { graph, producers, onlyUser, wanted }: Surroundings, users: ReadonlyMap<string, readonly Node[]>): { readonly how: Weaving; readonly rest: readonly Node[]; readonly inputs: readonly string[]; readonly outputs: readonly string[] } | undefined {
  const isReshape = (node: Node | undefined): node is Node => node?.op === "Reshape" && node.domain === "" && intAttr(node, "allowzero", 0) === 0;
  const [first, last] = [users.get(taken)?.find(isReshape), onlyUser(rest)];
  // Beside the Sub.
  if (!isReshape(first) || !isReshape(last) || users.get(taken)!.length !== 2 || wanted.includes(taken) || first.inputs[0] !== taken) return undefined;
  const concat = onlyUser(first.outputs[0]!);
  if (concat?.op !== "Concat" || concat.domain !== "" || onlyUser(last.outputs[0]!) !== concat || concat.inputs.length !== 2 || concat.inputs[0] !== first.outputs[0]) return undefined;
  const end = onlyUser(concat.outputs[0]!);
  if (!isReshape(end) || end.inputs[0] !== concat.outputs[0]) return undefined;
  const [column, other, whole] = [first, last, end].map((node) => numbersOf(graph, node.inputs[1]));
  const axis = intAttr(concat, "axis", 0) - 1;
  if (!column || !whole || axis < 0 || column[axis + 1] !== 1 || [...column, ...whole].some((dim) => dim < 1) || String(other) !== String(column)) return undefined;
  const windows = column.filter((_, i) => i !== axis + 1);
  if (String(windows.map((dim, i) => (i === axis ? 2 * dim : dim))) !== String(whole)) return undefined;
  const slice = producers.get(equal.inputs[0]!);
  const every2nd = slice?.op === "Slice" && slice.domain === "" && onlyUser(equal.inputs[0]!) === equal ? everySecond(graph, slice, axis) : undefined;
  return {
    how: { axis, column, whole, every2nd }, rest: [first, last, concat, end, ...(every2nd === undefined ? [] : [slice!])],
    inputs: [every2nd === undefined ? equal.inputs[0]! : slice!.inputs[0]!, equal.inputs[1]!, left], outputs: [end.outputs[0]!],
  };
}

/** How many elements a Slice takes that takes every second along one axis from the first on; undefined where it does something else. */
function everySecond(graph: Graph, slice: Node, axis: number): number | undefined {
  const [starts, ends, axes, steps] = slice.inputs.slice(1).map((name) => numbersOf(graph, name));
  const [to] = ends ?? [];
  if (String(starts) !== "0" || String(axes) !== String(axis) || String(steps) !== "2" || to === undefined || ends!.length !== 1 || to < 1) return undefined;
  return Math.ceil(to / 2);
}

/** The pattern that ends (or, of a switch, stands) at `node`. */
export function patternAt(node: Node, around: Surroundings, users: ReadonlyMap<string, readonly Node[]>): Pattern | undefined {
  if (node.domain !== "") return undefined;
  if (node.op === "Mul" && node.inputs.length === 2) return maskOf(node, 1, around) ?? maskOf(node, 0, around);
  return node.op === "Where" ? switchOf(node, around, users) : undefined;
}
