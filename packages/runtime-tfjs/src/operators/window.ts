import { intsAttr, stringAttr, type Node } from "@vitrine/core";
import { Refusal } from "../errors.js";

/** A window sliding over spatial axes, as convolution and pooling have it. */
export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Padding before the first element of each axis, and after the last; negative where it cuts. */
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** Number of windows along each axis. */
  readonly out: readonly number[];
}

/** Elements that a dilated kernel reaches over. */
export const extentOf = (kernel: number, dilation: number): number => (kernel - 1) * dilation + 1;

export const isSame = (node: Node): boolean => stringAttr(node, "auto_pad", "NOTSET").startsWith("SAME");

/** Halves of a padding; SAME_LOWER puts the odd one in front. */
export function halves(node: Node, total: number): { readonly before: number; readonly after: number } {
  const small = Math.floor(total / 2);
  return stringAttr(node, "auto_pad", "NOTSET") === "SAME_UPPER" ? { before: small, after: total - small } : { before: total - small, after: small };
}

/** The window of a node, and what it was read for: sizes rarely change from one run to the next. */
const known = new WeakMap<Node, { readonly size: readonly number[]; readonly kernel: readonly number[]; readonly window: Window }>();

const equal = (a: readonly number[], b: readonly number[]): boolean => a.length === b.length && a.every((value, i) => value === b[i]);

/**
 * Reads the attributes that convolution and pooling share.
 * With `ceil` a last window is kept only where it begins inside the data or the padding before it.
 */
export function windowOf(node: Node, size: readonly number[], kernel: readonly number[], ceil = false): Window {
  const last = known.get(node);
  if (last && equal(last.size, size) && equal(last.kernel, kernel)) return last.window;
  const window = readWindow(node, size, kernel, ceil);
  known.set(node, { size, kernel, window });
  return window;
}

function readWindow(node: Node, size: readonly number[], kernel: readonly number[], ceil: boolean): Window {
  const rank = size.length;
  const each = (value: number): number[] => size.map(() => value);
  const strides = intsAttr(node, "strides", each(1));
  const dilations = intsAttr(node, "dilations", each(1));
  const pads = intsAttr(node, "pads", [...each(0), ...each(0)]);
  if (kernel.length !== rank || strides.length !== rank || dilations.length !== rank || pads.length !== 2 * rank) {
    throw new Refusal(`its kernel, strides, dilations or pads do not fit ${rank} spatial axes`);
  }
  if ([...strides, ...dilations, ...kernel].some((n) => n < 1)) throw new Refusal("its kernel, strides and dilations are not all at least 1");
  const valid = stringAttr(node, "auto_pad", "NOTSET") === "VALID";
  const [before, after] = [valid ? each(0) : pads.slice(0, rank), valid ? each(0) : pads.slice(rank)];
  const out = size.map((dim, axis) => {
    const [extent, stride] = [extentOf(kernel[axis]!, dilations[axis]!), strides[axis]!];
    if (isSame(node)) {
      const count = Math.ceil(dim / stride);
      const both = halves(node, Math.max(0, (count - 1) * stride + extent - dim));
      [before[axis], after[axis]] = [both.before, both.after];
      return count;
    }
    const room = (dim + before[axis]! + after[axis]! - extent) / stride;
    if (room < 0) throw new Refusal(`a window of ${extent} does not fit into ${dim} elements`);
    const count = (ceil ? Math.ceil(room) : Math.floor(room)) + 1;
    return ceil && (count - 1) * stride >= dim + before[axis]! ? count - 1 : count;
  });
  return { kernel, strides, dilations, before, after, out };
}

/** Padding behind each axis that just reaches the last window's end. Less than declared where a stride leaves a rest, more with `ceil`. */
export function reach(window: Window, size: readonly number[]): number[] {
  return size.map((dim, axis) => (window.out[axis]! - 1) * window.strides[axis]! + extentOf(window.kernel[axis]!, window.dilations[axis]!) - dim - window.before[axis]!);
}

/** A series as a picture of height 1: tfjs has two-dimensional kernels only. */
export function flat(window: Window): Window {
  return {
    kernel: [1, ...window.kernel], strides: [1, ...window.strides], dilations: [1, ...window.dilations],
    before: [0, ...window.before], after: [0, ...window.after], out: [1, ...window.out],
  };
}
