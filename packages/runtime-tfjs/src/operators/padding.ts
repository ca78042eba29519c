import { padSource } from "@vitrine/core";
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
export function sourceAt(mode: string, at: number, size: number): number {
  const source = padSource(mode, at, size);
  if (source === undefined) throw new Refusal(`its mode is \`${mode}\``);
  return source;
}
