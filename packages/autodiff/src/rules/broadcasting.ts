import { sizeOf, type GraphBuilder } from "@vitrine/core";
import type { RuleContext } from "./rule.js";

const equal = (a: readonly number[], b: readonly number[]): boolean => a.length === b.length && a.every((dim, i) => dim === b[i]);

/** Sums a cotangent over the axes along which an operand of shape `to` was repeated. */
export function unbroadcast(b: GraphBuilder, g: string, from: readonly number[], to: readonly number[]): string {
  if (equal(from, to)) return g;
  const added = from.length - to.length;
  const axes = from.flatMap((dim, axis) => (axis < added || (to[axis - added] === 1 && dim !== 1) ? [axis] : []));
  const summed = axes.every((axis) => from[axis] === 1) ? g : b.reduceSum(g, axes, true);
  return added === 0 ? summed : b.reshape(summed, to);
}

/** The cotangent of input `i` of an elementwise node, from one of the output's shape. Built only where somebody needs it. */
export function operand(c: RuleContext, i: number, build: () => string): string | undefined {
  return c.needs(i) ? unbroadcast(c.b, build(), c.yShape, c.xShape(i)) : undefined;
}

/** A reduced value under the shape that it has with its axes kept as 1. */
export function keptShape(shape: readonly number[], axes: readonly number[]): number[] {
  return shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim));
}

/** Repeats `value`, whose shape is `from`, to `to`; itself where there is nothing to repeat. */
export function repeat(b: GraphBuilder, value: string, from: readonly number[], to: readonly number[]): string {
  return equal(from, to) ? value : b.expand(value, to);
}

/** 1 where `mask` (bool) is true, else 0. */
export const ones = (b: GraphBuilder, mask: string): string => b.cast(mask, "float32");

/** `g` where `mask` (bool) is true, else 0, whatever `g` is there. */
export const only = (b: GraphBuilder, mask: string, g: string): string => b.where(mask, g, b.scalar(0));

/** The same by a product, which onnxruntime computes in two thirds of the time of `Where`: for the masks of common activations. */
export const masked = (b: GraphBuilder, mask: string, g: string): string => b.mul(g, ones(b, mask));

export const axisOf = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/** Elements before, of and behind an axis. */
export function around(shape: readonly number[], axis: number): { outer: number; size: number; inner: number } {
  return { outer: sizeOf(shape.slice(0, axis)), size: shape[axis]!, inner: sizeOf(shape.slice(axis + 1)) };
}
