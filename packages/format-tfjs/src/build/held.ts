import type { Constant } from "@vitrine/core";

/** A size where it is known, else null. */
export type Size = number | null;
export type Shape = readonly Size[];

/** The order of axes in memory: axis i there is axis `order[i]` of what the file means. */
export type Order = readonly number[];

/**
 * A value as the file means it, and the graph's value that holds it, possibly with its axes in another order.
 * TensorFlow is channels-last and ONNX channels-first: values stay in the order in which they were computed until somebody needs another.
 */
export interface Held {
  /** The graph's value. */
  readonly value: string;
  /** As the file means it. Undefined where not even the rank is known. */
  readonly shape: Shape | undefined;
  /** Undefined where the axes lie as the file means them. */
  readonly order: Order | undefined;
  /** What it is, where it is constant. */
  readonly constant?: Constant;
}

/** A value whose rank is known, as all of a LayersModel. */
export interface Ranked extends Held {
  readonly shape: Shape;
}

/** [0, r − 1, 1, …]: a convolution's order of a channels-last value. */
export function channelsFirst(rank: number): Order {
  return Array.from({ length: rank }, (_, i) => (i === 0 ? 0 : i === 1 ? rank - 1 : i - 1));
}

/** [1, 0, 2]: a recurrent operator's order of a batch-first sequence. */
export const timeFirst: Order = [1, 0, 2];

export const isInOrder = (order: Order | undefined): boolean => order === undefined || order.every((axis, i) => axis === i);

export function sameOrder(a: Order | undefined, b: Order | undefined): boolean {
  if (isInOrder(a) || isInOrder(b)) return isInOrder(a) && isInOrder(b);
  return a!.length === b!.length && a!.every((axis, i) => axis === b![i]);
}

/** Where the axis that the file means lies in memory. */
export const placeOf = (held: Held, axis: number): number => (held.order ? held.order.indexOf(axis) : axis);

/** A list with one entry per axis, brought into the order of memory. */
export const arranged = <T>(list: readonly T[], order: Order | undefined): readonly T[] => (order ? order.map((axis) => list[axis]!) : list);
