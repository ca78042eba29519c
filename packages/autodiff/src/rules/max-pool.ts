import { attr, float32, intsAttr, sizeOf, type GraphBuilder } from "@vitrine/core";
import type { OperatorRule, RuleContext } from "./rule.js";
import { windowOf, type Window } from "./window.js";

/** Less than any activation; −∞ would be NaN where it is multiplied by 0. */
const lowest = -3.4028234663852886e38;

/** Switches: every cotangent goes to the first maximum of its window; overlapping windows add. */
export const maxPool: OperatorRule = (c) => {
  const window = windowOf(c.node, intsAttr(c.node, "kernel_shape", []), c.xShape(0).slice(2), c.yShape.slice(2));
  return [window.dilations.every((dilation) => dilation === 1) ? axisByAxis(c, window) : byIndices(c)];
};

/** By the operator's own indices, which runtimes compute slowly. */
function byIndices(c: RuleContext): string {
  const { b } = c;
  const shape = c.xShape(0);
  const indices = b.withOutput(c.node.name, 1);
  const flat = [sizeOf(shape)];
  const count = [sizeOf(c.yShape)];
  const scattered = b.op("ScatterElements", [b.zeros(flat), b.reshape(indices, count), b.reshape(c.g, count)], { axis: attr.int(0), reduction: attr.string("add") });
  return b.reshape(scattered, shape);
}

/** Windows along one axis. */
interface Stage {
  readonly axis: number;
  readonly kernel: number;
  readonly stride: number;
  /** Elements of padding before the first. */
  readonly before: number;
  readonly size: number;
  readonly outputs: number;
  /** What is chosen among: the maxima along the axes that follow. */
  readonly source: string;
}

/**
 * The maximum of a window is the maximum over rows of the maxima over columns, so that the first one is found axis by axis,
 * by comparing: the first row whose maximum it is, and in that the first column. It takes slices, comparisons and sums
 * along every axis, where indices take a walk over every window: a third of the time on onnxruntime's cpu.
 */
function axisByAxis(c: RuleContext, window: Window): string {
  const { b } = c;
  const stages: Stage[] = [];
  let source = c.x(0);
  for (let i = window.kernel.length - 1; i >= 0; i--) {
    const stage = { axis: i + 2, kernel: window.kernel[i]!, stride: window.strides[i]!, before: window.before[i]!, size: c.xShape(0)[i + 2]!, outputs: c.yShape[i + 2]!, source };
    stages.unshift(stage);
    // The maximum over all axes is the operator's own result.
    if (i > 0) source = maximaAlong(b, stage, window.kernel.length);
  }
  let shape = [...c.yShape];
  let [top, g] = [c.y, c.g];
  for (const stage of stages) {
    const parts = route(b, choices(b, stage, shape), top, g);
    shape = shape.map((dim, axis) => (axis === stage.axis ? stage.size : dim));
    g = joined(b, parts, stage, shape);
    top = stage.source;
  }
  return g;
}

/** Elements from the first that any window reaches to the last. */
const reach = ({ outputs, stride, kernel }: Stage): number => (outputs - 1) * stride + kernel;
const after = (stage: Stage): number => Math.max(0, reach(stage) - stage.before - stage.size);

function maximaAlong(b: GraphBuilder, stage: Stage, rank: number): string {
  if (stage.kernel === 1 && stage.stride === 1) return stage.source;
  const only = (value: number, others: number): number[] => Array.from({ length: rank }, (_, i) => (i + 2 === stage.axis ? value : others));
  return b.op("MaxPool", [stage.source], { kernel_shape: attr.ints(only(stage.kernel, 1)), strides: attr.ints(only(stage.stride, 1)), pads: attr.ints([...only(stage.before, 0), ...only(after(stage), 0)]) });
}

/** A value at every place in a window but the last. Places that a stride apart share are cut out of one strided slice. */
function choices(b: GraphBuilder, stage: Stage, shape: readonly number[]): readonly string[] {
  const { axis, kernel, stride, outputs, before, source } = stage;
  const rank = shape.length;
  const total = reach(stage);
  const places = Array.from({ length: kernel - 1 }, (_, place) => place);
  const padded = before > 0 || after(stage) > 0;
  if (!padded && stride > 1 && axis === 3 && rank === 4 && shape[1]! % blockOfChannels === 0) return places.map((place) => picked(b, stage, place, shape[1]!));
  const pads = new Array<number>(2 * rank).fill(0);
  [pads[axis], pads[rank + axis]] = [before, after(stage)];
  const value = padded ? b.op("Pad", [source, b.ints(pads), b.scalar(lowest)]) : source;
  // Where no two places share a strided slice, each is cut at once.
  if (kernel - 1 <= stride) return places.map((place) => b.slice(value, [place], [place + (outputs - 1) * stride + 1], [axis], [stride]));
  const phases = places.slice(0, stride).map((phase) => (stride === 1 ? value : b.slice(value, [phase], [total], [axis], [stride])));
  return places.map((place) => {
    const [phase, shift] = [place % stride, Math.floor(place / stride)];
    const length = stride === 1 ? before + stage.size + after(stage) : Math.ceil((total - phase) / stride);
    return length === outputs ? phases[phase]! : b.slice(phases[phase]!, [shift], [shift + outputs], [axis]);
  });
}

/** Where channels fill the blocks in which runtimes hold them, convolving is fast. */
const blockOfChannels = 8;

/**
 * Every second element of the last axis is slow to slice. A convolution of each channel by itself, with one weight of 1,
 * yields the same numbers, on every thread and in the order in which the convolution before it left them.
 */
function picked(b: GraphBuilder, { kernel, stride, source }: Stage, place: number, channels: number): string {
  const weights = Float32Array.from({ length: channels * kernel }, (_, i) => (i % kernel === place ? 1 : 0));
  return b.op("Conv", [source, b.constant(float32([channels, 1, 1, kernel], weights), "place")], {
    kernel_shape: attr.ints([1, kernel]), strides: attr.ints([1, stride]), group: attr.int(channels),
  });
}

/** What every place of the windows gets: the first that holds the maximum all of it, the last what is left. */
function route(b: GraphBuilder, candidates: readonly string[], top: string, g: string): string[] {
  let left = g;
  const parts = candidates.map((candidate) => {
    const taken = b.where(b.equal(candidate, top), left, b.scalar(0));
    left = b.sub(left, taken);
    return taken;
  });
  return [...parts, left];
}

/** Puts what the places of windows got where it belongs along the axis: places that are a stride apart add, phases interleave. */
function joined(b: GraphBuilder, parts: readonly string[], { axis, kernel, stride, outputs, before, size }: Stage, shape: readonly number[]): string {
  const longest = outputs + Math.floor((kernel - 1) / stride);
  const phases = Array.from({ length: stride }, (_, phase) => {
    const terms = parts.flatMap((part, place) => (place % stride === phase ? [moved(b, part, axis, Math.floor(place / stride), longest - outputs - Math.floor(place / stride), shape)] : []));
    return terms.length === 0 ? undefined : terms.reduce((sum, term) => b.add(sum, term));
  });
  const each = shape.map((dim, i) => (i === axis ? longest : dim));
  const column = [...each.slice(0, axis + 1), 1, ...each.slice(axis + 1)];
  const empty = phases.includes(undefined) ? b.zeros(column) : undefined;
  const woven = (): string => b.concat(phases.map((phase) => (phase === undefined ? empty! : b.reshape(phase, column))), axis + 1);
  const whole = stride === 1 ? phases[0]! : b.reshape(woven(), each.map((dim, i) => (i === axis ? dim * stride : dim)));
  // Padding is cut off; elements that no window reaches get nothing.
  const end = Math.min(longest * stride, before + size);
  const cut = before === 0 && end === longest * stride ? whole : b.slice(whole, [before], [end], [axis]);
  return moved(b, cut, axis, 0, size - (end - before), shape);
}

/** Zeros before and after along one axis: joined, since padding is slow. `shape` counts for the other axes. */
function moved(b: GraphBuilder, value: string, axis: number, before: number, behind: number, shape: readonly number[]): string {
  if (before === 0 && behind === 0) return value;
  const zeros = (count: number): string[] => (count === 0 ? [] : [b.zeros(shape.map((dim, i) => (i === axis ? count : dim)))]);
  return b.concat([...zeros(before), value, ...zeros(behind)], axis);
}
