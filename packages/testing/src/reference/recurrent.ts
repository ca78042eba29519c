import { floatAttr, intAttr, stringAttr, type Node } from "@vitrine/core";
import { hardSigmoid, sigmoid, softplus } from "./activation.js";
import { held, integers, numbers, type Held } from "./held.js";
import { input, type Operator, type OperatorTable } from "./operator.js";
import { transposed } from "./shape.js";

type Vector = Float64Array;
type Activation = (x: number) => number;

interface Curve {
  /** How many of `activation_alpha` and `activation_beta` it takes, with the values that stand where none are given. */
  readonly defaults: readonly number[];
  readonly make: (alpha: number, beta: number) => Activation;
}

const curves: Readonly<Record<string, Curve>> = {
  relu: { defaults: [], make: () => (x) => Math.max(0, x) },
  tanh: { defaults: [], make: () => Math.tanh },
  sigmoid: { defaults: [], make: () => sigmoid },
  softsign: { defaults: [], make: () => (x) => x / (1 + Math.abs(x)) },
  softplus: { defaults: [], make: () => softplus },
  affine: { defaults: [1, 0], make: (alpha, beta) => (x) => alpha * x + beta },
  scaledtanh: { defaults: [1, 1], make: (alpha, beta) => (x) => alpha * Math.tanh(beta * x) },
  hardsigmoid: { defaults: [0.2, 0.5], make: (alpha, beta) => (x) => hardSigmoid(x, alpha, beta) },
  leakyrelu: { defaults: [0.01], make: (alpha) => (x) => (x < 0 ? alpha * x : x) },
  thresholdedrelu: { defaults: [1], make: (alpha) => (x) => (x >= alpha ? x : 0) },
  elu: { defaults: [1], make: (alpha) => (x) => (x < 0 ? alpha * Math.expm1(x) : x) },
};

/** The activations of all directions in order; α and β are handed out to those that take them, one after the other. */
function activationsOf(node: Node, fallback: readonly string[], directions: number): Activation[] {
  const given = node.attributes["activations"];
  const names = given?.type === "strings" ? given.value : Array.from({ length: directions }, () => fallback).flat();
  if (names.length !== fallback.length * directions) throw new RangeError(`${names.length} activations are given, and ${fallback.length * directions} are needed`);
  const floats = (name: string): number[] => {
    const found = node.attributes[name];
    return found?.type === "floats" ? [...found.value] : [];
  };
  const [alphas, betas] = [floats("activation_alpha"), floats("activation_beta")];
  return names.map((name) => {
    const key = name.toLowerCase();
    const curve = Object.hasOwn(curves, key) ? curves[key] : undefined;
    if (!curve) throw new TypeError(`\`${name}\` is no activation`);
    const [alpha, beta] = curve.defaults;
    return curve.make(alpha === undefined ? 0 : (alphas.shift() ?? alpha), beta === undefined ? 0 : (betas.shift() ?? beta));
  });
}

/** W · x for rows `row` to `row + count` of a matrix whose rows are as long as x. */
function product(matrix: Vector, row: number, count: number, x: Vector): Vector {
  return Float64Array.from({ length: count }, (_, i) => {
    let sum = 0;
    for (let k = 0; k < x.length; k++) sum += matrix[(row + i) * x.length + k]! * x[k]!;
    return sum;
  });
}

/** What a cell keeps from step to step. */
interface State {
  readonly h: Vector;
  readonly c: Vector;
}

/** One direction's weights, in the gate order of ONNX. */
interface Direction {
  readonly hidden: number;
  readonly w: Vector;
  readonly r: Vector;
  /** Both halves: of the input, then of the recurrence. */
  readonly b: Vector;
  /** Peepholes of i, o and f. */
  readonly p: Vector;
  readonly activations: readonly Activation[];
  readonly clip: number;
}

type Cell = (direction: Direction, x: Vector, state: State, node: Node) => State;

/** Clipped sum of W·x, R·h and biases of one gate: what its activation is applied to. */
function gate(d: Direction, index: number, gates: number, x: Vector, h: Vector, peephole?: Vector): Vector {
  const fromX = product(d.w, index * d.hidden, d.hidden, x);
  const fromH = product(d.r, index * d.hidden, d.hidden, h);
  return fromX.map((value, i) => bounded(value + fromH[i]! + d.b[index * d.hidden + i]! + d.b[(gates + index) * d.hidden + i]! + (peephole?.[i] ?? 0), d.clip));
}

const bounded = (x: number, clip: number): number => Math.max(-clip, Math.min(clip, x));

/** https://onnx.ai/onnx/operators/onnx__LSTM.html; gates in the order i, o, f, c, peepholes i, o, f. */
const lstm: Cell = (d, x, { h, c }, node) => {
  const [f, g, output] = d.activations as [Activation, Activation, Activation];
  const peep = (index: number, cell: Vector): Vector => cell.map((value, i) => d.p[index * d.hidden + i]! * value);
  const inGate = gate(d, 0, 4, x, h, peep(0, c)).map(f);
  const forget = intAttr(node, "input_forget", 0) === 1 ? inGate.map((value) => 1 - value) : gate(d, 2, 4, x, h, peep(2, c)).map(f);
  const candidate = gate(d, 3, 4, x, h).map(g);
  const cell = c.map((value, i) => forget[i]! * value + inGate[i]! * candidate[i]!);
  const outGate = gate(d, 1, 4, x, h, peep(1, cell)).map(f);
  return { h: cell.map((value, i) => outGate[i]! * output(value)), c: cell };
};

/** https://onnx.ai/onnx/operators/onnx__GRU.html; gates in the order z, r, h. */
const gru: Cell = (d, x, { h, c }, node) => {
  const [f, g] = d.activations as [Activation, Activation];
  const update = gate(d, 0, 3, x, h).map(f);
  const reset = gate(d, 1, 3, x, h).map(f);
  const fromX = product(d.w, 2 * d.hidden, d.hidden, x);
  const bias = (half: number, i: number): number => d.b[(half * 3 + 2) * d.hidden + i]!;
  const linearBefore = intAttr(node, "linear_before_reset", 0) !== 0;
  const fromH = linearBefore
    ? product(d.r, 2 * d.hidden, d.hidden, h).map((value, i) => reset[i]! * (value + bias(1, i)))
    : product(d.r, 2 * d.hidden, d.hidden, h.map((value, i) => reset[i]! * value)).map((value, i) => value + bias(1, i));
  const candidate = fromX.map((value, i) => g(bounded(value + fromH[i]! + bias(0, i), d.clip)));
  return { h: h.map((value, i) => (1 - update[i]!) * candidate[i]! + update[i]! * value), c };
};

/** h′ = f(W·x + R·h + b) */
const rnn: Cell = (d, x, { h, c }) => ({ h: gate(d, 0, 1, x, h).map(d.activations[0]!), c });

interface Kind {
  readonly gates: number;
  readonly activations: readonly string[];
  readonly cell: Cell;
}

/** Runs a cell over time, in each direction, sample by sample. Steps beyond a sample's own length give zeros. */
const recurrent = ({ gates, activations: fallback, cell }: Kind): Operator => (call) => {
  const { node } = call;
  const batchFirst = intAttr(node, "layout", 0) === 1;
  const x = batchFirst ? transposed(input(call, 0), [1, 0, 2]) : input(call, 0);
  const [steps = 0, batch = 0, features = 0] = x.shape;
  const [w, r] = [input(call, 1), input(call, 2)];
  const directions = w.shape[0] ?? 1;
  const hidden = r.shape[2] ?? intAttr(node, "hidden_size", 0);
  const kind = stringAttr(node, "direction", "forward");
  if (directions !== (kind === "bidirectional" ? 2 : 1)) throw new RangeError(`weights of ${directions} directions do not fit \`${kind}\``);
  const curvesOf = activationsOf(node, fallback, directions);
  const lengths = call.inputs[4] ? integers(call.inputs[4]) : new Array<number>(batch).fill(steps);
  const start = (index: number): Vector => {
    const given = call.inputs[index];
    if (!given) return new Float64Array(directions * batch * hidden);
    return numbers(batchFirst ? transposed(given, [1, 0, 2]) : given);
  };
  const [h0, c0] = [start(5), start(6)];
  const part = (value: Held | undefined, d: number, length: number): Vector => (value ? numbers(value).subarray(d * length, (d + 1) * length) : new Float64Array(length));
  const ys = new Float64Array(steps * directions * batch * hidden);
  const [lastH, lastC] = [new Float64Array(directions * batch * hidden), new Float64Array(directions * batch * hidden)];
  const xs = numbers(x);
  for (let d = 0; d < directions; d++) {
    const direction: Direction = {
      hidden,
      w: part(w, d, gates * hidden * features),
      r: part(r, d, gates * hidden * hidden),
      b: part(call.inputs[3], d, 2 * gates * hidden),
      p: part(call.inputs[7], d, 3 * hidden),
      activations: curvesOf.slice(d * fallback.length, (d + 1) * fallback.length),
      clip: floatAttr(node, "clip", Infinity),
    };
    const backwards = kind === "reverse" || d === 1;
    for (let n = 0; n < batch; n++) {
      const at = (d * batch + n) * hidden;
      let state: State = { h: h0.slice(at, at + hidden), c: c0.slice(at, at + hidden) };
      for (let step = 0; step < lengths[n]!; step++) {
        const t = backwards ? lengths[n]! - 1 - step : step;
        state = cell(direction, xs.slice((t * batch + n) * features, (t * batch + n + 1) * features), state, node);
        ys.set(state.h, ((t * directions + d) * batch + n) * hidden);
      }
      lastH.set(state.h, at);
      lastC.set(state.c, at);
    }
  }
  const last = (values: Vector): Held => {
    const value = held(x.dtype, [directions, batch, hidden], values);
    return batchFirst ? transposed(value, [1, 0, 2]) : value;
  };
  const y = held(x.dtype, [steps, directions, batch, hidden], ys);
  return [batchFirst ? transposed(y, [2, 0, 1, 3]) : y, last(lastH), last(lastC)];
};

export const recurrentOperators: OperatorTable = {
  LSTM: recurrent({ gates: 4, activations: ["Sigmoid", "Tanh", "Tanh"], cell: lstm }),
  GRU: recurrent({ gates: 3, activations: ["Sigmoid", "Tanh"], cell: gru }),
  RNN: recurrent({ gates: 1, activations: ["Tanh"], cell: rnn }),
};
