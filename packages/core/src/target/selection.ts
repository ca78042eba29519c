import type { GraphBuilder } from "../graph/builder.js";
import { float32, type Tensor } from "../tensor/tensor.js";

/** Weights along one axis of a value, one row per sample: a one-hot picks an index, ones take all. */
export interface AxisWeights {
  readonly axis: number;
  /** [samples][dim] */
  readonly rows: readonly Float32Array[];
}

export function oneHot(dim: number, index: number, weight = 1): Float32Array {
  const row = new Float32Array(dim);
  row[index] = weight;
  return row;
}

/**
 * A mask over a value as a product of one factor per axis. Each factor is a small graph input [samples, dim], so that
 * one compiled program serves every class, unit and position, also a different one for each sample.
 * @returns the mask's name, of the value's rank and broadcastable to it
 */
export function selectionMask(builder: GraphBuilder, rank: number, batchAxis: number, weights: readonly AxisWeights[], feeds: Record<string, Tensor>): string {
  const factors = weights.map(({ axis, rows }) => {
    const dim = rows[0]!.length;
    const name = builder.input(`target:axis${axis}`, "float32", ["N", dim]);
    const data = new Float32Array(rows.length * dim);
    rows.forEach((row, i) => data.set(row, i * dim));
    feeds[name] = float32([rows.length, dim], data);
    if (axis === batchAxis) return spread(builder, builder.reduceSum(name, [1]), rank, [batchAxis]);
    return axis > batchAxis ? spread(builder, name, rank, [batchAxis, axis]) : spread(builder, builder.transpose(name, [1, 0]), rank, [axis, batchAxis]);
  });
  return factors.reduce((a, b) => builder.mul(a, b, "target:mask"));
}

/** A value whose axes are `axes` of a larger rank, with ones for the others. */
function spread(builder: GraphBuilder, value: string, rank: number, axes: readonly number[]): string {
  const others = Array.from({ length: rank }, (_, axis) => axis).filter((axis) => !axes.includes(axis));
  return others.length === 0 ? value : builder.unsqueeze(value, others);
}
