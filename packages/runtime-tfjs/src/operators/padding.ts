import { Refusal } from "../errors.js";
import { axisOf } from "./operator.js";

/** How far each axis is padded in front and behind. */
export function readPads(rank: number, pads: readonly number[], axes: readonly number[] = Array.from({ length: rank }, (_, axis) => axis)): { readonly before: number[]; readonly after: number[] } {
  if (pads.length !== 2 * axes.length) throw new Refusal(`${pads.length} pads do not fit ${axes.length} axes`);
  const [before, after] = [new Array<number>(rank).fill(0), new Array<number>(rank).fill(0)];
  axes.forEach((given, i) => {
    const axis = axisOf(given, rank);
    before[axis] = pads[i]!;
    after[axis] = pads[i + axes.length]!;
  });
  return { before, after };
}

/** Which element of the input stands at each place of a padded axis. */
export function padSource(mode: string, at: number, size: number): number {
  if (at >= 0 && at < size) return at;
  if (mode === "edge") return at < 0 ? 0 : size - 1;
  if (mode === "wrap") return ((at % size) + size) % size;
  if (mode !== "reflect") throw new Refusal(`its mode is \`${mode}\``);
  const period = Math.max(1, 2 * (size - 1));
  const folded = ((at % period) + period) % period;
  return folded < size ? folded : period - folded;
}
