import { intAttr, sizeOf, stridesOf } from "@vitrine/core";
import { integers, numbers, take, type Held } from "./held.js";
import { axisOf, positions, splitAt, withDim } from "./indexing.js";
import { input, type Call, type OperatorTable } from "./operator.js";

/** An index counted from the start. @throws RangeError outside the axis */
function within(index: number, dim: number): number {
  const positive = index < 0 ? index + dim : index;
  if (!(positive >= 0 && positive < dim)) throw new RangeError(`index ${index} lies outside an axis of ${dim}`);
  return positive;
}

function gather(call: Call): Held {
  const [x, chosen] = [input(call, 0), input(call, 1)];
  const axis = axisOf(intAttr(call.node, "axis", 0), x.shape.length);
  const { outer, size, inner } = splitAt(x.shape, axis);
  const at: number[] = [];
  const rows = integers(chosen).map((index) => within(index, size));
  for (let o = 0; o < outer; o++) for (const row of rows) for (let i = 0; i < inner; i++) at.push((o * size + row) * inner + i);
  return take(x, [...x.shape.slice(0, axis), ...chosen.shape, ...x.shape.slice(axis + 1)], at);
}

/**
 * Where each element of `chosen` points in a value of `shape`: the same position, but for the index on `axis`.
 * What GatherElements reads and ScatterElements writes.
 */
export function elementOffsets(chosen: Held, shape: readonly number[], axis: number): number[] {
  if (chosen.shape.length !== shape.length) throw new RangeError(`indices of shape [${chosen.shape.join(", ")}] do not fit [${shape.join(", ")}]`);
  const strides = stridesOf(shape);
  const values = numbers(chosen);
  const at: number[] = [];
  for (const position of positions(chosen.shape)) {
    const index = within(values[at.length]!, shape[axis]!);
    at.push(position.reduce((sum, own, i) => sum + (i === axis ? index : within(own, shape[i]!)) * strides[i]!, 0));
  }
  return at;
}

/** Where each index tuple (the last axis of `chosen`) begins in a value of `shape`, and how many elements follow from there. */
export function tupleOffsets(chosen: Held, shape: readonly number[], batchDims = 0): { readonly starts: number[]; readonly run: number } {
  const length = chosen.shape.at(-1) ?? 0;
  if (length + batchDims > shape.length) throw new RangeError(`index tuples of ${length} do not fit [${shape.join(", ")}]`);
  const strides = stridesOf(shape);
  const values = numbers(chosen);
  const count = sizeOf(chosen.shape.slice(0, -1));
  const perBatch = sizeOf(chosen.shape.slice(batchDims, -1));
  const batchStep = sizeOf(shape.slice(batchDims));
  const starts = Array.from({ length: count }, (_, t) => {
    let offset = Math.floor(t / perBatch) * batchStep;
    for (let i = 0; i < length; i++) offset += within(values[t * length + i]!, shape[batchDims + i]!) * strides[batchDims + i]!;
    return offset;
  });
  return { starts, run: sizeOf(shape.slice(batchDims + length)) };
}

function gatherND(call: Call): Held {
  const [x, chosen] = [input(call, 0), input(call, 1)];
  const batchDims = intAttr(call.node, "batch_dims", 0);
  const { starts, run } = tupleOffsets(chosen, x.shape, batchDims);
  const at = starts.flatMap((start) => Array.from({ length: run }, (_, i) => start + i));
  return take(x, [...chosen.shape.slice(0, -1), ...x.shape.slice(batchDims + (chosen.shape.at(-1) ?? 0))], at);
}

function compress(call: Call): Held {
  const [x, condition] = [input(call, 0), input(call, 1)];
  const given = intAttr(call.node, "axis");
  const kept = integers(condition).flatMap((on, i) => (on ? [i] : []));
  if (given === undefined) return take(x, [kept.length], kept);
  const axis = axisOf(given, x.shape.length);
  const { outer, size, inner } = splitAt(x.shape, axis);
  const at: number[] = [];
  for (let o = 0; o < outer; o++) for (const k of kept) for (let i = 0; i < inner; i++) at.push((o * size + within(k, size)) * inner + i);
  return take(x, withDim(x.shape, axis, kept.length), at);
}

/** The first `lengths[b]` steps of each sample backwards, the rest as they are. */
function reverseSequence(call: Call): Held {
  const [x, given] = [input(call, 0), input(call, 1)];
  const [batchAxis, timeAxis] = [intAttr(call.node, "batch_axis", 1), intAttr(call.node, "time_axis", 0)];
  const lengths = integers(given);
  const strides = stridesOf(x.shape);
  const at: number[] = [];
  for (const position of positions(x.shape)) {
    const [time, length] = [position[timeAxis]!, lengths[position[batchAxis]!]!];
    const from = time < length ? length - 1 - time : time;
    at.push(position.reduce((sum, own, axis) => sum + (axis === timeAxis ? from : own) * strides[axis]!, 0));
  }
  return take(x, x.shape, at);
}

export const gatherOperators: OperatorTable = {
  Gather: (call) => [gather(call)],
  GatherElements: (call) => {
    const [x, chosen] = [input(call, 0), input(call, 1)];
    return [take(x, chosen.shape, elementOffsets(chosen, x.shape, axisOf(intAttr(call.node, "axis", 0), x.shape.length)))];
  },
  GatherND: (call) => [gatherND(call)],
  Compress: (call) => [compress(call)],
  ReverseSequence: (call) => [reverseSequence(call)],
};
