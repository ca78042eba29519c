import * as tf from "@tensorflow/tfjs-core";
import { floatAttr, intAttr, stringAttr } from "@vitrine/core";
import { Refusal } from "../errors.js";
import { curvesOf, type Curve } from "./curves.js";
import { input, numbersAt, type Call } from "./operator.js";

export type RecurrentName = "LSTM" | "GRU" | "RNN";

/** Gates of a cell, and the activations of a direction where none are named. */
const kinds: Readonly<Record<RecurrentName, { readonly gates: number; readonly curves: readonly string[] }>> = {
  LSTM: { gates: 4, curves: ["Sigmoid", "Tanh", "Tanh"] },
  GRU: { gates: 3, curves: ["Sigmoid", "Tanh"] },
  RNN: { gates: 1, curves: ["Tanh"] },
};

/** What a recurrent node is, read and checked. */
export interface Layer {
  readonly op: RecurrentName;
  readonly call: Call;
  readonly gates: number;
  readonly steps: number;
  readonly batch: number;
  readonly features: number;
  readonly hidden: number;
  readonly directions: readonly Direction[];
  /** Values are [batch, steps, …] and [batch, directions, hidden] instead of [steps, batch, …] and [directions, batch, hidden]. */
  readonly batchFirst: boolean;
  /** Steps of each sample, where they differ. */
  readonly lengths: readonly number[] | undefined;
  /** Sums are kept within ± this. */
  readonly clip: number;
  /** Of an LSTM: forget what is not taken in. */
  readonly coupled: boolean;
  /** Of a GRU: the reset gate is applied after the product. */
  readonly linearBefore: boolean;
}

export interface Direction {
  readonly index: number;
  readonly backwards: boolean;
  readonly curves: readonly Curve[];
}

/** Results [steps, directions, batch, hidden] and [directions, batch, hidden], or batch first; an LSTM's cell beside them. */
export interface Results {
  readonly y: tf.Tensor;
  readonly h: tf.Tensor;
  readonly c: tf.Tensor | undefined;
}

/** @throws Refusal */
export function layerOf(op: RecurrentName, call: Call): Layer {
  const { node } = call;
  const { gates, curves: fallback } = kinds[op];
  const batchFirst = intAttr(node, "layout", 0) === 1;
  const [x, w, r] = [input(call, 0), input(call, 1), input(call, 2)];
  const [first = 0, second = 0, features = 0] = x.shape;
  const [steps, batch] = batchFirst ? [second, first] : [first, second];
  const [count = 1, , hidden = 0] = r.shape;
  const direction = stringAttr(node, "direction", "forward");
  if (count !== (direction === "bidirectional" ? 2 : 1)) throw new Refusal(`weights of ${count} directions do not fit \`${direction}\``);
  if (w.shape[2] !== features) throw new Refusal(`${features} features do not fit weights of shape [${w.shape.join(", ")}]`);
  const lengths = numbersAt(call, 4);
  const impossible = lengths?.find((length) => !(length >= 0 && length <= steps));
  if (impossible !== undefined) throw new Refusal(`a sample of ${impossible} steps does not fit into ${steps}`);
  const curves = curvesOf(node, fallback, count);
  return {
    op, call, gates, steps, batch, features, hidden, batchFirst, lengths,
    directions: Array.from({ length: count }, (_, index) => ({
      index, backwards: direction === "reverse" || index === 1, curves: curves.slice(index * fallback.length, (index + 1) * fallback.length),
    })),
    clip: floatAttr(node, "clip", Infinity),
    coupled: intAttr(node, "input_forget", 0) === 1,
    linearBefore: intAttr(node, "linear_before_reset", 0) !== 0,
  };
}

/** W or R of one direction, turned once: of `count` gates from `gate` on [features or hidden, count · hidden]. */
export function matrixOf({ call, hidden }: Layer, which: 1 | 2, direction: number, gate: number, count: number): tf.Tensor2D {
  const weights = input(call, which);
  return weights.form(`direction ${direction} gates ${gate} to ${gate + count}`, () => {
    const rows = tf.slice(weights.plain(), [direction, gate * hidden, 0], [1, count * hidden, weights.shape[2]!]);
    return tf.transpose(tf.reshape(rows, [count * hidden, weights.shape[2]!]));
  }) as tf.Tensor2D;
}

/** `count` numbers for each hidden unit of the row of a direction, `from` on: biases, peepholes. Undefined where the input is left out. */
export function rowOf({ call, hidden }: Layer, index: number, direction: number, from: number, count: number): tf.Tensor1D | undefined {
  const given = call.inputs[index];
  return given?.form(`direction ${direction} from ${from} to ${from + count}`, () => tf.reshape(tf.slice(given.plain(), [direction, from * hidden], [1, count * hidden]), [count * hidden])) as tf.Tensor1D | undefined;
}
