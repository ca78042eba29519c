import { intAttr, intsAttr, sizeOf, stringAttr, stridesOf } from "@vitrine/core";
import { blank, indices, integers, reshaped, take, write, type Held } from "./held.js";
import { axisOf, broadcastOffsets, broadcastShapes, offsets, splitAt, withDim } from "./indexing.js";
import { input, type Call, type OperatorTable } from "./operator.js";

function shapeOf(call: Call): Held {
  const { shape } = input(call, 0);
  const bound = (value: number): number => Math.min(shape.length, Math.max(0, value < 0 ? value + shape.length : value));
  const [start, end] = [bound(intAttr(call.node, "start", 0)), bound(intAttr(call.node, "end", shape.length))];
  return indices(shape.slice(start, end));
}

/** 0 keeps a dimension (unless `allowzero`), −1 is what is left. */
function reshape(call: Call): Held {
  const x = input(call, 0);
  const wanted = integers(input(call, 1));
  const keepZero = intAttr(call.node, "allowzero", 0) === 1;
  const shape = wanted.map((dim, axis) => (dim === 0 && !keepZero ? (x.shape[axis] ?? 0) : dim));
  const open = shape.indexOf(-1);
  if (open >= 0) shape[open] = x.data.length / sizeOf(shape.filter((_, axis) => axis !== open));
  if (shape.some((dim) => !Number.isInteger(dim) || dim < 0)) throw new RangeError(`[${x.shape.join(", ")}] cannot become [${wanted.join(", ")}]`);
  return reshaped(x, shape);
}

function flatten(call: Call): Held {
  const x = input(call, 0);
  const given = intAttr(call.node, "axis", 1);
  const axis = given === x.shape.length ? given : axisOf(given, x.shape.length);
  return reshaped(x, [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis))]);
}

function squeeze(call: Call): Held {
  const x = input(call, 0);
  const given = call.inputs[1] && new Set(integers(call.inputs[1]).map((axis) => axisOf(axis, x.shape.length)));
  for (const axis of given ?? []) if (x.shape[axis] !== 1) throw new RangeError(`axis ${axis} of [${x.shape.join(", ")}] is not 1`);
  return reshaped(x, x.shape.filter((dim, axis) => (given ? !given.has(axis) : dim !== 1)));
}

function unsqueeze(call: Call): Held {
  const x = input(call, 0);
  const given = integers(input(call, 1));
  const rank = x.shape.length + given.length;
  const axes = new Set(given.map((axis) => axisOf(axis, rank)));
  if (axes.size !== given.length) throw new RangeError(`axes [${given.join(", ")}] name one twice`);
  const rest = [...x.shape];
  return reshaped(x, Array.from({ length: rank }, (_, axis) => (axes.has(axis) ? 1 : rest.shift()!)));
}

/** Axes of a value in another order. */
export function transposed(x: Held, perm: readonly number[]): Held {
  if (perm.length !== x.shape.length || new Set(perm).size !== perm.length) throw new RangeError(`[${perm.join(", ")}] is no order of ${x.shape.length} axes`);
  const strides = stridesOf(x.shape);
  const shape = perm.map((axis) => x.shape[axisOf(axis, x.shape.length)]!);
  return take(x, shape, offsets(shape, perm.map((axis) => strides[axis]!)));
}

/** Values joined along an axis. */
export function concatenated(parts: readonly Held[], givenAxis: number): Held {
  const first = parts[0]!;
  const axis = axisOf(givenAxis, first.shape.length);
  for (const part of parts) {
    const fits = part.dtype === first.dtype && part.shape.length === first.shape.length && part.shape.every((dim, i) => i === axis || dim === first.shape[i]);
    if (!fits) throw new RangeError(`[${part.shape.join(", ")}] cannot be joined to [${first.shape.join(", ")}] along axis ${axis}`);
  }
  const shape = withDim(first.shape, axis, parts.reduce((sum, part) => sum + part.shape[axis]!, 0));
  const data = blank(first.dtype, shape);
  const { outer, inner } = splitAt(shape, axis);
  let to = 0;
  for (let o = 0; o < outer; o++) {
    for (const part of parts) {
      const run = part.shape[axis]! * inner;
      for (let i = 0; i < run; i++) write(data, to++, part.data[o * run + i]!);
    }
  }
  return { dtype: first.dtype, shape, data };
}

/** Elements `starts`, `starts + step`, … of each axis. */
export function sliced(x: Held, starts: readonly number[], counts: readonly number[], steps: readonly number[] = starts.map(() => 1)): Held {
  const strides = stridesOf(x.shape);
  const start = starts.reduce((sum, at, axis) => sum + at * strides[axis]!, 0);
  return take(x, counts, offsets(counts, strides.map((stride, axis) => stride * steps[axis]!), start));
}

function slice(call: Call): Held {
  const x = input(call, 0);
  const [starts, ends] = [integers(input(call, 1)), integers(input(call, 2))];
  const axes = (call.inputs[3] ? integers(call.inputs[3]) : starts.map((_, i) => i)).map((axis) => axisOf(axis, x.shape.length));
  const steps = call.inputs[4] ? integers(call.inputs[4]) : starts.map(() => 1);
  const from = x.shape.map(() => 0);
  const by = x.shape.map(() => 1);
  const counts = [...x.shape];
  axes.forEach((axis, i) => {
    const dim = x.shape[axis]!;
    const step = steps[i]!;
    if (step === 0) throw new RangeError("a step is 0");
    const bound = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value < 0 ? value + dim : value));
    // Backwards, an end may lie before the first element; a start is always one of them.
    from[axis] = step > 0 ? bound(starts[i]!, 0, dim) : bound(starts[i]!, 0, dim - 1);
    by[axis] = step;
    counts[axis] = Math.max(0, Math.ceil(((step > 0 ? bound(ends[i]!, 0, dim) : bound(ends[i]!, -1, dim - 1)) - from[axis]) / step));
  });
  return sliced(x, from, counts, by);
}

function split(call: Call): readonly Held[] {
  const x = input(call, 0);
  const axis = axisOf(intAttr(call.node, "axis", 0), x.shape.length);
  const dim = x.shape[axis]!;
  const parts = intAttr(call.node, "num_outputs", call.node.outputs.length);
  const even = Math.ceil(dim / parts);
  const sizes = call.inputs[1] ? integers(call.inputs[1]) : Array.from({ length: parts }, (_, i) => Math.max(0, Math.min(even, dim - i * even)));
  if (sizes.reduce((a, b) => a + b, 0) !== dim) throw new RangeError(`parts of [${sizes.join(", ")}] do not make up ${dim}`);
  let start = 0;
  return sizes.map((size) => {
    const part = sliced(x, x.shape.map((_, i) => (i === axis ? start : 0)), withDim(x.shape, axis, size));
    start += size;
    return part;
  });
}

function expand(call: Call): Held {
  const x = input(call, 0);
  const shape = broadcastShapes(x.shape, integers(input(call, 1)));
  return take(x, shape, broadcastOffsets(x.shape, shape));
}

function tile(call: Call): Held {
  const x = input(call, 0);
  const repeats = integers(input(call, 1));
  if (repeats.length !== x.shape.length) throw new RangeError(`${repeats.length} repeats do not fit ${x.shape.length} axes`);
  // Each axis becomes two: the copy, which does not move, and the position within it.
  const strides = stridesOf(x.shape);
  const at = offsets(x.shape.flatMap((dim, axis) => [repeats[axis]!, dim]), strides.flatMap((stride) => [0, stride]));
  return take(x, x.shape.map((dim, axis) => dim * repeats[axis]!), at);
}

function depthToSpace(call: Call): Held {
  const x = input(call, 0);
  const block = intAttr(call.node, "blocksize", 1);
  const [n = 0, c = 0, h = 0, w = 0] = x.shape;
  const columnsFirst = stringAttr(call.node, "mode", "DCR") === "CRD";
  const depth = c / (block * block);
  const split = columnsFirst
    ? transposed(reshaped(x, [n, depth, block, block, h, w]), [0, 1, 4, 2, 5, 3])
    : transposed(reshaped(x, [n, block, block, depth, h, w]), [0, 3, 4, 1, 5, 2]);
  return reshaped(split, [n, depth, h * block, w * block]);
}

function spaceToDepth(call: Call): Held {
  const x = input(call, 0);
  const block = intAttr(call.node, "blocksize", 1);
  const [n = 0, c = 0, h = 0, w = 0] = x.shape;
  const split = transposed(reshaped(x, [n, c, h / block, block, w / block, block]), [0, 3, 5, 1, 2, 4]);
  return reshaped(split, [n, c * block * block, h / block, w / block]);
}

export const shapeOperators: OperatorTable = {
  Shape: (call) => [shapeOf(call)],
  Size: (call) => [indices([input(call, 0).data.length], [])],
  Reshape: (call) => [reshape(call)],
  Flatten: (call) => [flatten(call)],
  Squeeze: (call) => [squeeze(call)],
  Unsqueeze: (call) => [unsqueeze(call)],
  Transpose: (call) => {
    const x = input(call, 0);
    return [transposed(x, intsAttr(call.node, "perm", x.shape.map((_, axis) => x.shape.length - 1 - axis)))];
  },
  Concat: (call) => [concatenated(call.inputs.map((_, i) => input(call, i)), intAttr(call.node, "axis", 0))],
  Split: split,
  Slice: (call) => [slice(call)],
  Expand: (call) => [expand(call)],
  Tile: (call) => [tile(call)],
  DepthToSpace: (call) => [depthToSpace(call)],
  SpaceToDepth: (call) => [spaceToDepth(call)],
};

