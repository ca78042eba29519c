import { intAttr, intsAttr, stringAttr } from "../../graph/attributes.js";
import type { GraphBuilder } from "../../graph/builder.js";
import type { Node } from "../../graph/graph.js";
import { int64, scalar, sizeOf, stridesOf } from "../../tensor/tensor.js";
import type { Lowering } from "./lowering.js";
import { joinSizes, productOf, rangeTo, sizesOf } from "./sizes.js";

/**
 * MaxPool's second output, the places of the maxima, by elementary operators: one strided slice of the input (padded
 * with -∞) per place of the window, stacked; ArgMax over them finds the first maximum in row-major window order; its
 * number in the window and the window's own place give ONNX's index into the whole flattened tensor. With storage_order 1
 * a map is counted column by column. Sizes are computed when the graph runs, so it serves any batch and any picture.
 */
export const maxPoolIndices: Lowering = {
  id: "max-pool-indices",
  summary: "MaxPool's Indices from strided slices and ArgMax",
  matches: (node) => node.op === "MaxPool" && node.domain === "" && (node.outputs[1] ?? "") !== "",
  apply: (b, node) => {
    const x = node.inputs[0]!;
    const window = windowOf(node);
    const spatial = window.kernel.length;
    const [valuesName = "", indicesName = ""] = node.outputs;
    const pooled = valuesName === "" ? b.unique(`${indicesName}:values`) : valuesName;
    const attributes = Object.fromEntries(Object.entries(node.attributes).filter(([name]) => name !== "storage_order"));
    b.substitute(node, { outputs: [pooled], attributes });

    // The values' own sizes settle what ceil_mode means at the edge.
    const places = sizesOf(b, pooled, 2);
    const pads = padding(b, node, window, x, places);
    const zeros = (count: number): string => b.constant(int64(new Array<number>(count).fill(0)));
    const padded = b.op("Pad", [x, joinSizes(b, [zeros(2), pads.begin, zeros(2), pads.end]), b.constant(scalar(-Infinity))]);
    const axes = b.ints(Array.from({ length: spatial }, (_, i) => i + 2));
    const starts = offsets(window);
    const reach = b.op("Add", [b.op("Mul", [b.sub(places, b.ints(new Array<number>(spatial).fill(1))), b.ints(window.strides)]), b.ints(new Array<number>(spatial).fill(1))]);
    const slices = starts.map((start) => {
      const from = start.map((at, i) => at * window.dilations[i]!);
      return b.unsqueeze(b.op("Slice", [padded, b.ints(from), b.add(reach, b.ints(from)), axes, b.ints(window.strides)]), [2]);
    });
    const winner = b.argMax(slices.length === 1 ? slices[0]! : b.concat(slices, 2), 2, false);

    // Along each axis: where the window begins, and where in it the maximum lies.
    const sizes = sizesOf(b, x, 2);
    const strides = mapStrides(b, sizes, spatial, intAttr(node, "storage_order", 0) === 1);
    let index = planeStart(b, x, sizes, spatial);
    for (let axis = 0; axis < spatial; axis++) {
      const pick = (list: string): string => b.gather(list, b.ints([axis]), 0);
      const begin = b.sub(b.mul(rangeTo(b, pick(places)), b.ints([window.strides[axis]!])), pick(pads.begin));
      const column = b.reshape(begin, Array.from({ length: spatial - axis }, (_, i) => (i === 0 ? -1 : 1)));
      const inside = b.gather(b.constant(int64(starts.map((start) => start[axis]! * window.dilations[axis]!)), "offsets"), winner, 0);
      index = b.add(index, b.mul(b.add(column, inside), strides[axis]!));
    }
    b.bind(indicesName, index);
    return true;
  },
};

interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly pads: readonly number[];
}

function windowOf(node: Node): Window {
  const kernel = intsAttr(node, "kernel_shape", []);
  const each = (value: number): number[] => kernel.map(() => value);
  return { kernel, strides: intsAttr(node, "strides", each(1)), dilations: intsAttr(node, "dilations", each(1)), pads: intsAttr(node, "pads", [...each(0), ...each(0)]) };
}

/** Every place of the window, row-major. */
function offsets({ kernel }: Window): number[][] {
  const strides = stridesOf(kernel);
  return Array.from({ length: sizeOf(kernel) }, (_, flat) => kernel.map((size, i) => Math.floor(flat / strides[i]!) % size));
}

/** How far to pad in front, and at least how far behind: enough for every window that the values have. */
function padding(b: GraphBuilder, node: Node, { kernel, strides, dilations, pads }: Window, x: string, places: string): { begin: string; end: string } {
  const spatial = kernel.length;
  const auto = stringAttr(node, "auto_pad", "NOTSET");
  const each = (value: (axis: number) => number): string => b.ints(kernel.map((_, axis) => value(axis)));
  if (auto !== "SAME_UPPER" && auto !== "SAME_LOWER") {
    const given = auto === "VALID" ? pads.map(() => 0) : pads;
    const ceil = intAttr(node, "ceil_mode", 0) === 1;
    return { begin: each((axis) => given[axis]!), end: each((axis) => given[axis + spatial]! + (ceil ? strides[axis]! - 1 : 0)) };
  }
  // What SAME adds depends on the size of the picture.
  const covered = b.add(b.mul(b.sub(places, each(() => 1)), each((axis) => strides[axis]!)), each((axis) => (kernel[axis]! - 1) * dilations[axis]! + 1));
  const total = b.max(b.sub(covered, sizesOf(b, x, 2)), each(() => 0));
  const half = b.div(total, each(() => 2));
  const rest = b.sub(total, half);
  return auto === "SAME_UPPER" ? { begin: half, end: rest } : { begin: rest, end: half };
}

/** How much one step along each axis adds to the index. */
function mapStrides(b: GraphBuilder, sizes: string, spatial: number, columnMajor: boolean): string[] {
  return Array.from({ length: spatial }, (_, axis) => {
    const [from, to] = columnMajor ? [0, axis] : [axis + 1, spatial];
    return from === to ? b.ints([1]) : productOf(b, b.slice(sizes, [from], [to], [0]));
  });
}

/** [samples, channels, 1, …]: the index of each map's first element. */
function planeStart(b: GraphBuilder, x: string, sizes: string, spatial: number): string {
  const maps = sizesOf(b, x, 0, 2);
  const first = b.mul(rangeTo(b, productOf(b, maps)), productOf(b, sizes));
  return b.reshape(first, joinSizes(b, [maps, b.ints(new Array<number>(spatial).fill(1))]));
}
