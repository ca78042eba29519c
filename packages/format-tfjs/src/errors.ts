import { brief, defineErrors, didYouMean, quote, showShape } from "@vitrine/core";

const again = "Convert or download the model again, all of its files together.";

/** The way out for what a TensorFlow.js file holds and Vitrine does not translate. */
const elsewhere = "Convert the original model to ONNX (tf2onnx) and open that, or report what is missing.";

/** Every message of this package. */
export const tfjsError = defineErrors({
  "tfjs-json": (f: { file: string; why: string }) => ({
    message: `${quote(f.file)} cannot be read as JSON: ${brief(f.why, 160)}.`,
    hint: `A TensorFlow.js model is a model.json with weight files beside it. ${again}`,
  }),
  "tfjs-not": (f: { file: string; why: string; hint?: string }) => ({ message: `${quote(f.file)} is no TensorFlow.js model: ${f.why}.`, hint: f.hint ?? again }),
  "tfjs-field": (f: { file: string; at: string; expected: string; given: unknown }) => ({
    message: `${quote(f.file)} is not valid at ${quote(f.at)}: ${f.expected} is expected, and ${f.given === undefined ? "nothing" : quote(f.given)} is there.`,
    hint: again,
  }),
  "tfjs-too-much": (f: { file: string; what: string; count: number; most: number }) => ({
    message: `${quote(f.file)} has ${f.count} ${f.what}; at most ${f.most} are read.`,
    hint: `It is damaged, or made to fill the memory. ${again}`,
  }),

  // Weights
  "tfjs-manifest": (f: { file: string; weight: string; why: string }) => ({ message: `The weights manifest of ${quote(f.file)} is wrong at ${quote(f.weight)}: ${f.why}.`, hint: again }),
  "tfjs-shards": (f: { file: string; paths: readonly string[]; bytes: number; needed: number }) => ({
    message: `${f.paths.length === 1 ? "The weight file" : "The weight files"} ${brief(f.paths.map(quote).join(", "), 200)} of ${quote(f.file)} ${f.paths.length === 1 ? "holds" : "hold"} ${f.bytes} bytes; the manifest needs ${f.needed}.`,
    hint: f.bytes < f.needed ? "A weight file was cut off, or belongs to another model. Copy all files of the model again." : "The weight files belong to another version of the model. Copy all files of the model again.",
  }),
  "tfjs-weight-missing": (f: { layer: string; weight: string; known: readonly string[] }) => ({
    message: `The weight ${quote(f.weight)} of ${quote(f.layer)} is not in the weights manifest.`,
    hint: didYouMean(f.weight, f.known) ?? again,
  }),
  "tfjs-weight-ambiguous": (f: { layer: string; weight: string; matches: readonly string[] }) => ({
    message: `The weight ${quote(f.weight)} of ${quote(f.layer)} could be any of ${brief(f.matches.map(quote).join(", "), 200)}.`,
    hint: "Give the layers names that differ, and save the model again.",
  }),
  "tfjs-weight-shape": (f: { layer: string; weight: string; shape: readonly number[]; expected: string }) => ({
    message: `The weight ${quote(f.weight)} of ${quote(f.layer)} has the shape ${showShape(f.shape)}; ${f.expected} is expected.`,
    hint: `The topology and the weights belong to different models. ${again}`,
  }),

  // Layers
  "tfjs-layer-unknown": (f: { layer: string; kind: string; known: readonly string[] }) => ({
    message: `The layer ${quote(f.layer)} is a ${quote(f.kind)}, which Vitrine does not know.`,
    hint: [didYouMean(f.kind, f.known), elsewhere].filter((part) => part !== undefined).join(" "),
    kind: "unsupported",
  }),
  "tfjs-layer": (f: { layer: string; kind: string; why: string }) => ({ message: `The ${f.kind} layer ${quote(f.layer)} cannot be translated: ${f.why}.`, hint: elsewhere, kind: "unsupported" }),
  "tfjs-layer-invalid": (f: { layer: string; kind: string; why: string }) => ({ message: `The ${f.kind} layer ${quote(f.layer)} is not valid: ${f.why}.`, hint: again }),
  "tfjs-topology": (f: { model: string; why: string }) => ({ message: `The layers of ${quote(f.model)} do not fit together: ${f.why}.`, hint: again }),

  // Graphs
  "tfjs-op-unknown": (f: { node: string; op: string; known: readonly string[] }) => ({
    message: `The node ${quote(f.node)} is a ${quote(f.op)}, which Vitrine does not know.`,
    hint: [didYouMean(f.op, f.known), elsewhere].filter((part) => part !== undefined).join(" "),
    kind: "unsupported",
  }),
  "tfjs-op": (f: { node: string; op: string; why: string }) => ({ message: `The ${f.op} node ${quote(f.node)} cannot be translated: ${f.why}.`, hint: elsewhere, kind: "unsupported" }),
  "tfjs-node": (f: { node: string; op: string; why: string }) => ({ message: `The ${f.op} node ${quote(f.node)} is not valid: ${f.why}.`, hint: again }),
  "tfjs-graph": (f: { file: string; why: string }) => ({ message: `The graph of ${quote(f.file)} is not valid: ${f.why}.`, hint: again }),

  // Models in memory
  "tfjs-live": (f: { why: string }) => ({ message: `This is no tf.LayersModel: ${f.why}.`, hint: "Give the model that tf.sequential, tf.model or tf.loadLayersModel made, once it is built." }),
  "tfjs-unexpected": (f: { file: string; why: string }) => ({
    message: `${quote(f.file)} could not be read: ${brief(f.why, 200)}.`,
    hint: "The model holds something that Vitrine did not expect. If TensorFlow.js loads it, please report it.",
  }),
});
