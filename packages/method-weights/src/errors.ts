import { brief, defineErrors, didYouMean, quote } from "@vitrine/core";

/** Every message of this package. */
export const weightsError = defineErrors({
  "weights-none": (f: { model: string }) => ({
    message: `${quote(f.model)} has no parameters that could be shown.`,
    hint: "Its constants are shapes, indices or single numbers, or its weights were left out of the file; `vitrine inspect` lists its operators.",
  }),
  "weights-layer": (f: { layer: string; model: string; known: readonly string[] }) => ({
    message: `${quote(f.model)} has no layer ${quote(f.layer)} that has parameters.`,
    hint: didYouMean(f.layer, f.known) ?? `Layers that have some: ${brief(f.known.join(", "), 300)}.`,
  }),
  "weights-shape": (f: { value: string; op: string; shape: readonly number[]; expected: string }) => ({
    message: `The weights ${quote(f.value)} of a ${f.op} have shape [${f.shape.join(", ")}]; ${f.expected} was expected.`,
    hint: "The file is damaged, or was written by an exporter that does not follow ONNX.",
  }),
  "checkpoints-empty": () => ({ message: "`--checkpoints` names nothing.", hint: "Give at least one file." }),
  "checkpoint-kind": (f: { index: number }) => ({ message: `Entry ${f.index} of --checkpoints is no model.`, hint: "Each is a model that the engine has loaded." }),
  "checkpoint-parameter": (f: { checkpoint: string; parameter: string; model: string; known: readonly string[] }) => ({
    message: `The checkpoint ${quote(f.checkpoint)} has no parameter ${quote(f.parameter)}, which ${quote(f.model)} has.`,
    hint: [didYouMean(f.parameter, f.known), "Checkpoints are states of one network: export them alike, or choose layers that all have with --layers."].filter((part) => part !== undefined).join(" "),
  }),
  "checkpoint-shape": (f: { checkpoint: string; parameter: string; shape: readonly number[]; expected: readonly number[] }) => ({
    message: `${quote(f.parameter)} has shape [${f.shape.join(", ")}] in the checkpoint ${quote(f.checkpoint)} and [${f.expected.join(", ")}] in the model.`,
    hint: "Checkpoints are states of one network; leave this one out, or this layer with --layers.",
  }),
});
