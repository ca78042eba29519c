import { attr, intAttr, intsAttr, stringAttr } from "@vitrine/core";
import { sliceRange } from "../known.js";
import { axisOf, unbroadcast } from "./broadcasting.js";
import type { OperatorRule, RuleContext, RuleTable } from "./rule.js";

/** The same elements under the input's shape. */
const reshaped: OperatorRule = (c) => [c.b.reshape(c.g, c.xShape(0))];

const transpose: OperatorRule = (c) => {
  const rank = c.xShape(0).length;
  const perm = intsAttr(c.node, "perm", Array.from({ length: rank }, (_, axis) => rank - 1 - axis));
  const inverse = new Array<number>(rank).fill(0);
  perm.forEach((from, to) => (inverse[from] = to));
  return [c.b.transpose(c.g, inverse)];
};

/** A GPU binds few buffers at once: onnxruntime's WebGPU provider splits into seven parts at most. */
const mostParts = 6;

const concat: OperatorRule = (c) => {
  const axis = axisOf(intAttr(c.node, "axis", 0), c.yShape.length);
  const sizes = c.node.inputs.map((_, i) => c.xShape(i)[axis]!);
  if (sizes.length === 1) return [c.g];
  const wanted = sizes.filter((_, i) => c.needs(i)).length;
  if (wanted === sizes.length && sizes.length <= mostParts) return c.b.split(c.g, sizes, axis);
  let start = 0;
  return sizes.map((size, i) => {
    const from = start;
    start += size;
    return c.needs(i) ? c.b.slice(c.g, [from], [start], [axis]) : undefined;
  });
};

/** Parts that nobody uses have no cotangent: zeros stand for it. */
const split: OperatorRule = (c) => {
  const axis = axisOf(intAttr(c.node, "axis", 0), c.xShape(0).length);
  const parts = c.node.outputs.map((name, i) => c.gradients[i] ?? c.b.zeros(name === "" ? unusedPart(c, axis, i) : c.shape(name)));
  return [parts.length === 1 ? parts[0] : c.b.concat(parts, axis)];
};

function unusedPart(c: RuleContext, axis: number, i: number): number[] {
  const sizes = c.has(1) ? c.ints(1, "the sizes of its parts") : undefined;
  const even = Math.ceil(c.xShape(0)[axis]! / c.node.outputs.length);
  const size = sizes ? sizes[i]! : Math.min(even, c.xShape(0)[axis]! - even * i);
  return c.xShape(0).map((dim, at) => (at === axis ? size : dim));
}

/** Cotangents go back to where their elements were taken from, with zeros between them and around. */
const slice: OperatorRule = (c) => {
  const { b } = c;
  const shape = c.xShape(0);
  const [starts, ends] = [c.ints(1, "where it begins"), c.ints(2, "where it ends")];
  const axes = (c.has(3) ? c.ints(3, "its axes") : starts.map((_, i) => i)).map((axis) => axisOf(axis, shape.length));
  const steps = c.has(4) ? c.ints(4, "its steps") : starts.map(() => 1);
  const before = shape.map(() => 0);
  const after = shape.map(() => 0);
  let g = c.g;
  const current = [...c.yShape];
  axes.forEach((axis, i) => {
    const range = sliceRange(starts[i]!, ends[i]!, steps[i]!, shape[axis]!);
    if (range.count === 0) return void (before[axis] = shape[axis]!);
    const stride = Math.abs(range.step);
    if (range.step < 0) g = b.slice(g, [-1], [-Number.MAX_SAFE_INTEGER], [axis], [-1]);
    if (stride > 1 && range.count > 1) {
      // Zeros in front of nobody, between all: an axis behind this one is padded to the step, and both become one.
      const opened = [...current.slice(0, axis + 1), 1, ...current.slice(axis + 1)];
      const pads = [...opened.map(() => 0), ...opened.map((_, at) => (at === axis + 1 ? stride - 1 : 0))];
      current[axis] = range.count * stride;
      g = b.reshape(b.pad(b.reshape(g, opened), pads), current);
    }
    const first = range.step > 0 ? range.from : range.from + range.step * (range.count - 1);
    before[axis] = first;
    after[axis] = shape[axis]! - first - current[axis]!;
  });
  const nothing = [...before, ...after].every((pad) => pad === 0);
  return [nothing ? g : b.pad(g, [...before, ...after])];
};

const tile: OperatorRule = (c) => {
  const shape = c.xShape(0);
  const repeats = c.ints(1, "how often it repeats");
  const opened = shape.flatMap((dim, axis) => [repeats[axis]!, dim]);
  return [c.b.reduceSum(c.b.reshape(c.g, opened), shape.map((_, axis) => 2 * axis))];
};

/** Blocks of places as channels and back: each is the other's gradient. */
const depthToSpace: OperatorRule = (c) => {
  const block = intAttr(c.node, "blocksize", 1);
  if (stringAttr(c.node, "mode", "DCR") === "DCR") return [c.b.op("SpaceToDepth", [c.g], { blocksize: attr.int(block) })];
  const [n = 1, channels = 1, height = 1, width = 1] = c.xShape(0);
  const opened = c.b.reshape(c.g, [n, channels / block ** 2, height, block, width, block]);
  return [c.b.reshape(c.b.transpose(opened, [0, 1, 3, 5, 2, 4]), c.xShape(0))];
};

export const shapingRules: RuleTable = {
  Reshape: reshaped,
  Flatten: reshaped,
  Squeeze: reshaped,
  Unsqueeze: reshaped,
  Transpose: transpose,
  Concat: concat,
  Split: split,
  Slice: slice,
  Expand: (c) => [unbroadcast(c.b, c.g, c.yShape, c.xShape(0))],
  Tile: tile,
  DepthToSpace: depthToSpace,
  SpaceToDepth: (c) => [c.b.op("DepthToSpace", [c.g], { blocksize: attr.int(intAttr(c.node, "blocksize", 1)), mode: attr.string("DCR") })],
  Trilu: (c) => [c.b.op("Trilu", [c.g, ...c.node.inputs.slice(1)], c.node.attributes)],
};
