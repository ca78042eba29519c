import { intAttr, intsAttr } from "../graph/attributes.js";
import type { Graph, Node } from "../graph/graph.js";
import { toNumbers } from "../tensor/convert.js";
import { firstScanned, isLoop } from "./kinds.js";

/** Which axes of a value are what. */
export interface AxisRoles {
  readonly batch: number | undefined;
  readonly unit: number | undefined;
}

type Shapes = ReadonlyMap<string, readonly number[]>;

const channelOps = new Set([
  "Conv", "ConvTranspose", "ConvInteger", "QLinearConv", "FusedConv", "DeformConv", "BatchNormalization", "InstanceNormalization", "GroupNormalization", "LRN",
  "MaxPool", "AveragePool", "LpPool", "GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool", "DepthToSpace", "SpaceToDepth",
]);
const lastAxisOps = new Set(["MatMul", "Gemm", "LayerNormalization", "SkipLayerNormalization", "SimplifiedLayerNormalization", "RMSNormalization", "MatMulInteger", "QLinearMatMul", "Attention", "MultiHeadAttention"]);

/** The axes of every value that carries data, followed from the inputs by what each operator does to axes. */
export function followAxes(graph: Graph, shapes: Shapes, inputs: ReadonlyMap<string, AxisRoles>, data: ReadonlySet<string>): Map<string, AxisRoles> {
  const roles = new Map<string, AxisRoles>(inputs);
  for (const node of graph.nodes) {
    const output = node.outputs.find((name) => name !== "");
    if (output === undefined || !data.has(output)) continue;
    const rank = shapes.get(output)?.length;
    const source = sourceOf(node, shapes, data, rank);
    const from = (source === undefined ? undefined : roles.get(source)) ?? { batch: 0, unit: undefined };
    const result = rolesAfter(node, from, graph, shapes, source, rank);
    node.outputs.forEach((name, i) => {
      if (name === "") return;
      roles.set(name, isLoop(node) ? loopRoles(node, i, shapes.get(name)?.length) : i > 0 && recurrent.has(node.op) ? stateRoles(node) : result);
    });
  }
  return roles;
}

const recurrent: ReadonlySet<string> = new Set(["LSTM", "GRU", "RNN"]);

/** Of the last states, [directions, batch, units]; with layout 1 [batch, directions, units]. */
const stateRoles = (node: Node): AxisRoles => ({ batch: intAttr(node, "layout", 0) === 1 ? 0 : 1, unit: 2 });

/** Of what a loop leaves of its rounds, [time, batch, …, units]; of its last states, [batch, …]. */
function loopRoles(node: Node, output: number, rank: number | undefined): AxisRoles {
  if (rank === undefined) return { batch: undefined, unit: undefined };
  if (output < firstScanned(node)) return { batch: rank > 0 ? 0 : undefined, unit: usualUnitAxis(rank) };
  if (intsAttr(node, "scan_output_axes", [])[output - firstScanned(node)]) return { batch: undefined, unit: rank > 1 ? rank - 1 : undefined };
  return { batch: rank > 1 ? 1 : undefined, unit: rank > 3 ? 2 : rank > 1 ? rank - 1 : undefined };
}

/** The input whose axes the result's follow: the data input of the result's own rank, if there is one. */
function sourceOf(node: Node, shapes: Shapes, data: ReadonlySet<string>, rank: number | undefined): string | undefined {
  const carried = node.inputs.filter((name) => data.has(name));
  return carried.find((name) => shapes.get(name)?.length === rank) ?? carried[0];
}

function rolesAfter(node: Node, from: AxisRoles, graph: Graph, shapes: Shapes, source: string | undefined, rank: number | undefined): AxisRoles {
  if (rank === undefined) return { batch: from.batch, unit: undefined };
  const sourceRank = source === undefined ? undefined : shapes.get(source)?.length;
  const usual = usualUnitAxis(rank);
  if (channelOps.has(node.op)) return { batch: 0, unit: rank > 1 ? 1 : undefined };
  if (lastAxisOps.has(node.op)) return { batch: from.batch, unit: rank > 0 ? rank - 1 : undefined };
  switch (node.op) {
    case "Softmax":
    case "LogSoftmax":
    case "Hardmax": {
      const axis = intAttr(node, "axis", -1);
      return { batch: from.batch, unit: axis < 0 ? axis + rank : axis };
    }
    case "LSTM":
    case "GRU":
    case "RNN":
      // Y is [time, directions, batch, units]; with layout 1 [batch, time, directions, units].
      return { batch: intAttr(node, "layout", 0) === 1 ? 0 : rank === 4 ? 2 : 1, unit: rank - 1 };
    case "Transpose": {
      const perm = intsAttr(node, "perm", Array.from({ length: rank }, (_, i) => rank - 1 - i));
      return { batch: moved(from.batch, perm), unit: moved(from.unit, perm) };
    }
    case "Squeeze":
    case "ReduceMean":
    case "ReduceMax":
    case "ReduceSum":
    case "ReduceMin":
    case "ReduceL2":
    case "ArgMax":
      if (sourceRank === rank) return from;
      return removed(from, node, graph, shapes, source, sourceRank ?? rankBefore(node, graph, rank));
    case "Unsqueeze": {
      const axes = constantInts(graph, node.inputs[1]);
      if (!axes) return { batch: from.batch, unit: usual };
      return withAxes(from, axes.map((axis) => (axis < 0 ? axis + rank : axis)), rank);
    }
    case "Flatten":
      return { batch: from.batch === 0 ? 0 : undefined, unit: 1 };
    case "Reshape":
      return { batch: from.batch ?? 0, unit: sourceRank === rank ? (from.unit ?? usual) : usual };
    case "Gather": {
      // An embedding: the looked-up rows lie last. Picking one index drops an axis, which changes little else.
      const rows = shapes.get(node.inputs[0] ?? "");
      if (source !== node.inputs[0]) return { batch: from.batch, unit: rank - 1 };
      const axis = intAttr(node, "axis", 0);
      if (rows && rank === rows.length - 1) return withoutAxes(from, [axis < 0 ? axis + rows.length : axis], rows.length);
      return from;
    }
    default:
      return sourceRank === rank ? { batch: from.batch, unit: from.unit ?? usual } : { batch: from.batch, unit: usual };
  }
}

/** Where units lie when nothing better is known: axis 1 of maps and matrices, the last of a sequence. */
export function usualUnitAxis(rank: number): number | undefined {
  return rank < 2 ? undefined : rank === 3 ? 2 : 1;
}

const moved = (axis: number | undefined, perm: readonly number[]): number | undefined => {
  const to = axis === undefined ? -1 : perm.indexOf(axis);
  return to < 0 ? undefined : to;
};

function withoutAxes(from: AxisRoles, removed: readonly number[], rank: number): AxisRoles {
  const kept = Array.from({ length: rank }, (_, i) => i).filter((axis) => !removed.includes(axis));
  return { batch: moved(from.batch, kept), unit: moved(from.unit, kept) };
}

function withAxes(from: AxisRoles, added: readonly number[], rank: number): AxisRoles {
  const kept = Array.from({ length: rank }, (_, i) => i).filter((axis) => !added.includes(axis));
  return { batch: from.batch === undefined ? undefined : kept[from.batch], unit: from.unit === undefined ? undefined : kept[from.unit] };
}

/** Shapes are known of layers, and the last state of a recurrent one is none: a Squeeze with axes says how many there were. */
function rankBefore(node: Node, graph: Graph, rank: number): number | undefined {
  const axes = node.op === "Squeeze" ? listedAxes(node, graph) : undefined;
  return axes && rank + axes.length;
}

const removed = (from: AxisRoles, node: Node, graph: Graph, shapes: Shapes, source: string | undefined, rank: number | undefined): AxisRoles =>
  rank === undefined ? from : withoutAxes(from, removedAxes(node, graph, shapes, source, rank), rank);

const listedAxes = (node: Node, graph: Graph): readonly number[] | undefined => constantInts(graph, node.inputs[1]) ?? intsAttr(node, "axes");

function removedAxes(node: Node, graph: Graph, shapes: Shapes, source: string | undefined, rank: number): number[] {
  const axes = node.op === "ArgMax" ? [intAttr(node, "axis", 0)] : listedAxes(node, graph);
  const shape = shapes.get(source ?? "") ?? [];
  if (axes) return axes.map((axis) => (axis < 0 ? axis + rank : axis));
  return node.op === "Squeeze" ? shape.flatMap((dim, axis) => (dim === 1 ? [axis] : [])) : shape.map((_, axis) => axis);
}

function constantInts(graph: Graph, name: string | undefined): number[] | undefined {
  const constant = name === undefined ? undefined : graph.constants.get(name);
  return constant && toNumbers(constant.read());
}
