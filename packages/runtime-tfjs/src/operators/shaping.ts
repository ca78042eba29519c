import * as tf from "@tensorflow/tfjs-core";
import { int64, intAttr, intsAttr, sizeOf, stringAttr, tensor } from "@vitrine/core";
import { Refusal, tfjsError } from "../errors.js";
import { axisIn, broadcastShape, shapeIn } from "../layout.js";
import { Held, type Layout } from "../value.js";
import { axisOf, input, numbersAt, type Call, type DeviceOperator, type Operator } from "./operator.js";
import { spread } from "./kernels.js";
import { alongAxis, join, pick, strided } from "./pieces.js";
import { padAxes } from "./spatial.js";
import { readPads, sourceAt } from "./padding.js";
import { readSlices } from "./slices.js";
import { flattenedShape, reshapedShape, splitSizes, squeezedShape, unsqueezedShape } from "./shapes.js";

/** @throws `too-large` before anything is allocated */
export function bounded(shape: readonly number[]): readonly number[] {
  if (shape.some((dim) => !Number.isInteger(dim) || dim < 0)) throw new Refusal(`[${shape.join(", ")}] is no shape`);
  if (sizeOf(shape) >= 2 ** 31) throw tfjsError("too-large", { shape });
  return shape;
}

const shape: DeviceOperator = (call) => {
  const dims = input(call, 0).shape;
  return [Held.host(int64(dims.slice(intAttr(call.node, "start", 0), intAttr(call.node, "end", dims.length))))];
};

/** The same elements, in the same order, under another shape. */
const reshaping = (target: (call: Call) => readonly number[]): DeviceOperator => (call) => {
  const x = input(call, 0);
  const wanted = bounded(target(call));
  if (sizeOf(wanted) !== x.size) throw new Refusal(`[${x.shape.join(", ")}] cannot become [${wanted.join(", ")}]`);
  // Spatial axes are split or joined where they lie.
  const layout: Layout = x.layout === "last" && wanted.length > 2 && wanted[0] === x.shape[0] && wanted[1] === x.shape[1] ? "last" : "plain";
  return [Held.device(x.dtype, wanted, tf.reshape(x.in(layout), shapeIn(layout, wanted)), layout)];
};

const lastOrder = (rank: number): number[] => [0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1];

/** A transposition often undoes a layout or makes one: then nothing is moved. */
const transpose: DeviceOperator = (call) => {
  const x = input(call, 0);
  const perm = intsAttr(call.node, "perm", x.shape.map((_, axis) => axis).reverse());
  if (perm.length !== x.rank || new Set(perm).size !== x.rank || perm.some((axis) => !(axis >= 0 && axis < x.rank))) throw new Refusal(`[${perm.join(", ")}] is no order of ${x.rank} axes`);
  const made = perm.map((axis) => x.shape[axis]!);
  const layouts: readonly Layout[] = x.rank > 2 ? ["plain", "last"] : ["plain"];
  const orderOf = (layout: Layout): number[] => (layout === "last" ? lastOrder(x.rank) : x.shape.map((_, axis) => axis));
  const from = orderOf(x.layout);
  for (const to of layouts) {
    const moved = orderOf(to).map((axis) => from.indexOf(perm[axis]!));
    // Axes of size 1 may go where they like.
    const real = moved.filter((axis) => x.shape[from[axis]!]! > 1);
    if (real.every((axis, i) => i === 0 || axis > real[i - 1]!)) return [Held.device(x.dtype, made, tf.reshape(x.in(x.layout), shapeIn(to, made)), to)];
  }
  return [Held.device(x.dtype, made, tf.transpose(x.in(x.layout), perm.map((axis) => from.indexOf(axis))))];
};

const concat: DeviceOperator = (call) => {
  const parts = call.inputs.filter((value) => value !== undefined);
  const first = parts[0]!;
  const axis = axisOf(intAttr(call.node, "axis", 0), first.rank);
  const layout: Layout = first.rank > 2 && parts.some((part) => part.layout === "last") ? "last" : "plain";
  const joined = first.shape.map((dim, i) => (i === axis ? parts.reduce((sum, part) => sum + part.shape[axis]!, 0) : dim));
  // Kernels refuse parts without elements.
  const full = parts.filter((part) => part.shape[axis] !== 0);
  const y = full.length === 0 ? first.in(layout) : join(full.map((part) => part.in(layout)), axisIn(layout, axis, first.rank));
  return [Held.device(first.dtype, joined, y, layout)];
};

const split: DeviceOperator = (call) => {
  const x = input(call, 0);
  const axis = axisOf(intAttr(call.node, "axis", 0), x.rank);
  const sizes = splitSizes(call.node, x.shape[axis]!, numbersAt(call, 1));
  const at = axisIn(x.layout, axis, x.rank);
  return tf.split(x.in(x.layout), sizes, at).map((part, i) => Held.device(x.dtype, x.shape.map((dim, k) => (k === axis ? sizes[i]! : dim)), part, x.layout));
};

const slice: DeviceOperator = (call) => {
  const x = input(call, 0);
  const { starts, counts, steps } = readSlices(x.shape, numbersAt(call, 1) ?? [], numbersAt(call, 2) ?? [], numbersAt(call, 3), numbersAt(call, 4));
  const [from, count, step] = [starts, counts, steps].map((list) => shapeIn(x.layout, list)) as [number[], number[], number[]];
  let y = x.in(x.layout);
  if (sizeOf(counts) === 0) return [Held.device(x.dtype, counts, tf.zeros([...counts], y.dtype))];
  const backwards = step.flatMap((n, axis) => (n < 0 ? [axis] : []));
  if (backwards.length > 0) {
    // WebGL reverses four axes at most.
    y = y.rank <= 4 ? tf.reverse(y, backwards) : backwards.reduce((turned, axis) => alongAxis(turned, axis, (flat) => tf.reverse(flat, [1])), y);
    for (const axis of backwards) from[axis] = y.shape[axis]! - 1 - from[axis]!;
  }
  const strides = step.map(Math.abs);
  return [Held.device(x.dtype, counts, strided(y, from, count, strides), x.layout)];
};

const expand: DeviceOperator = (call) => {
  const x = input(call, 0);
  const made = bounded(broadcastShape([x.shape, numbersAt(call, 1) ?? []]));
  const layout: Layout = x.layout === "last" && made.length === x.rank ? "last" : "plain";
  if (sizeOf(made) === 0) return [Held.device(x.dtype, made, tf.zeros([...made], x.plain().dtype))];
  return [Held.device(x.dtype, made, spread(x.in(layout), shapeIn(layout, made)), layout)];
};

const tile: DeviceOperator = (call) => {
  const x = input(call, 0);
  const repeats = numbersAt(call, 1) ?? [];
  const made = bounded(x.shape.map((dim, axis) => dim * (repeats[axis] ?? 1)));
  return [Held.device(x.dtype, made, tf.tile(x.plain(), repeats))];
};

const pad: DeviceOperator = (call) => {
  const x = input(call, 0);
  const { before, after } = readPads(x.rank, numbersAt(call, 1) ?? [], numbersAt(call, 3));
  const made = bounded(x.shape.map((dim, axis) => dim + before[axis]! + after[axis]!));
  const mode = stringAttr(call.node, "mode", "constant");
  const [front, back] = [shapeIn(x.layout, before), shapeIn(x.layout, after)];
  const t = x.in(x.layout);
  if (mode === "constant") {
    const [value = 0] = numbersAt(call, 2) ?? [];
    const y = sizeOf(made) === 0 ? tf.zeros(shapeIn(x.layout, made), t.dtype) : x.size === 0 ? tf.fill(shapeIn(x.layout, made), value) : padAxes(t, front, back, value);
    return [Held.device(x.dtype, made, y, x.layout)];
  }
  let y = t;
  t.shape.forEach((size, axis) => {
    if (front[axis] === 0 && back[axis] === 0) return;
    y = pick(y, Int32Array.from({ length: size + front[axis]! + back[axis]! }, (_, i) => sourceAt(mode, i - front[axis]!, size)), axis);
  });
  return [Held.device(x.dtype, made, y, x.layout)];
};

/** Blocks of channels become places, or the reverse: in six axes, some of which change places. */
const blocks = (toSpace: boolean): DeviceOperator => (call) => {
  const x = input(call, 0);
  const b = intAttr(call.node, "blocksize", 1);
  const [n = 0, c = 0, h = 0, w = 0] = x.shape;
  const plain = x.plain();
  if (!toSpace) {
    const y = tf.transpose(tf.reshape<tf.Rank.R6>(plain, [n, c, h / b, b, w / b, b]), [0, 3, 5, 1, 2, 4]);
    const made = [n, c * b * b, h / b, w / b];
    return [Held.device(x.dtype, made, tf.reshape(y, made))];
  }
  const inner = c / (b * b);
  const y = stringAttr(call.node, "mode", "DCR") === "DCR"
    ? tf.transpose(tf.reshape<tf.Rank.R6>(plain, [n, b, b, inner, h, w]), [0, 3, 4, 1, 5, 2])
    : tf.transpose(tf.reshape<tf.Rank.R6>(plain, [n, inner, b, b, h, w]), [0, 1, 4, 2, 5, 3]);
  const made = [n, inner, h * b, w * b];
  return [Held.device(x.dtype, made, tf.reshape(y, made))];
};

const identity: DeviceOperator = (call) => [input(call, 0)];

/** Passes everything, and a mask that keeps everything. */
const dropout: DeviceOperator = (call) => {
  const x = input(call, 0);
  const wanted = (call.node.outputs[1] ?? "") !== "";
  return [x, wanted ? Held.device("bool", x.shape, tf.ones([...x.shape], "bool")) : undefined];
};

export type ShapingName =
  | "Shape" | "Size" | "Identity" | "Dropout" | "Reshape" | "Flatten" | "Squeeze" | "Unsqueeze" | "Transpose" | "Concat" | "Split" | "Slice" | "Expand" | "Tile" | "Pad" | "DepthToSpace" | "SpaceToDepth";

export const shaping: Readonly<Record<ShapingName, Operator>> = {
  Shape: { device: shape },
  Size: { device: (call) => [Held.host(tensor("int64", [], BigInt64Array.of(BigInt(input(call, 0).size))))] },
  Identity: { device: identity },
  Dropout: { device: dropout },
  Reshape: { device: reshaping((call) => reshapedShape(call.node, input(call, 0).shape, numbersAt(call, 1) ?? [])), reads: [1] },
  Flatten: { device: reshaping((call) => flattenedShape(call.node, input(call, 0).shape)) },
  Squeeze: { device: reshaping((call) => squeezedShape(input(call, 0).shape, numbersAt(call, 1))), reads: [1] },
  Unsqueeze: { device: reshaping((call) => unsqueezedShape(input(call, 0).shape, numbersAt(call, 1) ?? [])), reads: [1] },
  Transpose: { device: transpose },
  Concat: { device: concat },
  Split: { device: split, reads: [1] },
  Slice: { device: slice, reads: [1, 2, 3, 4] },
  Expand: { device: expand, reads: [1] },
  Tile: { device: tile, reads: [1] },
  Pad: { device: pad, reads: [1, 2, 3] },
  DepthToSpace: { device: blocks(true) },
  SpaceToDepth: { device: blocks(false) },
};
