import { float32, int64, seededRandom, sizeOf, type Tensor } from "@vitrine/core";
import type { Fixed, OperatorCase } from "@vitrine/testing";
import fc from "fast-check";

/** Random cases of one family: what its rules are held against differences by. */
export interface Family {
  readonly name: string;
  readonly cases: fc.Arbitrary<OperatorCase>;
}

export const seed = fc.integer({ min: 1, max: 1e6 });
export const dim = (min = 1, max = 4): fc.Arbitrary<number> => fc.integer({ min, max });
export const each = <T>(arbitrary: fc.Arbitrary<T>, count: number): fc.Arbitrary<T[]> => fc.array(arbitrary, { minLength: count, maxLength: count });
export const dims = (minRank: number, maxRank: number, max = 4): fc.Arbitrary<number[]> => fc.array(dim(1, max), { minLength: minRank, maxLength: maxRank });
export const flag = fc.constantFrom(0, 1);

export function uniform(shape: readonly number[], s: number, low = -2, high = 2): Tensor<"float32"> {
  const random = seededRandom(s);
  return float32(shape, Float32Array.from({ length: sizeOf(shape) }, () => low + (high - low) * random.uniform()));
}

/** Distinct numbers, far enough apart that no difference crosses a tie, and none a multiple of 1/16. */
export function spaced(shape: readonly number[], s: number): Tensor<"float32"> {
  const order = uniform(shape, s).data;
  const ranks = new Float32Array(order.length);
  const middle = Math.floor(order.length / 2);
  Array.from(order.keys()).sort((a, b) => order[a]! - order[b]!).forEach((at, rank) => (ranks[at] = (rank - middle + 0.3) / 16));
  return float32(shape, ranks);
}

export const fixed = (value: Tensor): Fixed => ({ fixed: value });
export const ints = (values: readonly number[], shape?: readonly number[]): Fixed => fixed(int64(values, shape));
