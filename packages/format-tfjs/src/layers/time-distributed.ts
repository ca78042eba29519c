import type { Size } from "../build/held.js";
import type { KerasValue, LayerCall, LayerRule } from "./call.js";
import { wrapped } from "./recurrent.js";
import { tfjsError } from "../errors.js";

/** Layers that work along the last axis alone: what they do to every step, they do to the sequence. */
const alongLast = new Set(["Dense", "Activation", "ReLU", "LeakyReLU", "ELU", "ThresholdedReLU", "Dropout", "GaussianNoise", "GaussianDropout", "AlphaDropout"]);

/** A layer applied to every step: the steps are taken as samples, [batch, time, …] → [batch · time, …], and put back. */
export function timeDistributed(call: LayerCall, ruleOf: (kind: string) => LayerRule | undefined): KerasValue {
  const { b, input } = call;
  if (input.shape.length < 3) call.invalid("its input has no axis of time");
  const { kind, config } = wrapped(call, "layer");
  const rule = ruleOf(kind);
  if (!rule) throw tfjsError("tfjs-layer-unknown", { layer: `${call.title}/${config.string("name", kind)}`, kind, known: [] });
  const one = (given: KerasValue): KerasValue => {
    const result = rule(call.inner(kind, config, [given]));
    return Array.isArray(result) ? ((result as readonly KerasValue[])[0] ?? call.invalid("it gives nothing")) : (result as KerasValue);
  };
  if (alongLast.has(kind)) return one(input);
  const [batch = null, time = null, ...rest] = input.shape;
  const x = call.layout.plain(input);
  const steps = b.reshape(x, [-1, ...call.known(rest, "a size of its steps")], "Reshape");
  const result = one({ value: steps, shape: [null, ...rest], order: undefined });
  const after: readonly Size[] = result.shape.slice(1);
  const sizes = call.known(after, "a size of its result");
  const value = call.layout.plain(result);
  // With neither batch nor time fixed, both are read from the input.
  const target = time === null ? b.concat([b.slice(b.shape(x, "Shape"), [0], [2], [0], undefined, "Slice"), b.ints(sizes)], 0) : [-1, time, ...sizes];
  return { value: b.reshape(value, target, "Reshape"), shape: [batch, time, ...after], order: undefined };
}
