import { attr, tensor, type Attributes, type Tensor } from "@vitrine/core";
import { fixed, operatorCase, uniform, type Fixed, type OperatorCase } from "./case.js";

const gatesOf = { LSTM: 4, GRU: 3, RNN: 1 } as const;

interface Sizes {
  readonly steps?: number;
  readonly batch?: number;
  readonly features?: number;
  readonly hidden?: number;
  readonly directions?: 1 | 2;
  readonly bias?: boolean;
  readonly lengths?: readonly number[];
  readonly initial?: boolean;
  readonly peepholes?: boolean;
  readonly batchFirst?: boolean;
}

/** A recurrent layer with random weights, everything that it can output looked at. */
export function recurrentCase(op: keyof typeof gatesOf, note: string, sizes: Sizes = {}, attributes: Attributes = {}): OperatorCase {
  const { steps = 5, batch = 2, features = 3, hidden = 4, directions = 1, bias = true, lengths, initial = false, peepholes = false, batchFirst = false } = sizes;
  const gates = gatesOf[op] * hidden;
  const weights = (shape: readonly number[], seed: number): Fixed => fixed(uniform(shape, seed, -0.8, 0.8));
  const state = batchFirst ? [batch, directions, hidden] : [directions, batch, hidden];
  const inputs: (Tensor | Fixed | undefined)[] = [
    uniform(batchFirst ? [batch, steps, features] : [steps, batch, features], 1),
    weights([directions, gates, features], 2),
    weights([directions, gates, hidden], 3),
    bias ? weights([directions, 2 * gates], 4) : undefined,
    lengths && fixed(tensor("int32", [batch], Int32Array.from(lengths))),
    initial ? uniform(state, 5) : undefined,
  ];
  if (op === "LSTM") inputs.push(initial ? uniform(state, 6) : undefined, peepholes ? weights([directions, 3 * hidden], 7) : undefined);
  while (inputs.at(-1) === undefined) inputs.pop();
  const direction: Attributes = directions === 2 ? { direction: attr.string("bidirectional") } : {};
  return operatorCase(op, note, inputs, { hidden_size: attr.int(hidden), ...direction, ...(batchFirst && { layout: attr.int(1) }), ...attributes }, { outputs: op === "LSTM" ? 3 : 2 });
}

export function recurrentCases(): OperatorCase[] {
  return [
    ...(["LSTM", "GRU", "RNN"] as const).flatMap((op) => [
      recurrentCase(op, "forward"),
      recurrentCase(op, "without bias, one sample", { bias: false, batch: 1 }),
      recurrentCase(op, "reverse, from a given state", { initial: true }, { direction: attr.string("reverse") }),
      recurrentCase(op, "bidirectional", { directions: 2, initial: true }),
      recurrentCase(op, "samples of different lengths", { lengths: [5, 2] }),
      recurrentCase(op, "reverse, different lengths", { lengths: [3, 5] }, { direction: attr.string("reverse") }),
      recurrentCase(op, "bidirectional, different lengths", { directions: 2, lengths: [3, 5] }),
      recurrentCase(op, "batch first, bidirectional, from a given state", { directions: 2, initial: true, batchFirst: true }),
      recurrentCase(op, "clipped", {}, { clip: attr.float(0.5) }),
    ]),
    recurrentCase("LSTM", "peepholes", { peepholes: true }),
    recurrentCase("LSTM", "forget coupled to input", {}, { input_forget: attr.int(1) }),
    recurrentCase("LSTM", "other activations", {}, { activations: attr.strings(["HardSigmoid", "Softsign", "Relu"]), activation_alpha: attr.floats([0.2]), activation_beta: attr.floats([0.5]) }),
    recurrentCase("GRU", "reset after the product", {}, { linear_before_reset: attr.int(1) }),
    recurrentCase("GRU", "reset after the product, both directions", { directions: 2, initial: true }, { linear_before_reset: attr.int(1) }),
    recurrentCase("RNN", "rectified", {}, { activations: attr.strings(["Relu"]) }),
  ];
}
