import { attr, float32, sizeOf, type GraphBuilder } from "@vitrine/core";
import { around } from "./broadcasting.js";

/** Which elements of an axis make up each element of the result's: `weights[to]` lists [from, weight]. */
export type AxisMap = readonly (readonly (readonly [from: number, weight: number])[])[];

/**
 * The cotangent before a linear map along one axis: a product with the map as a small matrix [to, from], a constant.
 * Serves whatever maps axes one by one: resizing in every mode, padding by reflection.
 */
function mapBack(b: GraphBuilder, g: string, shape: readonly number[], axis: number, map: AxisMap, from: number): { value: string; shape: number[] } {
  const to = shape[axis]!;
  const result = shape.map((dim, i) => (i === axis ? from : dim));
  const matrix = new Float32Array(to * from);
  const { outer, inner } = around(shape, axis);
  if (inner === 1) {
    map.forEach((taps, t) => taps.forEach(([f, weight]) => (matrix[t * from + f]! += weight)));
    const product = b.op("Gemm", [b.reshape(g, [outer, to]), b.constant(float32([to, from], matrix), "axis-map")], { alpha: attr.float(1) });
    return { value: b.reshape(product, result), shape: result };
  }
  map.forEach((taps, t) => taps.forEach(([f, weight]) => (matrix[f * to + t]! += weight)));
  const product = b.matMul(b.constant(float32([from, to], matrix), "axis-map"), b.reshape(g, [outer, to, inner]));
  return { value: b.reshape(product, result), shape: result };
}

/** Every axis in turn, the one that shrinks the most first. */
export function mapAxesBack(b: GraphBuilder, g: string, shape: readonly number[], maps: readonly { readonly axis: number; readonly from: number; readonly map: AxisMap }[]): string {
  let current = { value: g, shape: [...shape] };
  for (const { axis, from, map } of [...maps].sort((p, q) => p.from / p.map.length - q.from / q.map.length)) current = mapBack(b, current.value, current.shape, axis, map, from);
  return sizeOf(shape) === 0 ? g : current.value;
}
