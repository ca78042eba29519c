import { attr, type Attributes, type Constant } from "@vitrine/core";
import { timeFirst } from "../build/held.js";
import { floats, gateRows } from "../weights/derived.js";
import { recurrentActivation } from "./activations.js";
import { compacted, maskOf } from "./mask.js";
import type { KerasValue, LayerCall } from "./call.js";

/** What a recurrent layer computes from its sequence. */
export interface Recurrence {
  /** All outputs [time, batch, units], step t where step t of the input is. */
  readonly sequence: KerasValue;
  /** The states after the last step that was taken, each [batch, units]: h, and c of an LSTM. */
  readonly states: readonly KerasValue[];
}

interface Cell {
  /** The operator of ONNX. */
  readonly op: "LSTM" | "GRU" | "RNN";
  /** Gates as Keras keeps them, in the order of ONNX. Keras: i f c o, z r h. ONNX: i o f c, z r h. */
  readonly gates: readonly number[];
  readonly states: number;
}

const cells: Readonly<Record<string, Cell>> = {
  LSTM: { op: "LSTM", gates: [0, 3, 1, 2], states: 2 },
  GRU: { op: "GRU", gates: [0, 1, 2], states: 1 },
  SimpleRNN: { op: "RNN", gates: [0], states: 1 },
};

/** The recurrent layer's or cell's kind without `Cell`. */
export function cellOf(kind: string): Cell | undefined {
  const plain = kind.replace(/Cell$/, "");
  return Object.hasOwn(cells, plain) ? cells[plain] : undefined;
}

/**
 * One direction of one recurrent layer.
 * @param call the layer whose weights and activations count
 * @param given initial states, zero where there are none
 */
export function recurrence(call: LayerCall, cell: Cell, input: KerasValue, direction: "forward" | "reverse", given: readonly KerasValue[]): Recurrence {
  const { b } = call;
  const [batch = null, time = null, features = null] = input.shape;
  if (input.shape.length !== 3) call.invalid(`its input has ${input.shape.length} axes, and it takes 3: batch, time, features`);
  const mask = maskOf(call, input);
  const units = call.config.int("units", undefined, 1);
  const columns = units * cell.gates.length;
  const afterReset = cell.op === "GRU" && call.config.boolean("reset_after", false);
  const weights = [
    call.parameter("kernel", [features, columns], (weight) => gateRows(weight, cell.gates)),
    call.parameter("recurrent_kernel", [units, columns], (weight) => gateRows(weight, cell.gates)),
    call.config.boolean("use_bias", true) ? call.parameter("bias", afterReset ? [2, columns] : [columns], (weight) => biases(weight, cell.gates, units)) : "",
  ];
  const scope = b.scope;
  const packed = mask === undefined ? undefined : b.within([...scope, "mask"], () => compacted(b, call.layout.plain(input), mask, time));
  const x = b.within([...scope, "input"], () => call.layout.in(packed ? { value: packed.value, shape: input.shape, order: undefined } : input, timeFirst));
  if (given.length !== 0 && given.length !== cell.states) call.invalid(`${given.length} initial states are given, and it has ${cell.states}`);
  const initial = b.within([...scope, "input"], () => given.map((state) => b.unsqueeze(call.layout.plain(state), [0])));
  const [y = "", h = "", c] = b.node(cell.op, [x, ...weights, ...(packed || initial.length > 0 ? [packed?.lengths ?? "", ...initial] : [])], attributesOf(call, cell, direction, units, afterReset), {
    outputs: [cell.op, ...["h", "c"].slice(0, cell.states).map((name) => `${scope.join("/")}/${name}`)],
  });
  return b.within([...scope, "output"], () => {
    const sequence: KerasValue = { value: b.squeeze(y, [1]), shape: [batch, time, units], order: timeFirst };
    const states = [h, ...(c === undefined ? [] : [c])].map((state): KerasValue => ({ value: b.squeeze(state, [0]), shape: [batch, units], order: undefined }));
    if (!packed) return { sequence, states };
    const start = (i: number): string => (given[i] ? call.layout.plain(given[i]) : b.constant(floats([1, 1], new Float32Array(1)), "zero"));
    return {
      sequence: { value: packed.restored(call.layout.plain(sequence), direction, start(0)), shape: sequence.shape, order: undefined },
      states: states.map((state, i) => ({ ...state, value: packed.last(state.value, start(i)) })),
    };
  });
}

function attributesOf(call: LayerCall, cell: Cell, direction: "forward" | "reverse", units: number, afterReset: boolean): Attributes {
  const inner = recurrentActivation(call, "activation", "tanh");
  const gate = cell.op === "RNN" ? undefined : recurrentActivation(call, "recurrent_activation", "hard_sigmoid");
  const activations = cell.op === "LSTM" ? [gate!, inner, inner] : cell.op === "GRU" ? [gate!, inner] : [inner];
  return {
    hidden_size: attr.int(units),
    activations: attr.strings(activations),
    ...activationNumbers(activations),
    ...(direction === "reverse" && { direction: attr.string(direction) }),
    ...(afterReset && { linear_before_reset: attr.int(1) }),
  };
}

/** Alpha and beta of each activation that has them; written out only where one has no default that all agree on. */
function activationNumbers(activations: readonly string[]): Attributes {
  if (!activations.includes("Affine")) return {};
  const alpha: Readonly<Record<string, number>> = { HardSigmoid: 0.2, Affine: 1, Elu: 1 };
  const beta: Readonly<Record<string, number>> = { HardSigmoid: 0.5, Affine: 0 };
  const listed = (numbers: Readonly<Record<string, number>>): number[] => activations.flatMap((name) => numbers[name] ?? []);
  return { activation_alpha: attr.floats(listed(alpha)), activation_beta: attr.floats(listed(beta)) };
}

/** The bias [gates · units], or two of them, as ONNX's [1, 2 · gates · units]: of the input, then of the state. */
function biases(weight: Constant, gates: readonly number[], units: number): Constant {
  const source = weight.read().data as Float32Array;
  const columns = units * gates.length;
  const result = new Float32Array(2 * columns);
  for (let half = 0; half * columns < source.length; half++) {
    gates.forEach((gate, i) => result.set(source.subarray(half * columns + gate * units, half * columns + (gate + 1) * units), half * columns + i * units));
  }
  return floats([1, 2 * columns], result);
}
