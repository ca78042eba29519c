import { int64, intAttr, intsAttr, sizeOf, stridesOf, tensor, type Tensor } from "@vitrine/core";
import { Refusal, tfjsError } from "../errors.js";
import { broadcastShape } from "../layout.js";
import { axisOf, type HostOperator } from "../operators/operator.js";
import { flattenedShape, reshapedShape, splitSizes, squeezedShape, unsqueezedShape } from "../operators/shapes.js";
import { readSlices } from "../operators/slices.js";
import { need, numbersOf, places, spreadOffsets, take } from "./arrays.js";

const optional = (inputs: readonly (Tensor | undefined)[], index: number): number[] | undefined => (inputs[index] ? numbersOf(inputs[index]) : undefined);

/** The same elements under another shape. */
const reshaping = (target: (node: Parameters<HostOperator>[0], x: Tensor, inputs: readonly (Tensor | undefined)[]) => readonly number[]): HostOperator => (node, inputs) => {
  const x = need(inputs, 0);
  const shape = target(node, x, inputs);
  if (sizeOf(shape) !== x.data.length) throw new Refusal(`[${x.shape.join(", ")}] cannot become [${shape.join(", ")}]`);
  return [tensor(x.dtype as "float32", shape, x.data as Float32Array)];
};

const transpose: HostOperator = (node, inputs) => {
  const x = need(inputs, 0);
  const perm = intsAttr(node, "perm", x.shape.map((_, axis) => axis).reverse());
  const strides = stridesOf(x.shape);
  const shape = perm.map((axis) => x.shape[axisOf(axis, x.shape.length)]!);
  return [take(x, shape, places(shape, (index) => perm.reduce((sum, axis, i) => sum + index[i]! * strides[axis]!, 0)))];
};

const concat: HostOperator = (node, inputs) => {
  const parts = inputs.filter((value) => value !== undefined);
  const first = parts[0]!;
  const axis = axisOf(intAttr(node, "axis", 0), first.shape.length);
  const shape = first.shape.map((dim, i) => (i === axis ? parts.reduce((sum, part) => sum + part.shape[axis]!, 0) : dim));
  const data: unknown[] = [];
  const outer = sizeOf(shape.slice(0, axis));
  for (let o = 0; o < outer; o++) {
    for (const part of parts) {
      const run = sizeOf(part.shape.slice(axis));
      for (let i = 0; i < run; i++) data.push(part.data[o * run + i]);
    }
  }
  const joined = { ...first, shape, data: first.dtype === "string" ? data : (first.data.constructor as unknown as { from(list: unknown[]): unknown }).from(data) };
  return [joined as unknown as Tensor];
};

const gather: HostOperator = (node, inputs) => {
  const [x, indices] = [need(inputs, 0), need(inputs, 1)];
  const axis = axisOf(intAttr(node, "axis", 0), x.shape.length);
  const size = x.shape[axis]!;
  const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
  const at = numbersOf(indices).map((index) => {
    if (index < -size || index >= size) throw tfjsError("index-outside", { index, size, axis });
    return index < 0 ? index + size : index;
  });
  const inner = sizeOf(x.shape.slice(axis + 1));
  return [take(x, shape, places([sizeOf(x.shape.slice(0, axis)), at.length, inner], ([o, i, k]) => (o! * size + at[i!]!) * inner + k!))];
};

const slice: HostOperator = (_, inputs) => {
  const x = need(inputs, 0);
  const { starts, counts, steps } = readSlices(x.shape, numbersOf(need(inputs, 1)), numbersOf(need(inputs, 2)), optional(inputs, 3), optional(inputs, 4));
  const strides = stridesOf(x.shape);
  return [take(x, counts, places(counts, (index) => index.reduce((sum, at, axis) => sum + (starts[axis]! + at * steps[axis]!) * strides[axis]!, 0)))];
};

const split: HostOperator = (node, inputs) => {
  const x = need(inputs, 0);
  const axis = axisOf(intAttr(node, "axis", 0), x.shape.length);
  const strides = stridesOf(x.shape);
  let from = 0;
  return splitSizes(node, x.shape[axis]!, optional(inputs, 1)).map((size) => {
    const shape = x.shape.map((dim, i) => (i === axis ? size : dim));
    const begin = from;
    from += size;
    return take(x, shape, places(shape, (index) => index.reduce((sum, at, i) => sum + (at + (i === axis ? begin : 0)) * strides[i]!, 0)));
  });
};

const expand: HostOperator = (_, inputs) => {
  const x = need(inputs, 0);
  const shape = broadcastShape([x.shape, numbersOf(need(inputs, 1))]);
  return [take(x, shape, spreadOffsets(x.shape, shape))];
};

const tile: HostOperator = (_, inputs) => {
  const x = need(inputs, 0);
  const repeats = numbersOf(need(inputs, 1));
  const shape = x.shape.map((dim, axis) => dim * repeats[axis]!);
  return [take(x, shape, places(shape, (index) => index.reduce((sum, at, axis) => sum * x.shape[axis]! + (at % x.shape[axis]!), 0)))];
};

/** Places of what is not zero, one column each. */
const nonZero: HostOperator = (_, inputs) => {
  const x = need(inputs, 0);
  const strides = stridesOf(x.shape);
  const found = numbersOf(x).flatMap((value, i) => (value === 0 ? [] : [i]));
  return [int64(x.shape.flatMap((dim, axis) => found.map((at) => Math.floor(at / strides[axis]!) % dim)), [x.shape.length, found.length])];
};

const compress: HostOperator = (node, inputs) => {
  const [x, condition] = [need(inputs, 0), numbersOf(need(inputs, 1))];
  const given = node.attributes["axis"];
  const flat = given?.type !== "int";
  const axis = flat ? 0 : axisOf(Number(given.value), x.shape.length);
  const source = flat ? { ...x, shape: [x.data.length] } : x;
  const kept = condition.flatMap((value, i) => (value !== 0 && i < source.shape[axis]! ? [i] : []));
  const strides = stridesOf(source.shape);
  const shape = source.shape.map((dim, i) => (i === axis ? kept.length : dim));
  return [take(source, shape, places(shape, (index) => index.reduce((sum, at, i) => sum + (i === axis ? kept[at]! : at) * strides[i]!, 0)))];
};

const reverseSequence: HostOperator = (node, inputs) => {
  const [x, lengths] = [need(inputs, 0), numbersOf(need(inputs, 1))];
  const [time, batch] = [intAttr(node, "time_axis", 0), intAttr(node, "batch_axis", 1)];
  const strides = stridesOf(x.shape);
  return [take(x, x.shape, places(x.shape, (index) => {
    const length = lengths[index[batch]!]!;
    return index.reduce((sum, at, axis) => sum + (axis === time && at < length ? length - 1 - at : at) * strides[axis]!, 0);
  }))];
};

/** Where elements lie: shapes and indices in host memory, 64-bit integers as they are. */
export const hostStructure = {
  Identity: (_, inputs) => [need(inputs, 0)],
  Reshape: reshaping((node, x, inputs) => reshapedShape(node, x.shape, numbersOf(need(inputs, 1)))),
  Flatten: reshaping((node, x) => flattenedShape(node, x.shape)),
  Squeeze: reshaping((_, x, inputs) => squeezedShape(x.shape, optional(inputs, 1))),
  Unsqueeze: reshaping((_, x, inputs) => unsqueezedShape(x.shape, numbersOf(need(inputs, 1)))),
  Transpose: transpose, Concat: concat, Gather: gather, Slice: slice, Split: split, Expand: expand, Tile: tile, NonZero: nonZero, Compress: compress, ReverseSequence: reverseSequence,
} satisfies Readonly<Record<string, HostOperator>>;
