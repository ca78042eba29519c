import { attr, intsAttr, sizeOf, type GraphBuilder } from "@vitrine/core";
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

/** Along one axis: what each window may choose from, and the maximum of it. */
interface Stage {
  readonly axis: number;
  readonly kernel: number;
  readonly stride: number;
  readonly outputs: number;
  /** One value per place in the window, of `outputs` elements along the axis. */
  readonly candidates: readonly string[];
  /** What they were taken from: the maxima along the axes that follow. */
  readonly source: string;
}

/**
 * The maximum of a window is the maximum over rows of the maxima over columns, so that the first one is found axis by axis,
 * by comparing: the first row whose maximum it is, and in that the first column. It takes slices, comparisons and sums
 * along every axis, where indices take a walk over every window: a third of the time on onnxruntime's cpu.
 */
function axisByAxis(c: RuleContext, window: Window): string {
  const { b } = c;
  const [shape, out] = [c.xShape(0), c.yShape];
  const rank = window.kernel.length;
  const total = window.kernel.map((kernel, i) => (out[i + 2]! - 1) * window.strides[i]! + kernel);
  const stages: Stage[] = [];
  let value = padded(c, window, total);
  for (let i = rank - 1; i >= 0; i--) {
    const stage = { axis: i + 2, kernel: window.kernel[i]!, stride: window.strides[i]!, outputs: out[i + 2]! };
    const candidates = choices(b, value, stage, total[i]!);
    stages.unshift({ ...stage, candidates, source: value });
    // The maximum over all axes is the operator's own result.
    if (i > 0) value = candidates.length === 1 ? candidates[0]! : b.op("Max", candidates, {}, `${c.y}:rows`);
  }
  let g = c.g;
  let top = c.y;
  let current = [...out];
  stages.forEach((stage, i) => {
    current = current.map((dim, axis) => (axis === stage.axis ? total[i]! : dim));
    g = joined(b, route(b, stage, top, g), stage, current);
    // What was maximal along this axis was chosen among the maxima along those that follow.
    top = stage.source;
  });
  return cropped(c, g, window, total, shape);
}

/** Slices of a value, one for every place in a window. Places that a stride apart share are cut out of one strided slice. */
function choices(b: GraphBuilder, value: string, { axis, kernel, stride, outputs }: Omit<Stage, "candidates" | "source">, total: number): readonly string[] {
  const phases = Array.from({ length: Math.min(kernel, stride) }, (_, phase) => (stride === 1 ? value : b.slice(value, [phase], [total], [axis], [stride])));
  const lengths = phases.map((_, phase) => Math.ceil((total - phase) / stride));
  return Array.from({ length: kernel }, (_, place) => {
    const [phase, shift] = [place % stride, Math.floor(place / stride)];
    return lengths[phase] === outputs ? phases[phase]! : b.slice(phases[phase]!, [shift], [shift + outputs], [axis]);
  });
}

/** What every place of the windows gets: the first that holds the maximum all of it. */
function route(b: GraphBuilder, { candidates }: Stage, top: string, g: string): string[] {
  let left = g;
  return candidates.map((candidate, i) => {
    if (i === candidates.length - 1) return left;
    const taken = b.where(b.equal(candidate, top), left, b.scalar(0));
    left = b.sub(left, taken);
    return taken;
  });
}

/** Puts what the places of windows got where it belongs along the axis: places that are a stride apart add, phases interleave. */
function joined(b: GraphBuilder, parts: readonly string[], { axis, kernel, stride, outputs }: Stage, shape: readonly number[]): string {
  const longest = outputs + Math.floor((kernel - 1) / stride);
  const phases = Array.from({ length: stride }, (_, phase) => {
    const terms = parts.flatMap((part, place) => (place % stride === phase ? [moved(b, part, axis, Math.floor(place / stride), longest - outputs - Math.floor(place / stride), shape.length)] : []));
    return terms.length === 0 ? undefined : terms.reduce((sum, term) => b.add(sum, term));
  });
  if (stride === 1) return phases[0]!;
  const each = shape.map((dim, i) => (i === axis ? longest : dim));
  const column = [...each.slice(0, axis + 1), 1, ...each.slice(axis + 1)];
  const empty = phases.includes(undefined) ? b.zeros(column) : undefined;
  const woven = b.concat(phases.map((phase) => (phase === undefined ? empty! : b.reshape(phase, column))), axis + 1);
  const whole = b.reshape(woven, each.map((dim, i) => (i === axis ? dim * stride : dim)));
  return longest * stride === shape[axis] ? whole : b.slice(whole, [0], [shape[axis]!], [axis]);
}

/** Zeros before and after along one axis. */
function moved(b: GraphBuilder, value: string, axis: number, before: number, after: number, rank: number): string {
  if (before === 0 && after === 0) return value;
  const pads = new Array<number>(2 * rank).fill(0);
  pads[axis] = before;
  pads[rank + axis] = after;
  return b.pad(value, pads);
}

/** The input as far as windows reach, with what is less than all outside. */
function padded(c: RuleContext, { before }: Window, total: readonly number[]): string {
  const { b } = c;
  const size = c.xShape(0).slice(2);
  const after = total.map((end, i) => Math.max(0, end - before[i]! - size[i]!));
  const none = before.every((pad) => pad === 0) && after.every((pad) => pad === 0);
  const whole = none ? c.x(0) : b.op("Pad", [c.x(0), b.ints([0, 0, ...before, 0, 0, ...after]), b.scalar(lowest)]);
  // What no window reaches at the far end is left out.
  const reached = size.every((dim, i) => before[i]! + dim + after[i]! === total[i]);
  return reached ? whole : b.slice(whole, total.map(() => 0), [...total], total.map((_, i) => i + 2));
}

/** The input's part of what windows reach, and zeros where none does. */
function cropped(c: RuleContext, value: string, { before }: Window, total: readonly number[], shape: readonly number[]): string {
  const { b } = c;
  const size = shape.slice(2);
  const axes = size.map((_, i) => i + 2);
  const end = size.map((dim, i) => Math.min(total[i]!, before[i]! + dim));
  const cut = before.every((pad) => pad === 0) && end.every((at, i) => at === total[i]) ? value : b.slice(value, [...before], end, axes);
  const missing = size.map((dim, i) => dim - (end[i]! - before[i]!));
  return missing.every((count) => count === 0) ? cut : b.pad(cut, [0, 0, ...before.map(() => 0), 0, 0, ...missing]);
}
