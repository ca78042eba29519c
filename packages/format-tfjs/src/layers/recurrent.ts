import { cellOf, recurrence, type Recurrence } from "./cells.js";
import { merged } from "./merge.js";
import { placeOf } from "../build/held.js";
import { Fields, isObject } from "../json/fields.js";
import type { KerasValue, LayerCall, LayerRule } from "./call.js";

/** The sequence, or its last step, and the states where the layer returns them. */
function results(call: LayerCall, { sequence, states }: Recurrence, backwards: boolean): readonly KerasValue[] {
  const whole = call.config.boolean("return_sequences", false);
  const output = whole ? (backwards ? reversed(call, sequence) : sequence) : states[0]!;
  return [output, ...(call.config.boolean("return_state", false) ? states : [])];
}

/** Keras gives the steps of a layer that goes backwards in the order in which they were taken. */
function reversed(call: LayerCall, sequence: KerasValue): KerasValue {
  const { b } = call;
  return { ...sequence, value: b.within([...b.scope, "output"], () => b.slice(sequence.value, [-1], [-Number.MAX_SAFE_INTEGER], [placeOf(sequence, 1)], [-1], "Slice")) };
}

function noteState(call: LayerCall): void {
  if (call.config.boolean("stateful", false)) call.context.notice(`The layer \`${call.title}\` is stateful: here its state starts at zero in every run.`);
}

const recurrent: LayerRule = (call) => {
  const [input, ...initial] = call.inputs;
  if (!input) return call.invalid("it has no input");
  noteState(call);
  const backwards = call.config.boolean("go_backwards", false);
  return results(call, recurrence(call, cellOf(call.kind)!, input, backwards ? "reverse" : "forward", initial), backwards);
};

/** A layer named for its cell, or for several that stand one upon the other. */
const rnn: LayerRule = (call) => {
  const [input, ...initial] = call.inputs;
  if (!input) return call.invalid("it has no input");
  noteState(call);
  const given = call.config.get("cell");
  // Some writers list stacked cells directly.
  const cell = Array.isArray(given) ? undefined : wrapped(call, "cell");
  const stacked = cell === undefined || cell.kind === "StackedRNNCells";
  const list = stacked ? (cell ? cell.config.array("cells") : (given as readonly unknown[])).map((entry, i) => described(call, entry, `cells[${i}]`)) : [cell];
  if (list.length === 0) return call.invalid("it has no cells");
  if (list.length > 1 && (initial.length > 0 || call.config.boolean("return_state", false))) call.fail("states of stacked cells cannot be given or returned");
  const backwards = call.config.boolean("go_backwards", false);
  let sequence: KerasValue = input;
  let last: Recurrence | undefined;
  list.forEach(({ kind, config }, i) => {
    const found = cellOf(kind) ?? call.fail(`its cell \`${kind}\` is not known`);
    const own = config.string("name", kind);
    const path = [...call.path, stacked && !call.context.weights.find([...call.path, own], "kernel") ? `RNNCell_${i}` : own];
    const inner = call.inner(kind, config, [sequence], path);
    last = call.b.within(stacked ? path : call.path, () => recurrence(inner, found, sequence, backwards ? "reverse" : "forward", initial));
    sequence = { ...last.sequence, ...(input.mask && { mask: input.mask }) };
  });
  return results(call, last!, backwards);
};

/** A layer inside a wrapper: { class_name, config }. */
function described(call: LayerCall, entry: unknown, at: string): { kind: string; config: Fields } {
  const fields = Fields.of(entry, call.config.path(at), call.config.file);
  return { kind: fields.string("class_name", isObject(entry) && typeof entry["className"] === "string" ? entry["className"] : undefined), config: fields.fields("config") };
}

export const wrapped = (call: LayerCall, key: string): { kind: string; config: Fields } => described(call, call.config.get(key), key);

/** The same layer forwards and backwards. */
const bidirectional: LayerRule = (call) => {
  const [input, ...initial] = call.inputs;
  if (!input) return call.invalid("it has no input");
  const layer = wrapped(call, "layer");
  const backward = call.config.has("backward_layer") ? wrapped(call, "backward_layer") : layer;
  const cell = cellOf(layer.kind);
  const backwardCell = cellOf(backward.kind);
  if (!cell || !backwardCell) return call.fail(`it wraps a \`${layer.kind}\`; LSTM, GRU and SimpleRNN are known`);
  const name = layer.config.string("name", "layer").replace(/^forward_/, "");
  const half = (which: { kind: string; config: Fields }, prefix: string): LayerCall => call.inner(which.kind, which.config, [input], [...call.path, `${prefix}_${name}`]);
  const [forwards, backwards] = [half(layer, "forward"), half(backward, "backward")];
  noteState(forwards);
  const run = (inner: LayerCall, direction: "forward" | "reverse", states: readonly KerasValue[]): Recurrence =>
    call.b.within([...call.b.scope, inner.path.at(-1)!], () => recurrence(inner, direction === "forward" ? cell : backwardCell, input, direction, states));
  const first = run(forwards, "forward", initial.slice(0, initial.length / 2));
  const second = run(backwards, "reverse", initial.slice(initial.length / 2));
  // The backward half is turned round again: its steps lie where the input's do, which is how ONNX gives them.
  const [one, ...statesOne] = results(forwards, first, false);
  const [two, ...statesTwo] = results(forwards, second, false);
  const mode = call.config.get("merge_mode");
  const output = mode === undefined ? [one!, two!] : merged(call, call.config.string("merge_mode"), [one!, two!]);
  return [...(Array.isArray(output) ? (output as readonly KerasValue[]) : [output as KerasValue]), ...statesOne, ...statesTwo];
};

export const recurrentRules: Readonly<Record<string, LayerRule>> = { LSTM: recurrent, GRU: recurrent, SimpleRNN: recurrent, RNN: rnn, Bidirectional: bidirectional };
