import * as tf from "@tensorflow/tfjs-core";
import { floatAttr, intAttr, stringAttr, type Node } from "@vitrine/core";
import { Refusal } from "../errors.js";
import { Held } from "../value.js";
import { curvesOf, knownCurve, type Curve } from "./curves.js";
import { select } from "./kernels.js";
import { pick } from "./pieces.js";
import { input, numbersAt, type Call, type DeviceOperator, type Operator } from "./operator.js";

/** One direction's weights: [features, gates], [hidden, gates] turned once, and both halves of the bias [gates]. */
interface Direction {
  readonly r: tf.Tensor2D;
  readonly biasW: tf.Tensor | undefined;
  readonly biasR: tf.Tensor | undefined;
  /** Peepholes of i, o and f: [hidden] each. */
  readonly peepholes: readonly tf.Tensor[];
  readonly curves: readonly Curve[];
  readonly clip: (x: tf.Tensor) => tf.Tensor;
  readonly hidden: number;
  readonly node: Node;
}

interface State {
  readonly h: tf.Tensor2D;
  readonly c: tf.Tensor2D;
}

/** `fromX` is W·x [samples, gates · hidden], without a bias. */
type Cell = (d: Direction, fromX: tf.Tensor2D, state: State) => State;

const parts = (x: tf.Tensor, count: number): tf.Tensor[] => tf.split(x, count, x.rank - 1);
const plus = (x: tf.Tensor, bias: tf.Tensor | undefined): tf.Tensor => (bias ? tf.add(x, bias) : x);
const matrix = (x: tf.Tensor): tf.Tensor2D => x as tf.Tensor2D;

/** https://onnx.ai/onnx/operators/onnx__LSTM.html; gates in the order i, o, f, c, peepholes i, o, f. */
const lstm: Cell = (d, fromX, { h, c }) => {
  const [f, g, output] = d.curves as [Curve, Curve, Curve];
  const sum = plus(plus(tf.add(fromX, tf.matMul(h, d.r)), d.biasW), d.biasR);
  const [i, o, forget, candidate] = parts(sum, 4) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
  const peep = (gate: tf.Tensor, index: number, cell: tf.Tensor): tf.Tensor => (d.peepholes[index] ? tf.add(gate, tf.mul(d.peepholes[index], cell)) : gate);
  const inGate = f(d.clip(peep(i, 0, c)));
  const forgetGate = intAttr(d.node, "input_forget", 0) === 1 ? tf.sub(1, inGate) : f(d.clip(peep(forget, 2, c)));
  const cell = matrix(tf.add(tf.mul(forgetGate, c), tf.mul(inGate, g(d.clip(candidate)))));
  return { h: matrix(tf.mul(f(d.clip(peep(o, 1, cell))), output(cell))), c: cell };
};

/** https://onnx.ai/onnx/operators/onnx__GRU.html; gates in the order z, r, h. */
const gru: Cell = (d, fromX, { h, c }) => {
  const [f, g] = d.curves as [Curve, Curve];
  const [xz, xr, xh] = parts(plus(fromX, d.biasW), 3) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const linearBefore = intAttr(d.node, "linear_before_reset", 0) !== 0;
  const [bz, br, bh] = d.biasR ? parts(d.biasR, 3) : [];
  const [rz, rr, rh] = parts(d.r, 3) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
  const update = f(d.clip(plus(tf.add(xz, tf.matMul(h, rz)), bz)));
  const reset = f(d.clip(plus(tf.add(xr, tf.matMul(h, rr)), br)));
  const recurrent = linearBefore ? tf.mul(reset, plus(tf.matMul(h, rh), bh)) : plus(tf.matMul(matrix(tf.mul(reset, h)), rh), bh);
  const candidate = g(d.clip(tf.add(xh, recurrent)));
  return { h: matrix(tf.add(candidate, tf.mul(update, tf.sub(h, candidate)))), c };
};

/** h′ = f(W·x + R·h + b) */
const rnn: Cell = (d, fromX, { h, c }) => ({ h: matrix(d.curves[0]!(d.clip(plus(plus(tf.add(fromX, tf.matMul(h, d.r)), d.biasW), d.biasR)))), c });

interface Kind {
  readonly gates: number;
  readonly curves: readonly string[];
  readonly cell: Cell;
}

/** Rows (step, sample) of a batch whose every sample is read from its own end; its own inverse. */
function reversedRows(steps: number, lengths: readonly number[]): Int32Array {
  const batch = lengths.length;
  return Int32Array.from({ length: steps * batch }, (_, row) => {
    const [t, n] = [Math.floor(row / batch), row % batch];
    return t < lengths[n]! ? (lengths[n]! - 1 - t) * batch + n : row;
  });
}

const recurrent = ({ gates, curves: fallback, cell }: Kind): DeviceOperator => (call) => {
  const { node } = call;
  const batchFirst = intAttr(node, "layout", 0) === 1;
  const stepsFirst = (x: tf.Tensor): tf.Tensor => (batchFirst ? tf.transpose(x, [1, 0, 2]) : x);
  const [w, r] = [input(call, 1), input(call, 2)];
  const x = stepsFirst(input(call, 0).plain()) as tf.Tensor3D;
  const [steps, batch, features] = x.shape;
  const [directions = 1, , hidden = 0] = r.shape;
  const kind = stringAttr(node, "direction", "forward");
  if (directions !== (kind === "bidirectional" ? 2 : 1)) throw new Refusal(`weights of ${directions} directions do not fit \`${kind}\``);
  if (w.shape[2] !== features) throw new Refusal(`${features} features do not fit weights of shape [${w.shape.join(", ")}]`);
  const lengths = numbersAt(call, 4);
  const curves = curvesOf(node, fallback, directions);
  const runs = Array.from({ length: directions }, (_, d) => {
    const backwards = kind === "reverse" || d === 1;
    const rows = backwards ? reversedRows(steps, lengths ?? new Array<number>(batch).fill(steps)) : undefined;
    const turned = (weights: Held): tf.Tensor2D =>
      weights.form(`direction ${d}`, () => tf.transpose(tf.squeeze<tf.Tensor>(tf.slice(weights.plain(), [d, 0, 0], [1, weights.shape[1]!, weights.shape[2]!]), [0]))) as tf.Tensor2D;
    const clip = floatAttr(node, "clip");
    const direction: Direction = {
      r: turned(r), hidden, node, curves: curves.slice(d * fallback.length, (d + 1) * fallback.length),
      biasW: part(call, 3, d, 0, gates * hidden), biasR: part(call, 3, d, gates * hidden, gates * hidden),
      peepholes: call.inputs[7] ? [0, 1, 2].map((i) => part(call, 7, d, i * hidden, hidden)!) : [],
      clip: clip === undefined ? (t) => t : (t) => tf.clipByValue(t, -clip, clip),
    };
    const flat = tf.reshape<tf.Rank.R2>(x, [steps * batch, features]);
    const fromX = tf.unstack(tf.reshape(tf.matMul(rows ? (pick(flat, rows, 0) as tf.Tensor2D) : flat, turned(w)), [steps, batch, gates * hidden]));
    const start = (index: number): tf.Tensor2D => {
      const given = call.inputs[index];
      return given ? tf.reshape<tf.Rank.R2>(tf.slice(stepsFirst(given.plain()), [d, 0, 0], [1, batch, hidden]), [batch, hidden]) : tf.zeros([batch, hidden]);
    };
    let state: State = { h: start(5), c: gates === 4 ? start(6) : tf.zeros([batch, hidden]) };
    const ys = fromX.map((step, t) => {
      const ended = lengths?.map((length) => t >= length);
      const [h, c, y] = tf.tidy(() => advance(cell(direction, step as tf.Tensor2D, state), state, ended));
      state = { h: h!, c: c! };
      return y!;
    });
    const all = ys.length === 0 ? tf.zeros([0, batch, hidden]) : tf.stack(ys);
    const ordered = rows ? pick(tf.reshape<tf.Rank.R2>(all, [steps * batch, hidden]), rows, 0) : all;
    return { y: tf.reshape(ordered, [steps, 1, batch, hidden]), state };
  });
  const y = tf.concat(runs.map((run) => run.y), 1);
  const last = (pick: (state: State) => tf.Tensor): Held => {
    const value = tf.stack(runs.map(({ state }) => pick(state)));
    return batchFirst ? Held.device("float32", [batch, directions, hidden], tf.transpose(value, [1, 0, 2])) : Held.device("float32", [directions, batch, hidden], value);
  };
  return [
    batchFirst ? Held.device("float32", [batch, steps, directions, hidden], tf.transpose(y, [2, 0, 1, 3])) : Held.device("float32", [steps, directions, batch, hidden], y),
    last(({ h }) => h),
    last(({ c }) => c),
  ];
};

/** Samples that have ended keep their state and give zeros. */
function advance(next: State, before: State, ended: readonly boolean[] | undefined): tf.Tensor2D[] {
  if (!ended?.includes(true)) return [next.h, next.c, tf.clone(next.h)];
  const stopped = tf.tensor(Uint8Array.from(ended, Number), [ended.length, 1], "bool");
  const kept = (a: tf.Tensor, b: tf.Tensor): tf.Tensor2D => matrix(select(stopped, a, b));
  return [kept(before.h, next.h), kept(before.c, next.c), kept(tf.zerosLike(next.h), next.h)];
}

/** Numbers `from` to `from + count` of the row of direction `d`; undefined where the input is left out. */
function part(call: Call, index: number, d: number, from: number, count: number): tf.Tensor | undefined {
  const given = call.inputs[index];
  return given?.form(`direction ${d} from ${from}`, () => tf.reshape(tf.slice(given.plain(), [d, from], [1, count]), [count]));
}

const refuses = (node: Node): string | undefined => {
  const given = node.attributes["activations"];
  const unknown = given?.type === "strings" ? given.value.find((name) => !knownCurve(name)) : undefined;
  return unknown === undefined ? undefined : `\`${unknown}\` is no activation`;
};

export type RecurrentName = "LSTM" | "GRU" | "RNN";

const layer = (kind: Kind): Operator => ({ device: recurrent(kind), reads: [4], refuses });

export const recurrences: Readonly<Record<RecurrentName, Operator>> = {
  LSTM: layer({ gates: 4, curves: ["Sigmoid", "Tanh", "Tanh"], cell: lstm }),
  GRU: layer({ gates: 3, curves: ["Sigmoid", "Tanh"], cell: gru }),
  RNN: layer({ gates: 1, curves: ["Tanh"], cell: rnn }),
};
