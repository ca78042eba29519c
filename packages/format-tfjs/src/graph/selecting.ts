import { attr } from "@vitrine/core";
import type { Size } from "../build/held.js";
import type { NodeCall, NodeRule, NodeRules, TfValue } from "./call.js";
import { reordered } from "./matrix.js";
import { axisOf } from "./reduction.js";

/** Further than any axis is long. */
const farthest = Number.MAX_SAFE_INTEGER;

const slice: NodeRule = (call) => {
  const input = call.input(0);
  const begin = call.numbers(1, "beginning");
  const size = call.numbers(2, "size");
  if (begin.length !== size.length || (input.shape && input.shape.length !== begin.length)) call.invalid("its beginning and its size have different lengths");
  const ends = size.map((count, axis) => (count === -1 ? farthest : begin[axis]! + count));
  const shape = size.map((count, axis): Size => (count !== -1 ? count : input.shape?.[axis] === undefined || input.shape[axis] === null ? null : input.shape[axis] - begin[axis]!));
  return call.value(call.b.slice(call.plain(0), begin, ends, begin.map((_, axis) => axis), undefined, "Slice"), shape, { elements: shape.length === 1 ? call.elements(0)?.slice(begin[0], ends[0]) : undefined });
};

/** One entry of a strided slice's specification, applied to one axis. */
interface Cut {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** The specification with its masks, axis by axis. */
function cutsOf(call: NodeCall): { cuts: Cut[]; dropped: number[]; added: number[] } {
  const [begin, end, strides] = [call.numbers(1, "beginning"), call.numbers(2, "end"), call.numbers(3, "strides")];
  if (end.length !== begin.length || strides.length !== begin.length || strides.includes(0)) call.invalid("its beginning, end and strides do not fit together");
  const mask = (key: string): number => call.attributes.int(key, 0);
  const has = (bits: number, i: number): boolean => ((bits >> i) & 1) === 1;
  const [beginMask, endMask, ellipsis, fresh, shrink] = [mask("begin_mask"), mask("end_mask"), mask("ellipsis_mask"), mask("new_axis_mask"), mask("shrink_axis_mask")];
  const cuts: Cut[] = [];
  const dropped: number[] = [];
  const added: number[] = [];
  let axis = 0;
  let result = 0;
  for (let i = 0; i < begin.length; i++) {
    if (has(ellipsis, i)) {
      const after = begin.slice(i + 1).filter((_, j) => !has(fresh, i + 1 + j)).length;
      const skipped = call.rank(0) - axis - after;
      axis += skipped;
      result += skipped;
    } else if (has(fresh, i)) {
      added.push(result++);
    } else if (has(shrink, i)) {
      // One place: from -1 there is no end that could be counted.
      cuts.push({ axis, start: begin[i]!, end: begin[i] === -1 ? farthest : begin[i]! + 1, step: 1 });
      dropped.push(axis++);
    } else {
      const step = strides[i]!;
      const start = has(beginMask, i) ? (step > 0 ? 0 : -1) : begin[i]!;
      cuts.push({ axis: axis++, start, end: has(endMask, i) ? (step > 0 ? farthest : -farthest) : end[i]!, step });
      result++;
    }
  }
  return { cuts, dropped, added };
}

/** How many places a cut leaves. */
function countOf(size: Size, { start, end, step }: Cut): Size {
  if (size === null) return null;
  const clamp = (value: number): number => Math.min(Math.max(value < 0 ? value + size : value, step > 0 ? 0 : -1), step > 0 ? size : size - 1);
  return Math.max(0, Math.ceil((clamp(end) - clamp(start)) / step));
}

const stridedSlice: NodeRule = (call) => {
  const input = call.input(0);
  const { cuts, dropped, added } = cutsOf(call);
  if (input.shape && cuts.some(({ axis }) => axis >= input.shape!.length)) call.invalid("it cuts more axes than there are");
  const needed = cuts.filter(({ start, end, step }) => !(start === 0 && end === farthest && step === 1));
  let value = call.plain(0);
  if (needed.length > 0) value = call.b.slice(value, needed.map(({ start }) => start), needed.map(({ end }) => end), needed.map(({ axis }) => axis), needed.map(({ step }) => step), "Slice");
  if (dropped.length > 0) value = call.b.squeeze(value, dropped, "Squeeze");
  if (added.length > 0) value = call.b.unsqueeze(value, added, "Unsqueeze");
  let shape = input.shape?.map((size, axis) => {
    const cut = cuts.find((one) => one.axis === axis);
    return cut ? countOf(size, cut) : size;
  });
  shape = shape?.filter((_, axis) => !dropped.includes(axis));
  for (const axis of added) shape = shape && [...shape.slice(0, axis), 1, ...shape.slice(axis)];
  return call.value(value, shape, { elements: partOf(call, cuts, added) });
};

/** The sizes that a cut through a list of sizes leaves. */
function partOf(call: NodeCall, cuts: readonly Cut[], added: readonly number[]): readonly Size[] | undefined {
  const elements = call.elements(0);
  const [cut, ...more] = cuts;
  if (!elements || call.input(0).shape?.length !== 1 || more.length > 0 || added.length > 0) return undefined;
  if (!cut) return elements;
  if (cut.step !== 1) return undefined;
  return elements.slice(cut.start, cut.end === farthest ? undefined : cut.end);
}

/** The axes from one up to another. */
const axes = (from: number, to: number): number[] => Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);

/** Places along an axis, for each sample its own: the first `batch` axes are those of samples in both inputs. */
function gatherPerSample(call: NodeCall, axis: number, batch: number): TfValue {
  const { b } = call;
  const [rank, depth] = [call.rank(0), call.rank(1)];
  if (batch > axis || batch > depth) call.invalid(`its first ${batch} axes are samples, and it gathers along axis ${axis} by indices of ${depth} axes`);
  // The axis goes in front of those between it and the samples, as GatherND wants it, and they go back afterwards.
  const x = reordered(call.input(0), [...axes(0, batch), axis, ...axes(batch, axis), ...axes(axis + 1, rank)]);
  const at = b.unsqueeze(b.cast(call.plain(1), "int64"), [-1]);
  const value = b.op("GatherND", [call.layout.plain(x), at], { ...(batch > 0 && { batch_dims: attr.int(batch) }) });
  const made = call.value(value, [...x.shape!.slice(0, batch), ...call.input(1).shape!.slice(batch), ...x.shape!.slice(batch + 1)]);
  return axis === batch ? made : reordered(made, [...axes(0, batch), ...axes(depth, depth + axis - batch), ...axes(batch, depth), ...axes(depth + axis - batch, made.shape!.length)]);
}

/** Rows of a table, or places along an axis. */
const gather: NodeRule = (call) => {
  const input = call.input(0);
  const given = call.inputs.length > 2 ? (call.numbers(2, "axis")[0] ?? 0) : 0;
  const axis = axisOf(call, input, given);
  const batch = call.attributes.int("batch_dims", 0);
  if (batch !== 0) return gatherPerSample(call, axis, batch < 0 ? batch + call.rank(1) : batch);
  const indices = call.input(1);
  const shape = input.shape && indices.shape && [...input.shape.slice(0, axis), ...indices.shape, ...input.shape.slice(axis + 1)];
  const [list, at] = [call.elements(0), call.known(1)];
  const elements = input.shape?.length === 1 && list && at ? at.map((i) => list[i] ?? null) : undefined;
  return call.value(call.b.op("Gather", [call.plain(0), call.plain(1)], { axis: attr.int(axis) }), shape, { elements });
};

const gatherNd: NodeRule = (call) => {
  const [input, indices] = [call.input(0), call.input(1)];
  const depth = indices.shape?.at(-1);
  const shape = input.shape && indices.shape && typeof depth === "number" ? [...indices.shape.slice(0, -1), ...input.shape.slice(depth)] : undefined;
  return call.value(call.b.op("GatherND", [call.plain(0), call.b.cast(call.plain(1), "int64", "Cast")]), shape);
};

const oneHot: NodeRule = (call) => {
  const indices = call.input(0);
  const [depth = 0] = call.numbers(1, "depth");
  const axis = call.attributes.int("axis", -1);
  const values = call.b.concat([call.b.unsqueeze(call.plain(3), [0], "Unsqueeze"), call.b.unsqueeze(call.plain(2), [0], "Unsqueeze")], 0, "Concat");
  const at = indices.shape && (axis < 0 ? indices.shape.length + 1 + axis : axis);
  return call.value(call.b.op("OneHot", [call.b.cast(call.plain(0), "int64", "Cast"), call.b.ints([depth]), values], { axis: attr.int(axis) }), indices.shape && [...indices.shape.slice(0, at), depth, ...indices.shape.slice(at)]);
};

const range: NodeRule = (call) => {
  const [start, limit, delta] = [call.known(0), call.known(1), call.known(2)];
  const count = start && limit && delta?.[0] ? Math.max(0, Math.ceil((limit[0]! - start[0]!) / delta[0])) : null;
  return call.value(call.b.op("Range", [call.plain(0), call.plain(1), call.plain(2)]), [count]);
};

/** Where the condition holds: [how many, rank]. */
const where: NodeRule = (call) => {
  const found = call.b.op("NonZero", [call.plain(0)]);
  return call.value(call.b.cast(call.b.transpose(found, [1, 0]), "int32", "Cast"), [null, call.input(0).shape?.length ?? null]);
};

/** Boxes [boxes, 4] as corners, scores [boxes]; the indices of those that are kept, the best first. */
const suppression: NodeRule = (call) => {
  if (call.op === "NonMaxSuppressionV5" && (call.known(5)?.[0] ?? 1) !== 0) call.fail("soft suppression has no counterpart");
  if (call.op === "NonMaxSuppressionV4" && call.attributes.bool("pad_to_max_output_size")) call.fail("padding to the largest number of boxes has no counterpart");
  const { b } = call;
  const boxes = b.unsqueeze(call.plain(0), [0], "Unsqueeze");
  const scores = b.unsqueeze(call.plain(1), [0, 1], "Unsqueeze");
  const most = b.reshape(b.cast(call.plain(2), "int64", "Cast"), [1], "Reshape");
  const overlap = b.reshape(call.plain(3), [1], "Reshape");
  const least = call.inputs.length > 4 ? [b.reshape(call.plain(4), [1], "Reshape")] : [];
  const found = b.op("NonMaxSuppression", [boxes, scores, most, overlap, ...least]);
  const indices = b.cast(b.squeeze(b.slice(found, [2], [3], [1], undefined, "Slice"), [1], "Squeeze"), "int32", "Cast");
  const kept = call.value(indices, [null]);
  const count = (): ReturnType<NodeCall["value"]> => call.value(b.cast(b.op("Size", [indices]), "int32", "Cast"), []);
  if (call.op === "NonMaxSuppressionV4") return [kept, count()];
  if (call.op === "NonMaxSuppressionV5") return [kept, call.value(b.gather(call.plain(1), indices, 0, "Gather"), [null]), count()];
  return kept;
};

export const selectingRules: NodeRules = {
  Slice: slice, StridedSlice: stridedSlice, Gather: gather, GatherV2: gather, GatherNd: gatherNd, OneHot: oneHot, Range: range, Where: where,
  NonMaxSuppressionV2: suppression, NonMaxSuppressionV3: suppression, NonMaxSuppressionV4: suppression, NonMaxSuppressionV5: suppression,
};
