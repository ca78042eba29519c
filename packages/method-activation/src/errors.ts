import { brief, defineErrors, didYouMean, quote } from "@vitrine/core";

const gigabytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

/** Every message of this package. */
export const activationError = defineErrors({
  "activation-sample": (f: { sample: number; samples: number }) => ({
    message: `There is no sample ${f.sample}: the input holds ${f.samples === 1 ? "one" : f.samples}.`,
    hint: f.samples === 1 ? "Leave --sample out, or give 0." : `Give --sample 0 to ${f.samples - 1}.`,
  }),
  "activation-no-layers": (f: { model: string }) => ({
    message: `${quote(f.model)} has no layer that could be shown by default.`,
    hint: "Name graph values with --layers; `vitrine inspect` lists them.",
  }),
  "activation-too-large": (f: { bytes: number; limit: number; layers: number; largest: string }) => ({
    message: `The activations of ${f.layers === 1 ? "this layer" : `these ${f.layers} layers`} take ${gigabytes(f.bytes)}; ${gigabytes(f.limit)} is the most that is kept at once (the largest is ${quote(f.largest)}).`,
    hint: "Name fewer layers with --layers, or give fewer samples. Statistics over many inputs need no such memory: --against.",
  }),
  "activation-dtype": (f: { layer: string; dtype: string }) => ({ message: `${quote(f.layer)} holds ${f.dtype}, no numbers.`, hint: "Leave it out of --layers." }),
  "set-empty": (f: { flag: string }) => ({ message: `${quote(f.flag)} names nothing.`, hint: "Give at least one file." }),
  "checkpoint-kind": (f: { index: number }) => ({ message: `Entry ${f.index} of --checkpoints is no model.`, hint: "Each is a model that the engine has loaded." }),
  "checkpoint-layer": (f: { checkpoint: string; layer: string; model: string; known: readonly string[] }) => ({
    message: `The checkpoint ${quote(f.checkpoint)} has no layer ${quote(f.layer)}, which ${quote(f.model)} has.`,
    hint: [didYouMean(f.layer, f.known), "Checkpoints are states of one network: export them alike, or choose layers that all have with --layers."].filter((part) => part !== undefined).join(" "),
  }),
  "checkpoint-units": (f: { checkpoint: string; layer: string; units: number; expected: number }) => ({
    message: `Layer ${quote(f.layer)} has ${f.units} units in the checkpoint ${quote(f.checkpoint)} and ${f.expected} in the model.`,
    hint: "Checkpoints are states of one network; leave this one out, or this layer with --layers.",
  }),
  "checkpoint-input": (f: { checkpoint: string; why: string }) => ({
    message: `The checkpoint ${quote(f.checkpoint)} does not take the model's input: ${brief(f.why, 300)}`,
    hint: "Checkpoints are states of one network, with the same inputs.",
  }),
});
