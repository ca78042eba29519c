import { sizeOf, stridesOf } from "@vitrine/core";

/** Positions of a grid in the order in which they are visited. */
export interface CoarseToFine {
  /** Row-major positions, the coarsest grid first. */
  readonly order: Int32Array;
  /** How many of them make each complete grid, coarsest first; the last is all. */
  readonly complete: readonly number[];
}

/**
 * Positions so that every prefix shows the whole: first those whose every index is a multiple of 2^l, then of 2^(l−1), …
 * as an interlaced picture loads. Within a grid they go row by row.
 */
export function coarseToFine(steps: readonly number[]): CoarseToFine {
  const count = sizeOf(steps);
  const levels = Math.ceil(Math.log2(Math.max(1, ...steps)));
  const levelAt = new Uint8Array(count);
  const perLevel = new Array<number>(levels + 1).fill(0);
  const index = new Array<number>(steps.length).fill(0);
  for (let position = 0; position < count; position++) {
    let bits = 0;
    for (const i of index) bits |= i;
    const level = bits === 0 ? levels : Math.min(levels, 31 - Math.clz32(bits & -bits));
    levelAt[position] = level;
    perLevel[level]!++;
    for (let axis = steps.length - 1; axis >= 0 && ++index[axis]! === steps[axis]; axis--) index[axis] = 0;
  }
  const starts = new Array<number>(levels + 1).fill(0);
  const complete: number[] = [];
  let start = 0;
  for (let level = levels; level >= 0; level--) {
    starts[level] = start;
    start += perLevel[level]!;
    complete.push(start);
  }
  const order = new Int32Array(count);
  for (let position = 0; position < count; position++) order[starts[levelAt[position]!]!++] = position;
  return { order, complete };
}

/**
 * The visited position that stands for an unvisited one in a partial picture: the nearest of the finest grid that has it.
 * @returns one position per position; visited ones stand for themselves, and -1 where nothing was visited yet
 */
export function nearestVisited(steps: readonly number[], visited: Uint8Array): Int32Array {
  const strides = stridesOf(steps);
  const levels = Math.ceil(Math.log2(Math.max(1, ...steps)));
  const stands = new Int32Array(visited.length).fill(-1);
  const index = new Array<number>(steps.length).fill(0);
  for (let position = 0; position < visited.length; position++) {
    for (let level = 0; level <= levels && stands[position]! < 0; level++) {
      const step = 2 ** level;
      let candidate = 0;
      for (let axis = 0; axis < steps.length; axis++) {
        const last = Math.floor((steps[axis]! - 1) / step);
        candidate += Math.min(last, Math.round(index[axis]! / step)) * step * strides[axis]!;
      }
      if (visited[candidate] === 1) stands[position] = candidate;
    }
    for (let axis = steps.length - 1; axis >= 0 && ++index[axis]! === steps[axis]; axis--) index[axis] = 0;
  }
  return stands;
}
