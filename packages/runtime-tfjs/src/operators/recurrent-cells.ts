import type { Curve } from "./curves.js";
import { floatsOf } from "./heap.js";
import { rowOf, type Direction, type Layer, type RecurrentName } from "./recurrent-layer.js";
import { stateProduct, type Product } from "./recurrent-product.js";

/** Part of a step: a product with a part of R for all samples, then what each sample makes of it. */
interface Stage {
  readonly product: Product;
  /** What is multiplied, one vector of each sample after the other. */
  readonly vectors: Float32Array;
  readonly sums: Float32Array;
  /** For sample `n`, whose W·x, with its bias, begins at `row` of `x`. Writes in `sums` too. */
  readonly advance: (x: Float32Array, row: number, n: number) => void;
}

/** The state of all samples, [batch · hidden] each, and the stages that take it a step further, in place. */
export interface Cell {
  readonly h: Float32Array;
  readonly c: Float32Array | undefined;
  readonly stages: readonly Stage[];
}

type MakeCell = (layer: Layer, direction: Direction) => Cell;

const stateOf = ({ batch, hidden }: Layer): Float32Array => new Float32Array(batch * hidden);

function stage(layer: Layer, { index }: Direction, vectors: Float32Array, gate: number, count: number, advance: (sums: Float32Array) => Stage["advance"]): Stage {
  const sums = new Float32Array(layer.batch * count * layer.hidden);
  return { product: stateProduct(layer, index, gate, count), vectors, sums, advance: advance(sums) };
}

/** A row of the device, to be read while others are made. */
function numbersAt(layer: Layer, index: number, direction: number, from: number, count: number): Float32Array | undefined {
  const row = rowOf(layer, index, direction, from, count);
  return row && floatsOf(row).slice();
}

function clipped({ inPlace }: Curve, clip: number): Curve["inPlace"] {
  if (clip === Infinity) return inPlace;
  return (x, at, count) => {
    for (let k = at; k < at + count; k++) x[k] = Math.max(-clip, Math.min(clip, x[k]!));
    inPlace(x, at, count);
  };
}

function add(to: Float32Array, at: number, from: Float32Array, begin: number, count: number): void {
  for (let k = 0; k < count; k++) to[at + k]! += from[begin + k]!;
}

function addProduct(to: Float32Array, at: number, a: Float32Array, beginA: number, b: Float32Array, beginB: number, count: number): void {
  for (let k = 0; k < count; k++) to[at + k]! += a[beginA + k]! * b[beginB + k]!;
}

/** https://onnx.ai/onnx/operators/onnx__LSTM.html; gates in the order i, o, f, c, peepholes i, o, f. */
const lstm: MakeCell = (layer, direction) => {
  const { hidden, clip, coupled } = layer;
  const [gateCurve, candidateCurve, outputCurve] = direction.curves as readonly [Curve, Curve, Curve];
  const [f, g, output] = [clipped(gateCurve, clip), clipped(candidateCurve, clip), outputCurve.inPlace];
  const peepholes = numbersAt(layer, 7, direction.index, 0, 3);
  const [h, c] = [stateOf(layer), stateOf(layer)];
  return { h, c, stages: [stage(layer, direction, h, 0, 4, (sums) => (x, row, n) => {
    const at = n * hidden;
    const inGate = 4 * at;
    const [outGate, forget, candidate] = [inGate + hidden, inGate + 2 * hidden, inGate + 3 * hidden];
    add(sums, inGate, x, row, 4 * hidden);
    if (peepholes) {
      addProduct(sums, inGate, peepholes, 0, c, at, hidden);
      addProduct(sums, forget, peepholes, 2 * hidden, c, at, hidden);
    }
    f(sums, inGate, hidden);
    if (coupled) for (let k = 0; k < hidden; k++) sums[forget + k] = 1 - sums[inGate + k]!;
    else f(sums, forget, hidden);
    g(sums, candidate, hidden);
    for (let k = 0; k < hidden; k++) c[at + k] = sums[forget + k]! * c[at + k]! + sums[inGate + k]! * sums[candidate + k]!;
    if (peepholes) addProduct(sums, outGate, peepholes, hidden, c, at, hidden);
    f(sums, outGate, hidden);
    for (let k = 0; k < hidden; k++) h[at + k] = c[at + k]!;
    output(h, at, hidden);
    for (let k = 0; k < hidden; k++) h[at + k]! *= sums[outGate + k]!;
  })] };
};

/** https://onnx.ai/onnx/operators/onnx__GRU.html; gates in the order z, r, h. */
const gru: MakeCell = (layer, direction) => {
  const { hidden, clip, linearBefore } = layer;
  const [f, g] = direction.curves.map((curve) => clipped(curve, clip)) as [Curve["inPlace"], Curve["inPlace"]];
  const h = stateOf(layer);
  /** h′ = (1 − z) ∘ candidate + z ∘ h */
  const mix = (at: number, z: Float32Array, beginZ: number, candidate: Float32Array, begin: number): void => {
    for (let k = 0; k < hidden; k++) h[at + k] = candidate[begin + k]! + z[beginZ + k]! * (h[at + k]! - candidate[begin + k]!);
  };
  if (linearBefore) {
    const bias = numbersAt(layer, 3, direction.index, 5, 1) ?? new Float32Array(hidden);
    return { h, c: undefined, stages: [stage(layer, direction, h, 0, 3, (sums) => (x, row, n) => {
      const z = 3 * n * hidden;
      const [reset, candidate] = [z + hidden, z + 2 * hidden];
      add(sums, z, x, row, 2 * hidden);
      f(sums, z, 2 * hidden);
      for (let k = 0; k < hidden; k++) sums[candidate + k] = x[row + 2 * hidden + k]! + sums[reset + k]! * (sums[candidate + k]! + bias[k]!);
      g(sums, candidate, hidden);
      mix(n * hidden, sums, z, sums, candidate);
    })] };
  }
  const left = stateOf(layer);
  const gates = stage(layer, direction, h, 0, 2, (sums) => (x, row, n) => {
    const at = n * hidden;
    add(sums, 2 * at, x, row, 2 * hidden);
    f(sums, 2 * at, 2 * hidden);
    for (let k = 0; k < hidden; k++) left[at + k] = sums[2 * at + hidden + k]! * h[at + k]!;
  });
  const candidates = stage(layer, direction, left, 2, 1, (sums) => (x, row, n) => {
    const at = n * hidden;
    add(sums, at, x, row + 2 * hidden, hidden);
    g(sums, at, hidden);
    mix(at, gates.sums, 2 * at, sums, at);
  });
  return { h, c: undefined, stages: [gates, candidates] };
};

/** h′ = f(W·x + R·h + b) */
const rnn: MakeCell = (layer, direction) => {
  const { hidden, clip } = layer;
  const f = clipped(direction.curves[0]!, clip);
  const h = stateOf(layer);
  return { h, c: undefined, stages: [stage(layer, direction, h, 0, 1, (sums) => (x, row, n) => {
    const at = n * hidden;
    add(sums, at, x, row, hidden);
    f(sums, at, hidden);
    for (let k = 0; k < hidden; k++) h[at + k] = sums[at + k]!;
  })] };
};

export const cells: Readonly<Record<RecurrentName, MakeCell>> = { LSTM: lstm, GRU: gru, RNN: rnn };
