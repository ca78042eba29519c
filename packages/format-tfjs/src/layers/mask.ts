import { attr } from "@vitrine/core";
import type { ScopedBuilder } from "../build/scoped-builder.js";
import type { KerasValue, LayerCall } from "./call.js";

/** Which steps of a sequence count. */
export interface Mask {
  /** The layer that says so. */
  readonly layer: string;
  /** Truth values [batch, time]; undefined where TensorFlow.js makes a mask that no layer can use. */
  readonly value: string | undefined;
}

/**
 * Layers behind which the same steps count as before them: those that say so in TensorFlow.js, and those that say so in Keras and in
 * TensorFlow.js let a mask through because it leaves it standing.
 */
const passing = new Set([
  "Activation", "AlphaDropout", "BatchNormalization", "Dense", "Dropout", "ELU", "GaussianDropout", "GaussianNoise", "LayerNormalization", "LeakyReLU", "PReLU", "ReLU", "SpatialDropout1D", "ThresholdedReLU",
  "TimeDistributed",
]);

const recurrent = new Set(["Bidirectional", "ConvLSTM2D", "GRU", "LSTM", "RNN", "SimpleRNN"]);

export const isRecurrent = (kind: string): boolean => recurrent.has(kind);

const merging = new Set(["Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract"]);

/** The mask of a layer's results, as TensorFlow.js passes it on; those that make masks say so themselves. */
export function maskBehind(call: LayerCall): Mask | undefined {
  const masks = call.inputs.map(({ mask }) => mask);
  const first = masks.find((mask) => mask !== undefined);
  if (!first) return undefined;
  if (recurrent.has(call.kind)) return sequences(call) ? masks[0] : undefined;
  // It puts another axis in front of a mask of several, which then has no axis of time where one is looked for.
  if (merging.has(call.kind)) return { layer: first.layer, value: undefined };
  if (call.kind === "Concatenate") return joined(call, masks);
  return passing.has(call.kind) ? masks[0] : undefined;
}

/** Whether a recurrent layer (or the one in a wrapper) gives all steps. */
function sequences(call: LayerCall): boolean {
  const layer = call.kind === "Bidirectional" ? call.config.fields("layer").fields("config") : call.config;
  return layer.boolean("return_sequences", false);
}

/** Steps that count in all, where features are joined; one after the other, where time is. */
function joined(call: LayerCall, masks: readonly (Mask | undefined)[]): Mask {
  const { b } = call;
  const [first] = call.inputs;
  const rank = first?.shape.length ?? 0;
  const axis = first && call.config.has("axis") ? call.axisOf(first, call.config.number("axis")) : rank - 1;
  const there = masks.filter((mask) => mask !== undefined);
  const { layer } = there[0]!;
  const values = there.flatMap(({ value }) => value ?? []);
  if (values.length !== there.length || rank !== 3) return { layer, value: undefined };
  if (axis === 2) return { layer, value: values.reduce((all, value) => b.and(all, value)) };
  return { layer, value: axis === 1 && values.length === masks.length ? b.concat(values, 1) : undefined };
}

/** A masked sequence whose steps that count stand in front, and the way back. */
export interface Compacted {
  /** [batch, time, features] */
  readonly value: string;
  /** How many steps of each sample a recurrent operator takes, int32 [batch]: 1 where none counts. */
  readonly lengths: string;
  /** What is computed for the steps [batch, time, units], where they were; a step that does not count has what was before it. */
  restored(steps: string, direction: "forward" | "reverse", initial: string): string;
  /** A state [batch, units] after the last step: the initial one where no step counts. */
  last(state: string, initial: string): string;
}

/** Larger than any number of steps, and added to one still exact in float32. */
const before = 2 ** 22;

/**
 * Recurrent operators of ONNX read a sequence from its beginning up to a length, and skip nothing: steps that count are brought to the
 * front, in their order, and results put back. That is what Keras computes, where a masked step leaves states and output as they are.
 */
export function compacted(b: ScopedBuilder, x: string, mask: string, time: number | null): Compacted {
  const kept = b.cast(mask, "float32", "Cast");
  const upTo = b.op("CumSum", [kept, b.ints([1])]);
  const count = b.reduceSum(kept, [1], true);
  const steps = time === null ? b.slice(b.shape(x, "Shape"), [1], [2], [0], undefined, "Slice") : b.ints([time]);
  const places = time === null ? b.op("Sub", [b.op("CumSum", [b.op("Expand", [b.scalar(1), steps]), b.ints([0])]), b.scalar(1)]) : b.cast(b.ints(Array.from({ length: time }, (_, t) => t)), "float32", "Cast");
  const [, order = ""] = b.node("TopK", [b.op("Sub", [b.mul(kept, b.scalar(before), "Mul"), places]), steps], { axis: attr.int(1) }, { outputs: ["TopK", "TopK:Indices"] });
  const taken = (value: string, indices: string): string => b.op("GatherND", [value, b.unsqueeze(b.cast(indices, "int64", "Cast"), [2])], { batch_dims: attr.int(1) });
  const earlier = b.op("Sub", [upTo, kept]);
  return {
    value: taken(x, order),
    lengths: b.cast(b.squeeze(b.op("Max", [count, b.scalar(1)]), [1]), "int32", "Cast"),
    restored: (sequence, direction, initial) => {
      // From the end on, what is computed at a step lies as far in front as there are steps before it that count.
      const [index, none] = direction === "forward" ? [b.op("Max", [b.op("Sub", [upTo, b.scalar(1)]), b.scalar(0)]), b.equal(upTo, b.scalar(0), "Equal")] : [earlier, b.equal(earlier, count, "Equal")];
      return b.where(b.unsqueeze(none, [2]), b.unsqueeze(initial, [1]), taken(sequence, index));
    },
    last: (state, initial) => b.where(b.equal(count, b.scalar(0), "Equal"), initial, state),
  };
}

/** The mask that a recurrent layer goes by. */
export function maskOf(call: LayerCall, input: KerasValue): string | undefined {
  const { mask } = input;
  if (mask && mask.value === undefined) call.fail(`the mask of \`${mask.layer}\` reaches it through a merge, of which TensorFlow.js makes one that no layer can use`);
  return mask?.value;
}
