import { sizeOf } from "@vitrine/core";
import { occlusionError } from "./errors.js";

/** A window that slides over one sample of an input: one number per axis, the batch left out. */
export interface WindowGrid {
  readonly size: readonly number[];
  readonly window: readonly number[];
  readonly stride: readonly number[];
  /** How many positions along each axis. */
  readonly steps: readonly number[];
}

/**
 * What becomes of windows at the far edge: they overhang it and the last is cut (Captum, tf-explain),
 * or only whole ones count (PAIR, Xplique), and a rest may never be hidden.
 */
export type Edge = "overhang" | "inside";

/** More positions than anybody waits for; far fewer than would fill the memory. */
export const mostWindows = 4_000_000;

/**
 * The grid of window positions. Captum: ⌈(size − window) / stride⌉ + 1 per axis; position k begins at k · stride.
 * @param name of the input, for messages
 * @throws `window-size`, `window-large`, `stride-large`, `windows-many`
 */
export function windowGrid(name: string, size: readonly number[], window: readonly number[], stride: readonly number[], edge: Edge): WindowGrid {
  const steps = size.map((extent, axis) => {
    const w = window[axis]!;
    const s = stride[axis]!;
    if (!Number.isSafeInteger(w) || w < 1) throw occlusionError("window-size", { flag: "--window", given: w, input: name, axis, size: extent });
    if (!Number.isSafeInteger(s) || s < 1) throw occlusionError("window-size", { flag: "--stride", given: s, input: name, axis, size: extent });
    if (w > extent) throw occlusionError("window-large", { window: w, input: name, axis, size: extent });
    if (s > w && w !== extent) throw occlusionError("stride-large", { stride: s, window: w, input: name, axis });
    return (edge === "overhang" ? Math.ceil((extent - w) / s) : Math.floor((extent - w) / s)) + 1;
  });
  const windows = sizeOf(steps);
  if (windows > mostWindows) throw occlusionError("windows-many", { windows, most: mostWindows, input: name });
  return { size, window, stride, steps };
}

/** Where window `position` (row-major among the steps) begins and ends along each axis. */
export function windowBox(grid: WindowGrid, position: number): { readonly start: readonly number[]; readonly end: readonly number[] } {
  const start = new Array<number>(grid.size.length);
  const end = new Array<number>(grid.size.length);
  let rest = position;
  for (let axis = grid.size.length - 1; axis >= 0; axis--) {
    const steps = grid.steps[axis]!;
    start[axis] = (rest % steps) * grid.stride[axis]!;
    end[axis] = Math.min(grid.size[axis]!, start[axis]! + grid.window[axis]!);
    rest = Math.floor(rest / steps);
  }
  return { start, end };
}

/** The window positions that cover element `i` of an axis: from `first` to `last`, none where `last < first`. */
export function covering(grid: WindowGrid, axis: number, i: number): { readonly first: number; readonly last: number } {
  const stride = grid.stride[axis]!;
  return {
    first: Math.max(0, Math.ceil((i - grid.window[axis]! + 1) / stride)),
    last: Math.min(grid.steps[axis]! - 1, Math.floor(i / stride)),
  };
}
