import * as tf from "@tensorflow/tfjs-core";
import { floatsOf } from "./heap.js";
import { cells, type Cell } from "./recurrent-cells.js";
import { rowOf, type Direction, type Layer, type Results } from "./recurrent-layer.js";
import { inputProduct } from "./recurrent-product.js";

/**
 * A recurrence near the host: a loop of ours over all steps, in which nothing but the product with R is a kernel. An LSTM of 128 units, one
 * sample, one core, tfjs 4.22.0 on wasm: 16 µs a step, where `byKernels` takes 200, and the longer the text the more.
 */
export function byLoop(layer: Layer): Results {
  const { call, op, steps, batch, hidden, directions, batchFirst } = layer;
  const count = directions.length;
  const y = tf.fill(batchFirst ? [batch, steps, count, hidden] : [steps, count, batch, hidden], 0);
  const shape = batchFirst ? [batch, count, hidden] : [count, batch, hidden];
  const [h, c] = [new Float32Array(count * batch * hidden), new Float32Array(count * batch * hidden)];
  const [h0, c0] = [call.inputs[5]?.plain(), op === "LSTM" ? call.inputs[6]?.plain() : undefined];
  for (const direction of directions) {
    const cell = cells[op](layer, direction);
    const begin = (n: number): number => (batchFirst ? n * count + direction.index : direction.index * batch + n) * hidden;
    const start = (state: Float32Array, given: tf.Tensor | undefined): void => {
      if (!given) return;
      const from = floatsOf(given);
      for (let n = 0; n < batch; n++) state.set(from.subarray(begin(n), begin(n) + hidden), n * hidden);
    };
    const end = (state: Float32Array, to: Float32Array): void => {
      for (let n = 0; n < batch; n++) to.set(state.subarray(n * hidden, (n + 1) * hidden), begin(n));
    };
    start(cell.h, h0);
    if (cell.c) start(cell.c, c0);
    if (y.size > 0) run(layer, direction, cell, y);
    end(cell.h, h);
    if (cell.c) end(cell.c, c);
  }
  return { y, h: tf.tensor(h, shape), c: op === "LSTM" ? tf.tensor(c, shape) : undefined };
}

/** All steps of one direction. Samples that have ended keep their state and leave zeros. */
function run(layer: Layer, direction: Direction, { h, stages }: Cell, y: tf.Tensor): void {
  const { gates, steps, batch, hidden, directions, batchFirst, lengths } = layer;
  const { index, backwards } = direction;
  const fromX = inputProduct(layer, index, biasOf(layer, index));
  const ends = lengths ?? new Array<number>(batch).fill(steps);
  const last = ends.reduce((a, b) => Math.max(a, b), 0);
  for (let step = 0; step < last; step++) {
    const time = (n: number): number => (backwards ? ends[n]! - 1 - step : step);
    for (const { product, vectors, sums, advance } of stages) {
      product(vectors, sums);
      const x = floatsOf(fromX);
      for (let n = 0; n < batch; n++) if (step < ends[n]!) advance(x, (batchFirst ? n * steps + time(n) : time(n) * batch + n) * gates * hidden, n);
    }
    const to = floatsOf(y);
    for (let n = 0; n < batch; n++) {
      if (step >= ends[n]!) continue;
      const place = (batchFirst ? (n * steps + time(n)) * directions.length + index : (time(n) * directions.length + index) * batch + n) * hidden;
      for (let k = 0; k < hidden; k++) to[place + k] = h[n * hidden + k]!;
    }
  }
  fromX.dispose();
}

/** Both halves of the bias, but for the last third of a GRU's second half that is added before a reset. */
function biasOf(layer: Layer, direction: number): tf.Tensor1D | undefined {
  const { call, op, gates, hidden, linearBefore } = layer;
  const common = op === "GRU" && linearBefore ? 2 : gates;
  return call.inputs[3]?.form(`direction ${direction} both halves, ${common} gates of the second`, () => {
    const [first, second] = [rowOf(layer, 3, direction, 0, gates)!, rowOf(layer, 3, direction, gates, common)!];
    return tf.add(first, tf.pad(second, [[0, (gates - common) * hidden]]));
  }) as tf.Tensor1D | undefined;
}
