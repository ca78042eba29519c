import * as tf from "@tensorflow/tfjs-core";
import { input } from "./operator.js";
import { select } from "./kernels.js";
import { pick } from "./pieces.js";
import { matrixOf, rowOf, type Direction, type Layer, type RecurrentName, type Results } from "./recurrent-layer.js";

/** One direction's weights: R [hidden, gates · hidden], and both halves of the bias [gates · hidden]. */
interface Weights {
  readonly r: tf.Tensor2D;
  readonly biasW: tf.Tensor | undefined;
  readonly biasR: tf.Tensor | undefined;
  /** Peepholes of i, o and f: [hidden] each. */
  readonly peepholes: readonly tf.Tensor[];
  readonly curves: readonly ((x: tf.Tensor) => tf.Tensor)[];
  readonly clip: (x: tf.Tensor) => tf.Tensor;
}

interface State {
  readonly h: tf.Tensor2D;
  readonly c: tf.Tensor2D;
}

/** `fromX` is W·x [samples, gates · hidden], without a bias. */
type Cell = (layer: Layer, weights: Weights, fromX: tf.Tensor2D, state: State) => State;

const parts = (x: tf.Tensor, count: number): tf.Tensor[] => tf.split(x, count, x.rank - 1);
const plus = (x: tf.Tensor, bias: tf.Tensor | undefined): tf.Tensor => (bias ? tf.add(x, bias) : x);
const matrix = (x: tf.Tensor): tf.Tensor2D => x as tf.Tensor2D;

/** https://onnx.ai/onnx/operators/onnx__LSTM.html; gates in the order i, o, f, c, peepholes i, o, f. */
const lstm: Cell = (layer, d, fromX, { h, c }) => {
  const [f, g, output] = d.curves;
  const sum = plus(plus(tf.add(fromX, tf.matMul(h, d.r)), d.biasW), d.biasR);
  const [i, o, forget, candidate] = parts(sum, 4) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
  const peep = (gate: tf.Tensor, index: number, cell: tf.Tensor): tf.Tensor => (d.peepholes[index] ? tf.add(gate, tf.mul(d.peepholes[index], cell)) : gate);
  const inGate = f!(d.clip(peep(i, 0, c)));
  const forgetGate = layer.coupled ? tf.sub(1, inGate) : f!(d.clip(peep(forget, 2, c)));
  const cell = matrix(tf.add(tf.mul(forgetGate, c), tf.mul(inGate, g!(d.clip(candidate)))));
  return { h: matrix(tf.mul(f!(d.clip(peep(o, 1, cell))), output!(cell))), c: cell };
};

/** https://onnx.ai/onnx/operators/onnx__GRU.html; gates in the order z, r, h. */
const gru: Cell = (layer, d, fromX, { h, c }) => {
  const [f, g] = d.curves;
  const [xz, xr, xh] = parts(plus(fromX, d.biasW), 3) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const [bz, br, bh] = d.biasR ? parts(d.biasR, 3) : [];
  const [rz, rr, rh] = parts(d.r, 3) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
  const update = f!(d.clip(plus(tf.add(xz, tf.matMul(h, rz)), bz)));
  const reset = f!(d.clip(plus(tf.add(xr, tf.matMul(h, rr)), br)));
  const recurrent = layer.linearBefore ? tf.mul(reset, plus(tf.matMul(h, rh), bh)) : plus(tf.matMul(matrix(tf.mul(reset, h)), rh), bh);
  const candidate = g!(d.clip(tf.add(xh, recurrent)));
  return { h: matrix(tf.add(candidate, tf.mul(update, tf.sub(h, candidate)))), c };
};

/** h′ = f(W·x + R·h + b) */
const rnn: Cell = (_, d, fromX, { h, c }) => ({ h: matrix(d.curves[0]!(d.clip(plus(plus(tf.add(fromX, tf.matMul(h, d.r)), d.biasW), d.biasR)))), c });

const cells: Readonly<Record<RecurrentName, Cell>> = { LSTM: lstm, GRU: gru, RNN: rnn };

/** A dozen kernels a step: what a GPU wants. */
export function byKernels(layer: Layer): Results {
  const { call, batchFirst } = layer;
  const stepsFirst = (x: tf.Tensor): tf.Tensor => (batchFirst ? tf.transpose(x, [1, 0, 2]) : x);
  const x = stepsFirst(input(call, 0).plain());
  const runs = layer.directions.map((direction) => run(layer, direction, x, (index) => {
    const given = call.inputs[index];
    return given && stepsFirst(given.plain());
  }));
  const y = tf.concat(runs.map((one) => one.y), 1);
  const last = (of: (state: State) => tf.Tensor): tf.Tensor => {
    const value = tf.stack(runs.map(({ state }) => of(state)));
    return batchFirst ? tf.transpose(value, [1, 0, 2]) : value;
  };
  return { y: batchFirst ? tf.transpose(y, [2, 0, 1, 3]) : y, h: last(({ h }) => h), c: layer.op === "LSTM" ? last(({ c }) => c) : undefined };
}

/** `start` gives the first states of all directions. */
function run(layer: Layer, { index: d, backwards, curves }: Direction, x: tf.Tensor, start: (index: number) => tf.Tensor | undefined): { readonly y: tf.Tensor; readonly state: State } {
  const { gates, steps, batch, features, hidden, lengths, clip } = layer;
  const rows = backwards ? reversedRows(steps, lengths ?? new Array<number>(batch).fill(steps)) : undefined;
  const weights: Weights = {
    r: matrixOf(layer, 2, d, 0, gates),
    biasW: rowOf(layer, 3, d, 0, gates), biasR: rowOf(layer, 3, d, gates, gates),
    peepholes: [0, 1, 2].flatMap((gate) => rowOf(layer, 7, d, gate, 1) ?? []),
    curves: curves.map(({ ofTensor }) => ofTensor),
    clip: clip === Infinity ? (t) => t : (t) => tf.clipByValue(t, -clip, clip),
  };
  const flat = tf.reshape<tf.Rank.R2>(x, [steps * batch, features]);
  const fromX = tf.unstack(tf.reshape(tf.matMul(rows ? matrix(pick(flat, rows, 0)) : flat, matrixOf(layer, 1, d, 0, gates)), [steps, batch, gates * hidden]));
  const first = (given: tf.Tensor | undefined): tf.Tensor2D => (given ? tf.reshape<tf.Rank.R2>(tf.slice(given, [d, 0, 0], [1, batch, hidden]), [batch, hidden]) : tf.zeros([batch, hidden]));
  let state: State = { h: first(start(5)), c: first(layer.op === "LSTM" ? start(6) : undefined) };
  const ys = fromX.map((step, t) => {
    const ended = lengths?.map((length) => t >= length);
    const [h, c, y] = tf.tidy(() => advance(cells[layer.op](layer, weights, step as tf.Tensor2D, state), state, ended));
    state = { h: h!, c: c! };
    return y!;
  });
  const all = ys.length === 0 ? tf.zeros([0, batch, hidden]) : tf.stack(ys);
  const ordered = rows ? pick(tf.reshape<tf.Rank.R2>(all, [steps * batch, hidden]), rows, 0) : all;
  return { y: tf.reshape(ordered, [steps, 1, batch, hidden]), state };
}

/** Rows (step, sample) of a batch whose every sample is read from its own end; its own inverse. */
function reversedRows(steps: number, lengths: readonly number[]): Int32Array {
  const batch = lengths.length;
  return Int32Array.from({ length: steps * batch }, (_, row) => {
    const [t, n] = [Math.floor(row / batch), row % batch];
    return t < lengths[n]! ? (lengths[n]! - 1 - t) * batch + n : row;
  });
}

/** Samples that have ended keep their state and give zeros. */
function advance(next: State, before: State, ended: readonly boolean[] | undefined): tf.Tensor2D[] {
  if (!ended?.includes(true)) return [next.h, next.c, tf.clone(next.h)];
  const stopped = tf.tensor(Uint8Array.from(ended, Number), [ended.length, 1], "bool");
  const kept = (a: tf.Tensor, b: tf.Tensor): tf.Tensor2D => matrix(select(stopped, a, b));
  return [kept(before.h, next.h), kept(before.c, next.c), kept(tf.zerosLike(next.h), next.h)];
}
