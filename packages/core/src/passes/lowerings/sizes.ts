import { attr } from "../../graph/attributes.js";
import type { GraphBuilder } from "../../graph/builder.js";

/** Sizes `start` to `end` (excluded) of a value, as a one-dimensional int64 value computed when the graph runs. */
export function sizesOf(b: GraphBuilder, value: string, start: number, end?: number): string {
  return b.op("Shape", [value], { start: attr.int(start), ...(end === undefined ? {} : { end: attr.int(end) }) });
}

/** One list of sizes after the other. */
export function joinSizes(b: GraphBuilder, parts: readonly string[]): string {
  return parts.length === 1 ? parts[0]! : b.concat(parts, 0);
}

/** The product of a list of sizes, as a list of one. */
export function productOf(b: GraphBuilder, sizes: string): string {
  return b.op("ReduceProd", [sizes], { keepdims: attr.int(1) });
}

/** 0, 1, 2, … up to a size given as a list of one. */
export function rangeTo(b: GraphBuilder, size: string): string {
  return b.op("Range", [b.constant(zero), b.squeeze(size, [0]), b.constant(one)]);
}

const zero = { dtype: "int64", shape: [], data: BigInt64Array.of(0n) } as const;
const one = { dtype: "int64", shape: [], data: BigInt64Array.of(1n) } as const;
