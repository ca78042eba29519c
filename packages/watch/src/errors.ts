import { defineErrors, quote, showShape } from "@vitrine/core";

/** Every message of this package. */
export const watchError = defineErrors({
  "watch-option": (f: { option: string; given: unknown; expected: string }) => ({ message: `${quote(f.option)} is ${quote(f.given)}; ${f.expected} is expected.`, hint: "Leave it out for the default." }),
  "watch-inputs": (f: { why: string }) => ({
    message: `The inputs to watch with cannot be used: ${f.why}.`,
    hint: "Give a tf.Tensor that holds some samples as the model takes them, its first axis counting them; for a model of several inputs a list of those in its order, or an object by their names.",
  }),
  "watch-input-shape": (f: { input: string; shape: readonly number[]; expected: readonly (number | null)[] }) => ({
    message: `The inputs to watch with have the shape ${showShape(f.shape)}; ${quote(f.input)} takes ${showShape(f.expected)}.`,
    hint: f.shape.length === f.expected.length - 1 ? "The first axis counts samples: tensor.expandDims(0) makes a single one a batch." : "Give samples of the kind that the model is trained with.",
  }),
  "watch-busy": (f: { model: string }) => ({
    message: `This watcher is of ${quote(f.model)}, which is being trained; it was given to another fit.`,
    hint: "A watcher is of one model: make one for each by watchTraining(model, …).",
  }),
  "watch-other-model": (f: { model: string }) => ({
    message: `This watcher is of ${quote(f.model)}, which is not the model that is being trained.`,
    hint: "Make a watcher of the model that you train: watchTraining(model, …).",
  }),
  "watch-nothing": (f: { model: string }) => ({ message: `Nothing of ${quote(f.model)} has been watched yet.`, hint: "Pass the watcher to fit: model.fit(xs, ys, { callbacks: watch }), and await that." }),
});
