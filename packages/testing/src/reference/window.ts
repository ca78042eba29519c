import { intsAttr, stringAttr, stridesOf, type Node } from "@vitrine/core";
import { boundedSize, positions } from "./indexing.js";

/** A window sliding over spatial axes, as convolution and pooling have it. */
export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Padding before the first element of each axis. */
  readonly before: readonly number[];
  /** Padding after the last one. */
  readonly after: readonly number[];
  /** Number of windows along each axis. */
  readonly out: readonly number[];
}

/** Elements that a dilated kernel reaches over. */
export const extentOf = (kernel: number, dilation: number): number => (kernel - 1) * dilation + 1;

/**
 * Reads the attributes that convolution and pooling share.
 * With `ceil_mode` a last window is kept only where it begins inside the data or the padding before it.
 */
export function windowOf(node: Node, size: readonly number[], kernel: readonly number[], ceil = false): Window {
  const rank = size.length;
  if (kernel.length !== rank) throw new RangeError(`a kernel of ${kernel.length} axes does not fit an input of ${rank}`);
  const strides = intsAttr(node, "strides", new Array<number>(rank).fill(1));
  const dilations = intsAttr(node, "dilations", new Array<number>(rank).fill(1));
  const pads = intsAttr(node, "pads", new Array<number>(2 * rank).fill(0));
  if (strides.length !== rank || dilations.length !== rank || pads.length !== 2 * rank) throw new RangeError("strides, dilations or pads do not fit the spatial axes");
  if ([...strides, ...dilations, ...kernel].some((n) => n < 1)) throw new RangeError("kernel, strides and dilations are at least 1");
  const auto = stringAttr(node, "auto_pad", "NOTSET");
  const before = pads.slice(0, rank);
  const after = pads.slice(rank);
  const out = size.map((dim, axis) => {
    const extent = extentOf(kernel[axis]!, dilations[axis]!);
    const stride = strides[axis]!;
    if (auto === "SAME_UPPER" || auto === "SAME_LOWER") {
      const count = Math.ceil(dim / stride);
      const total = Math.max(0, (count - 1) * stride + extent - dim);
      before[axis] = auto === "SAME_UPPER" ? Math.floor(total / 2) : Math.ceil(total / 2);
      after[axis] = total - before[axis]!;
      return count;
    }
    if (auto === "VALID") before[axis] = after[axis] = 0;
    const room = (dim + before[axis]! + after[axis]! - extent) / stride;
    if (room < 0) throw new RangeError(`a window of ${extent} does not fit into ${dim} elements`);
    const count = (ceil ? Math.ceil(room) : Math.floor(room)) + 1;
    return ceil && (count - 1) * stride >= dim + before[axis]! ? count - 1 : count;
  });
  return { kernel, strides, dilations, before, after, out };
}

/** Which input element each kernel element of each window touches: three flat offsets per touch, padding left out. */
export interface Touches {
  readonly out: Int32Array;
  readonly in: Int32Array;
  readonly kernel: Int32Array;
}

/** All touches, window by window in row-major order, kernel elements in row-major order within each. */
export function touchesOf(window: Window, size: readonly number[]): Touches {
  const most = boundedSize([...window.out, ...window.kernel]);
  const touches = { out: new Int32Array(most), in: new Int32Array(most), kernel: new Int32Array(most) };
  const strides = stridesOf(size);
  let count = 0;
  let o = 0;
  for (const out of positions(window.out)) {
    let k = 0;
    for (const kernel of positions(window.kernel)) {
      let offset = 0;
      for (let axis = 0; axis < size.length && offset >= 0; axis++) {
        const at = out[axis]! * window.strides[axis]! - window.before[axis]! + kernel[axis]! * window.dilations[axis]!;
        offset = at >= 0 && at < size[axis]! ? offset + at * strides[axis]! : -1;
      }
      if (offset >= 0) {
        touches.out[count] = o;
        touches.in[count] = offset;
        touches.kernel[count++] = k;
      }
      k++;
    }
    o++;
  }
  return { out: touches.out.subarray(0, count), in: touches.in.subarray(0, count), kernel: touches.kernel.subarray(0, count) };
}
