import { intsAttr, stringAttr } from "../graph/attributes.js";
import type { Graph, Node } from "../graph/graph.js";
import { toNumbers } from "../tensor/convert.js";
import type { ReceptiveField } from "./layer.js";

type Shapes = ReadonlyMap<string, readonly number[]>;

/** A field while it is followed: with the axis of the value that each spatial axis of the input lies on. */
export interface Field extends ReceptiveField {
  readonly axes: readonly number[];
}

const windowed = new Set(["Conv", "ConvTranspose", "MaxPool", "AveragePool", "LpPool", "ConvInteger", "QLinearConv", "FusedConv"]);
const endsPositions = new Set(["GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool", "Gemm", "Reshape", "Flatten", "LSTM", "GRU", "RNN", "MatMul", "Gather"]);

/**
 * Receptive fields of all values, from the inputs' spatial axes on (Araujo, Norris & Sim, Distill 2019).
 * Where branches join, the union counts; a branch without positions (squeeze and excitation) sees everything and is not counted.
 */
export function followFields(graph: Graph, shapes: Shapes, inputs: ReadonlyMap<string, readonly number[]>): Map<string, Field> {
  const fields = new Map<string, Field>();
  for (const [input, axes] of inputs) {
    if (axes.length > 0) fields.set(input, { input, axes, size: axes.map(() => 1), stride: axes.map(() => 1), offset: axes.map(() => 0) });
  }
  for (const node of graph.nodes) {
    const output = node.outputs.find((name) => name !== "");
    if (output === undefined) continue;
    const field = after(node, graph, shapes, fields);
    if (field) for (const name of node.outputs) if (name !== "") fields.set(name, field);
  }
  return fields;
}

function after(node: Node, graph: Graph, shapes: Shapes, fields: ReadonlyMap<string, Field>): Field | undefined {
  if (endsPositions.has(node.op)) return undefined;
  const first = fields.get(node.inputs[0] ?? "");
  if (windowed.has(node.op)) return first && slide(node, first, graph, shapes);
  if (node.op === "Transpose") {
    const rank = shapes.get(node.inputs[0]!)?.length ?? 0;
    const perm = intsAttr(node, "perm", Array.from({ length: rank }, (_, i) => rank - 1 - i));
    return first && { ...first, axes: first.axes.map((axis) => perm.indexOf(axis)) };
  }
  if (node.op === "Pad") {
    const pads = graph.constants.get(node.inputs[1] ?? "");
    if (!first || !pads) return undefined;
    const before = toNumbers(pads.read());
    return { ...first, offset: first.offset.map((o, i) => o - before[first.axes[i]!]! * first.stride[i]!) };
  }
  if (node.op === "Resize" || node.op === "Upsample") {
    const from = shapes.get(node.inputs[0]!);
    const to = shapes.get(node.outputs[0]!);
    return first && from && to && { ...first, stride: first.stride.map((s, i) => (s * from[first.axes[i]!]!) / to[first.axes[i]!]!) };
  }
  const shape = shapes.get(node.outputs[0] ?? "");
  const joined = node.inputs.flatMap((name) => {
    const field = fields.get(name);
    // A value whose positions were reduced to one is broadcast here and has no places of its own.
    return field && shape && field.axes.every((axis) => shapes.get(name)?.[axis] === shape[axis]) ? [field] : [];
  });
  return joined.length === 0 ? undefined : joined.reduce(union);
}

/** The smallest field that holds both, where they step alike; else the larger. */
function union(a: Field, b: Field): Field {
  if (a.input !== b.input || a.stride.some((s, i) => s !== b.stride[i])) return (a.size[0] ?? 0) >= (b.size[0] ?? 0) ? a : b;
  const offset = a.offset.map((o, i) => Math.min(o, b.offset[i]!));
  return { ...a, offset, size: a.size.map((s, i) => Math.max(a.offset[i]! + s, b.offset[i]! + b.size[i]!) - offset[i]!) };
}

function slide(node: Node, field: Field, graph: Graph, shapes: Shapes): Field | undefined {
  const weight = graph.constants.get(node.inputs[node.op === "QLinearConv" ? 3 : 1] ?? "");
  const kernel = intsAttr(node, "kernel_shape") ?? weight?.shape.slice(2);
  if (!kernel) return undefined;
  const dims = kernel.length;
  const strides = intsAttr(node, "strides", new Array<number>(dims).fill(1));
  const dilations = intsAttr(node, "dilations", new Array<number>(dims).fill(1));
  const pads = padsOf(node, kernel, strides, dilations, shapes);
  const size = [...field.size];
  const stride = [...field.stride];
  const offset = [...field.offset];
  for (let i = 0; i < field.axes.length; i++) {
    const d = field.axes[i]! - 2;
    if (d < 0 || d >= dims) continue;
    const reach = (kernel[d]! - 1) * dilations[d]!;
    if (node.op === "ConvTranspose") {
      // Position p gathers input positions from ceil((p + pad − reach) / stride) to floor((p + pad) / stride).
      stride[i] = stride[i]! / strides[d]!;
      offset[i] = offset[i]! - Math.floor((reach - pads[d]!) / strides[d]!) * field.stride[i]!;
      size[i] = size[i]! + Math.ceil(reach / strides[d]!) * field.stride[i]!;
    } else {
      size[i] = size[i]! + reach * field.stride[i]!;
      offset[i] = offset[i]! - pads[d]! * field.stride[i]!;
      stride[i] = stride[i]! * strides[d]!;
    }
  }
  return { ...field, size, stride, offset };
}

/** Padding before each spatial axis. */
function padsOf(node: Node, kernel: readonly number[], strides: readonly number[], dilations: readonly number[], shapes: Shapes): number[] {
  const auto = stringAttr(node, "auto_pad", "NOTSET");
  if (auto === "VALID") return kernel.map(() => 0);
  const from = shapes.get(node.inputs[0]!);
  const to = shapes.get(node.outputs[0]!);
  if ((auto === "SAME_UPPER" || auto === "SAME_LOWER") && from && to) {
    return kernel.map((k, d) => {
      const total = Math.max(0, (to[d + 2]! - 1) * strides[d]! + (k - 1) * dilations[d]! + 1 - from[d + 2]!);
      return auto === "SAME_UPPER" ? Math.floor(total / 2) : Math.ceil(total / 2);
    });
  }
  const pads = intsAttr(node, "pads", new Array<number>(2 * kernel.length).fill(0));
  return pads.slice(0, kernel.length);
}
