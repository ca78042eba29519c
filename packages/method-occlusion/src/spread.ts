import { sizeOf } from "@vitrine/core";
import { covering, type WindowGrid } from "./windows.js";

/** How the windows that cover an element become its attribution: their mean (Captum), or their sum (PAIR, Xplique). */
export type Combine = "mean" | "sum";

/**
 * One value per window becomes one value per element, from the windows that cover it.
 *
 * The windows that cover an element are a box of the grid, so that sum and mean go axis by axis: the cost is that of the
 * input times the overlap along one axis, not of windows times window. An element that no window covers gets 0.
 *
 * @param values one per position, row-major
 * @returns one per element of the sample, row-major
 */
export function spread(grid: WindowGrid, values: Float64Array, combine: Combine): Float64Array {
  const shape = [...grid.steps];
  let current = values;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const outer = sizeOf(shape.slice(0, axis));
    const inner = sizeOf(shape.slice(axis + 1));
    const steps = shape[axis]!;
    const size = grid.size[axis]!;
    const next = new Float64Array(outer * size * inner);
    for (let i = 0; i < size; i++) {
      const { first, last } = covering(grid, axis, i);
      if (last < first) continue;
      const weight = combine === "mean" ? 1 / (last - first + 1) : 1;
      for (let o = 0; o < outer; o++) {
        const to = (o * size + i) * inner;
        for (let k = first; k <= last; k++) {
          const from = (o * steps + k) * inner;
          for (let j = 0; j < inner; j++) next[to + j]! += current[from + j]! * weight;
        }
      }
    }
    shape[axis] = size;
    current = next;
  }
  return current;
}
