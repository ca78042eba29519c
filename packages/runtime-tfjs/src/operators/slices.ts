import { Refusal } from "../errors.js";
import { axisOf } from "./operator.js";

export interface Slices {
  /** Where each axis begins, how many elements of it are taken, and how far they are apart (negative: backwards). */
  readonly starts: number[];
  readonly counts: number[];
  readonly steps: number[];
}

/** What a Slice takes of every axis, out-of-range ends brought to the edges as ONNX has it. */
export function readSlices(shape: readonly number[], from: readonly number[], to: readonly number[], axes: readonly number[] = from.map((_, i) => i), by: readonly number[] = from.map(() => 1)): Slices {
  const slices: Slices = { starts: shape.map(() => 0), counts: [...shape], steps: shape.map(() => 1) };
  axes.forEach((given, i) => {
    const axis = axisOf(given, shape.length);
    const [dim, step] = [shape[axis]!, by[i] ?? 1];
    if (step === 0) throw new Refusal("a step of a slice is 0");
    const place = (at: number, low: number, high: number): number => Math.min(high, Math.max(low, at < 0 ? at + dim : at));
    const start = step > 0 ? place(from[i]!, 0, dim) : place(from[i]!, 0, dim - 1);
    const end = step > 0 ? place(to[i]!, 0, dim) : place(to[i]!, -1, dim - 1);
    slices.starts[axis] = start;
    slices.counts[axis] = Math.max(0, Math.ceil((end - start) / step));
    slices.steps[axis] = step;
  });
  return slices;
}
