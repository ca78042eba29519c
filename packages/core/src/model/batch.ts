import { intsAttr } from "../graph/attributes.js";
import type { Dim, Graph, ValueInfo } from "../graph/graph.js";
import { isImageSpec, type InputSpec, type ModelSpec } from "../input/spec.js";
import type { InputAxes } from "./layers.js";
import { usualUnitAxis } from "./axes.js";

const batchNames = new Set(["n", "batch", "none", "batch_size", "batchsize", "unk__0"]);

/** Whether a dimension is called what exporters call a batch. */
export const isBatchName = (dim: Dim): boolean => typeof dim === "string" && batchNames.has(dim.toLowerCase());

/**
 * The batch axis of an input, in this order: the spec's `layout`; the only symbolic dimension; one named N, batch or None; else axis 0.
 * Undefined for a scalar, and for a layout that has no N.
 */
export function batchAxis(input: ValueInfo, spec: InputSpec | undefined): number | undefined {
  const layout = layoutOf(spec);
  if (layout !== undefined) {
    const axis = layout.indexOf("N");
    return axis < 0 ? undefined : axis;
  }
  const shape = input.shape ?? [];
  if (shape.length === 0) return input.shape ? undefined : 0;
  const symbolic = shape.flatMap((dim, axis) => (typeof dim === "number" ? [] : [axis]));
  if (symbolic.length === 1) return symbolic[0];
  const named = shape.findIndex(isBatchName);
  return named >= 0 ? named : 0;
}

/** The letters of an input's axes: N batch, T time, C and V channels and vocabulary, D H W places. */
export function layoutOf(spec: InputSpec | undefined): string | undefined {
  const layout = spec && "layout" in spec ? spec.layout : undefined;
  return typeof layout === "string" ? layout : undefined;
}

/** Operators that leave the axes of their input where they are. */
const keepsAxes = new Set(["Add", "Cast", "Clip", "Div", "Identity", "Mul", "Pad", "Sub"]);

/**
 * Whether everything that uses an input of three axes or more first brings its last axis to the second place, as models of channels-last
 * frameworks do once their operators are ONNX's: then its channels lie last.
 */
function channelsLast(graph: Graph, input: string, rank: number): boolean {
  const values = new Set([input]);
  let brought = false;
  for (const node of graph.nodes) {
    if (!node.inputs.some((name) => values.has(name))) continue;
    const perm = node.op === "Transpose" ? intsAttr(node, "perm") : undefined;
    if (perm?.length === rank && perm.every((axis, i) => axis === (i === 0 ? 0 : i === 1 ? rank - 1 : i - 1))) brought = true;
    else if (keepsAxes.has(node.op) && values.has(node.inputs[0]!)) for (const output of node.outputs) values.add(output);
    else return false;
  }
  return brought;
}

/** What the axes of an input are: as the spec says; without one, as the graph shows where its channels lie last, else channels before places. */
export function inputAxes(input: ValueInfo, spec: InputSpec | undefined, rank: number, graph?: Graph): InputAxes {
  const batch = batchAxis(input, spec);
  const layout = layoutOf(spec);
  if (layout !== undefined && layout.length === rank) {
    const unit = [...layout].findIndex((letter) => letter === "C" || letter === "V");
    const spatial = [...layout].flatMap((letter, axis) => ("DHWT".includes(letter) ? [axis] : []));
    return { batch, unit: unit < 0 ? undefined : unit, spatial };
  }
  if (rank < 3) return { batch, unit: rank === 2 ? 1 : undefined, spatial: [] };
  if (batch === 0 && graph && channelsLast(graph, input.name, rank)) return { batch, unit: rank - 1, spatial: Array.from({ length: rank - 2 }, (_, i) => i + 1) };
  // Convolutional order unless the spec says otherwise: batch, channels, places.
  const unit = rank === 3 && batch !== 0 ? usualUnitAxis(rank) : 1;
  return { batch, unit, spatial: Array.from({ length: rank }, (_, axis) => axis).filter((axis) => axis !== batch && axis !== unit) };
}

/** The number that the model's inputs fix their batch at; undefined where it is free. */
export function fixedBatch(graph: Graph, spec: ModelSpec): number | undefined {
  for (const input of graph.inputs) {
    const inputSpec = spec.inputs[input.name];
    if (inputSpec?.kind === "state") continue;
    const axis = batchAxis(input, inputSpec);
    const dim = axis === undefined ? undefined : input.shape?.[axis];
    if (typeof dim === "number" && (isImageSpec(inputSpec) || input.shape!.length > 1)) return dim;
  }
  return undefined;
}
