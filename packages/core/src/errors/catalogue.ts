import { didYouMean } from "./near-miss.js";
import { defineErrors } from "./vitrine-error.js";

/** Cuts what a message repeats of a user's or a model's own text. */
export function brief(value: unknown, most = 120): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value, (_, v: unknown) => (typeof v === "bigint" ? String(v) : v)) ?? String(value));
  const clean = text.replace(/[\p{Cc}\p{Cf}]/gu, "·");
  return clean.length <= most ? clean : `${clean.slice(0, most / 2 - 1)}…${clean.slice(1 - most / 2)}`;
}

/** `name` in backticks, cut where it is very long. */
export const quote = (value: unknown): string => `\`${brief(value)}\``;

const shape = (dims: readonly (number | string | null)[]): string => `[${dims.map((dim) => dim ?? "?").join(", ")}]`;
const hint = (...parts: (string | undefined)[]): { hint?: string } => {
  const text = parts.filter((part) => part !== undefined).join(" ");
  return text === "" ? {} : { hint: text };
};

/** Every message of core. */
export const coreError = defineErrors({
  // Tensors
  "tensor-shape": (f: { dtype: string; shape: readonly number[]; length: number }) => ({
    message: `A ${f.dtype} tensor of shape ${shape(f.shape)} cannot hold ${f.length} elements.`,
    hint: "Every dimension is a whole number of at least 0, and their product is the number of elements.",
  }),
  "tensor-index": (f: { index: readonly number[]; shape: readonly number[] }) => ({ message: `${shape(f.index)} lies outside a tensor of shape ${shape(f.shape)}.` }),
  "tensor-dtype": (f: { dtype: string; expected: string }) => ({ message: `A tensor of ${f.dtype} was given where ${f.expected} was expected.` }),
  "tensor-join": (f: { shapes: readonly (readonly number[])[]; axis: number }) => ({
    message: `Tensors of shapes ${f.shapes.map(shape).join(" and ")} cannot be joined along axis ${f.axis}.`,
  }),
  "npy-invalid": (f: { name: string; why: string }) => ({ message: `${quote(f.name)} is not a .npy file that can be read: ${f.why}.` }),
  "npy-dtype": (f: { dtype: string }) => ({ message: `A tensor of ${f.dtype} cannot be written as .npy, which has no such type.`, hint: "Convert it to float32 first." }),

  // Graphs
  "graph-cycle": (f: { node: string; op: string }) => ({
    message: `The graph has a cycle through the ${f.op} node ${quote(f.node)}.`,
    hint: "A value was replaced by one that is computed from it.",
  }),
  "graph-invalid": (f: { why: string }) => ({ message: `The graph is not valid: ${f.why}.`, hint: "Export the model again, or check it with the exporter's own checker." }),
  "node-unknown": (f: { node: string; near: string | undefined }) => ({ message: `The graph has no node ${quote(f.node)}.`, ...hint(f.near) }),
  "value-unknown": (f: { value: string; near: string | undefined }) => ({ message: `The graph has no value ${quote(f.value)}.`, ...hint(f.near) }),
  "float64-needed": (f: { value: string; element: number }) => ({
    message: `The float64 constant ${quote(f.value)} holds ${f.element}, which float32 cannot.`,
    hint: "Export the model in float32: everything here runs in float32.",
    kind: "unsupported",
  }),

  // Files
  "source-outside": (f: { path: string; beside: string }) => ({
    message: `${quote(f.beside)} names the file ${quote(f.path)}, which lies outside the model's folder.`,
    hint: "Files of a model must lie in its own folder or below; move them there and export again.",
  }),
  "source-missing": (f: { path: string; beside: string }) => ({
    message: `${quote(f.beside)} needs the file ${quote(f.path)} beside it, and it is not there.`,
    hint: "Copy it there: the weights of such a model are not in the model file.",
  }),
  "url-invalid": (f: { url: string }) => ({ message: `${quote(f.url)} is no URL.`, hint: "Give a whole one: https://example.org/model.json." }),
  "url-unreadable": (f: { url: string; why: string }) => ({
    message: `${quote(f.url)} could not be read: ${brief(f.why, 160)}.`,
    hint: "Open it in a browser; a page of another site may read it only if its server allows that (CORS).",
  }),
  "format-unknown": (f: { name: string; formats: readonly string[] }) => ({
    message: `${quote(f.name)} is no model that the installed formats know (${f.formats.join(", ") || "none"}).`,
    hint: "Install the format's package and add it to the engine's plugins, or convert the model to ONNX.",
  }),

  // Runtimes
  "runtime-missing": (_: Record<string, never>) => ({ message: "This engine has no runtime.", hint: "Give one: createEngine({ runtime: onnxNode() })." }),
  "runtime-unknown": (f: { runtime: string; known: readonly string[] }) => ({
    message: `There is no runtime ${quote(f.runtime)}.`,
    ...hint(didYouMean(f.runtime, f.known), `Installed: ${f.known.join(", ") || "none"}.`),
  }),
  "provider-unavailable": (f: { runtime: string; asked: readonly string[]; states: readonly string[] }) => ({
    message: `None of the providers ${f.asked.map(quote).join(", ")} of ${f.runtime} works here.`,
    kind: "unsupported",
    ...hint(...f.states),
  }),
  "node-unsupported": (f: { runtime: string; nodes: readonly { op: string; node: string; why: string }[] }) => ({
    message: `${f.runtime} cannot run ${f.nodes.slice(0, 3).map((n) => `${n.op} ${quote(n.node)} (${n.why})`).join(", ")}${f.nodes.length > 3 ? ` and ${f.nodes.length - 3} more nodes` : ""}.`,
    hint: "Choose another runtime or provider with --runtime; `vitrine inspect` lists what each can run.",
    kind: "unsupported",
  }),
  "compile-failed": (f: { runtime: string; why: string }) => ({ message: `${f.runtime} refuses this graph: ${brief(f.why, 400)}`, kind: "unsupported" }),
  "run-failed": (f: { runtime: string; why: string }) => ({ message: `${f.runtime} failed while running: ${brief(f.why, 400)}`, kind: "unsupported" }),
  "disposed": (f: { what: string }) => ({ message: `The ${f.what} was used after it had been disposed.`, kind: "internal" }),
  "cancelled": (_: Record<string, never>) => ({ message: "Cancelled.", kind: "cancelled" }),

  // Inputs
  "input-missing": (f: { inputs: readonly string[] }) => ({
    message: `The model needs ${f.inputs.length === 1 ? "the input" : "the inputs"} ${f.inputs.map(quote).join(", ")}, which ${f.inputs.length === 1 ? "was" : "were"} not given.`,
    hint: f.inputs.length === 1 ? "Give --input FILE." : `Give ${f.inputs.map((name) => `--input ${brief(name)}=FILE`).join(" ")}.`,
  }),
  "input-unknown": (f: { input: string; known: readonly string[] }) => ({
    message: `The model has no input ${quote(f.input)}.`,
    ...hint(didYouMean(f.input, f.known), `Its inputs: ${f.known.map(quote).join(", ")}.`),
  }),
  "input-ambiguous": (f: { known: readonly string[] }) => ({
    message: `The model has ${f.known.length} inputs and one was given without saying which.`,
    hint: `Name it: ${f.known.map((name) => `--input ${brief(name)}=FILE`).join(" ")}.`,
  }),
  "input-shape": (f: { input: string; shape: readonly number[]; expected: readonly (number | string | null)[] }) => ({
    message: `The input ${quote(f.input)} was given as ${shape(f.shape)}; the model takes ${shape(f.expected)}.`,
  }),
  "input-dtype": (f: { input: string; dtype: string; expected: string }) => ({ message: `The input ${quote(f.input)} was given as ${f.dtype}; the model takes ${f.expected}.`, hint: "Convert the tensor; nothing is converted silently." }),
  "input-not-finite": (f: { input: string; index: readonly number[]; value: number }) => ({
    message: `The input ${quote(f.input)} holds ${f.value} at ${shape(f.index)}.`,
    hint: "Replace NaN and infinity before explaining: every score would be one of them.",
  }),
  "input-empty": (f: { input: string; shape: readonly number[] }) => ({ message: `The input ${quote(f.input)} has no elements: its shape is ${shape(f.shape)}.` }),
  "input-kind": (f: { input: string; kind: string; given: string }) => ({
    message: `The input ${quote(f.input)} is described as ${quote(f.kind)}, and ${f.given} was given.`,
    hint: "Give a file of that kind, or a .npy tensor, which is fed as it is.",
  }),
  "input-reader-missing": (f: { input: string; kind: string }) => ({
    message: `Nothing installed can prepare an input of kind ${quote(f.kind)} for ${quote(f.input)}.`,
    hint: "Add the plugin that registers it (images: the image package), or give a .npy tensor.",
  }),
  "preprocessing-unknown": (f: { input: string; shape: readonly (number | string | null)[]; command: string }) => ({
    message: `How to turn a picture into the input ${quote(f.input)} ${shape(f.shape)} is not known, and is never guessed.`,
    hint: `Try the usual ways and keep the right one with: ${f.command}`,
  }),
  "spec-invalid": (f: { file: string; at: string; why: string }) => ({ message: `${quote(f.file)} is not valid at ${quote(f.at)}: ${f.why}.` }),
  "batch-fixed": (f: { given: number; batch: number; reason: string }) => ({
    message: `The input holds ${f.given} samples; this model takes ${f.batch} at a time and its batch cannot be freed: ${f.reason}.`,
    kind: "unsupported",
  }),
  "shape-unknown": (f: { input: string; shape: readonly (number | string | null)[] }) => ({
    message: `The sizes of the input ${quote(f.input)} ${shape(f.shape)} are not all fixed by the model.`,
    hint: "Give an input (--input), from which they are taken.",
  }),

  // Layers and targets
  "layer-unknown": (f: { layer: string; known: readonly string[] }) => ({
    message: `The model has no layer or value ${quote(f.layer)}.`,
    ...hint(didYouMean(f.layer, f.known), "`vitrine inspect` lists the layers."),
  }),
  "layer-constant": (f: { layer: string }) => ({ message: `${quote(f.layer)} does not depend on the input: there is nothing to explain in it.` }),
  "unit-outside": (f: { layer: string; unit: number; units: number }) => ({
    message: `Layer ${quote(f.layer)} has no unit ${f.unit}.`,
    hint: `Its units are 0 to ${f.units - 1}.`,
  }),
  "position-outside": (f: { layer: string; position: readonly number[]; extent: readonly number[] }) => ({
    message: `Position ${f.position.join(",")} lies outside layer ${quote(f.layer)}.`,
    hint: f.extent.length === 0 ? "This layer has no positions." : `Its positions are ${f.extent.map((n) => `0 to ${n - 1}`).join(" × ")}${f.extent.length === 2 ? " (row, column)" : f.extent.length === 3 ? " (depth, row, column)" : ""}.`,
  }),
  "step-outside": (f: { step: number; steps: number }) => ({
    message: `There is no step ${f.step}.`,
    hint: f.steps === 0 ? "The model's output is no sequence of steps: leave `@t=` out." : `The output has ${f.steps} steps: 0 to ${f.steps - 1}, or from the end ${-f.steps} to −1.`,
  }),
  "slice-outside": (f: { name: string; index: readonly (number | null)[]; shape: readonly number[] }) => ({
    message: `The slice [${f.index.map((at) => at ?? ":").join(", ")}] lies outside ${quote(f.name)}, whose shape is ${shape(f.shape)}.`,
    hint: "One index for each axis, the batch first; a colon or a missing axis is all of it, and negative ones count from the end.",
  }),
  "direction-size": (f: { layer: string; given: number; units: number }) => ({
    message: `The direction in ${quote(f.layer)} has ${f.given} ${f.given === 1 ? "number" : "numbers"}; the layer has ${f.units} ${f.units === 1 ? "unit" : "units"}.`,
    hint: "A direction has one number for every unit of its layer.",
  }),
  "class-outside": (f: { index: number; classes: number }) => ({ message: `There is no class ${f.index}.`, hint: f.classes === 1 ? "The output is one number; it needs no target." : `The output has ${f.classes} classes: 0 to ${f.classes - 1}.` }),
  "class-unknown": (f: { label: string; known: readonly string[] }) => ({
    message: f.known.length === 0 ? `The class ${quote(f.label)} cannot be found: the labels of this model are not known.` : `No class is labelled ${quote(f.label)}.`,
    ...hint(didYouMean(f.label, f.known), f.known.length === 0 ? "Give its index, or labels in the model's .vitrine.json." : undefined),
  }),
  "class-ambiguous": (f: { label: string; matches: readonly string[] }) => ({
    message: `${quote(f.label)} fits several classes: ${f.matches.slice(0, 5).map(quote).join(", ")}.`,
    hint: "Give the whole label, or the index.",
  }),
  "target-syntax": (f: { target: string; why: string }) => ({
    message: `The target ${quote(f.target)} cannot be read: ${f.why}.`,
    hint: "Forms: top · class:207 · class:\"golden retriever\" · unit:LAYER[17] · unit:LAYER[17]@3,4 · channel-max:LAYER[17] · value:NAME[:,4,3,104] · class:21@t=15 · class:207 - class:208",
  }),
  "target-scores": (f: { target: string; shape: readonly number[]; rows: number }) => ({
    message: `The target ${quote(f.target)} yields the shape ${shape(f.shape)} for ${f.rows} ${f.rows === 1 ? "sample" : "samples"}.`,
    hint: "A target's function returns one number for each sample: a value of shape [batch]. Reduce every axis but the batch.",
  }),
  "target-count": (f: { targets: number; samples: number }) => ({ message: `${f.targets} targets were given for ${f.samples} samples.`, hint: "Give one for all, or one for each." }),
  "target-output": (f: { why: string }) => ({ message: `The model's output has no classes to choose from: ${f.why}.`, hint: "Name a unit (unit:LAYER[C]) or a value (value:NAME[…])." }),

  // Methods, parameters, plugins
  "method-unknown": (f: { method: string; known: readonly string[] }) => ({
    message: `There is no method ${quote(f.method)}.`,
    ...hint(didYouMean(f.method, f.known), `Installed: ${f.known.join(", ") || "none"}.`),
  }),
  "parameter-unknown": (f: { method: string; parameter: string; known: readonly string[] }) => ({
    message: `${quote(f.method)} has no parameter ${quote(f.parameter)}.`,
    ...hint(didYouMean(f.parameter, f.known), `It has: ${f.known.join(", ") || "none"}.`),
  }),
  "parameter-invalid": (f: { method: string; parameter: string; value: unknown; expected: string }) => ({
    message: `${quote(f.parameter)} of ${f.method} was given as ${quote(f.value)}; it takes ${f.expected}.`,
  }),
  "view-axes": (f: { axes: readonly number[]; shape: readonly number[] }) => ({
    message: `The axes ${shape(f.axes)} of a view do not fit its tensor of shape ${shape(f.shape)}.`,
    hint: "A view names every axis of its tensor exactly once, and a sample that is there.",
  }),
  "fill-syntax": (f: { fill: string }) => ({
    message: `${quote(f.fill)} is no fill.`,
    hint: "A number (in the model's input space), pixel:NUMBER (before normalisation), mean, blur, noise, or a .npy file.",
  }),
  "fill-pixel": (f: { input: string; kind: string }) => ({
    message: `A fill in pixels needs the preprocessing of the input ${quote(f.input)}, which is described as ${quote(f.kind)}.`,
    hint: "Give a number in the model's input space, or a picture with its preprocessing.",
  }),
  "fill-shape": (f: { input: string; shape: readonly number[]; expected: readonly number[] }) => ({
    message: `The fill of shape ${shape(f.shape)} cannot be broadcast to the input ${quote(f.input)} of shape ${shape(f.expected)}.`,
  }),
  "capability-missing": (f: { method: string; capability: string; hint: string }) => ({ message: `${f.method} needs ${f.capability}, which no installed plugin offers.`, hint: f.hint, kind: "unsupported" }),
  "gradient-not-finite": (f: { layer: string; what: "input" | "activation" | "gradient"; target: string }) => ({
    message: `There is no gradient of ${quote(f.target)} here: ${f.what === "input" ? `the input ${quote(f.layer)} holds NaN or infinity` : `the ${f.what} of the layer ${quote(f.layer)} is the first that holds NaN or infinity`}.`,
    hint: f.what === "input" ? "Give finite numbers." : f.what === "activation" ? "The forward pass overflows there: check the preprocessing, or the weights." : "The backward pass overflows there: explain a target before that layer, or use occlusion.",
    kind: f.what === "input" ? "input" : "unsupported",
  }),
  "gradient-shared": (f: { input: string; samples: number }) => ({
    message: `The input ${quote(f.input)} has no batch axis: all ${f.samples} samples share it, and one gradient would mix them.`,
    hint: "Give one sample at a time.",
  }),
  "gradient-no-input": (f: { inputs: readonly { readonly name: string; readonly dtype: string }[] }) => ({
    message: `None of the inputs has a gradient: ${f.inputs.map(({ name, dtype }) => `${quote(name)} holds ${dtype}`).join(", ")}, and no embedding that looks them up was found.`,
    hint: "Name the layer to look at: --wrt LAYER.",
    kind: "unsupported",
  }),
  "plugin-duplicate": (f: { what: string; id: string; plugins: readonly string[] }) => ({
    message: `The ${f.what} ${quote(f.id)} is registered twice, by ${f.plugins.map(quote).join(" and ")}.`,
    hint: "Remove one of the plugins.",
  }),
  "engine-frozen": (f: { what: string }) => ({ message: `${f.what} came too late: an engine takes no registrations once it is made.`, hint: "Register in the plugin's `register`." }),
  "method-failed": (f: { method: string; why: string }) => ({ message: `${f.method} failed: ${brief(f.why, 400)}`, kind: "internal" }),
});
