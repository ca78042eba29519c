import { className, finalSoftmax, GraphBuilder, tensor, toFloat32, type Job, type Layer, type Tensor } from "@vitrine/core";
import { activationError } from "./errors.js";
import { feedsForShapes } from "./select-layers.js";
import { readStatistics, type LayerStatistics } from "./statistics.js";
import { appendStatistics, type StatisticsOptions } from "./statistics-graph.js";

/** What one forward pass gave. */
export interface Capture {
  readonly statistics: readonly LayerStatistics[];
  /** Values by layer, float32, as the runtime returned them. */
  readonly activations: ReadonlyMap<Layer, Tensor<"float32">>;
  /** The model's output. */
  readonly output: Tensor;
  /** The layer that its value is, if it depends on the input. */
  readonly outputLayer: Layer | undefined;
  /** The value that holds the classes' probabilities, before the output only rearranges it. */
  readonly classValue: string;
}

/** Runs the network once, with every layer and its statistics as further outputs. */
export async function capture(job: Job, layers: readonly Layer[], options: StatisticsOptions): Promise<Capture> {
  const builder = new GraphBuilder(job.model.graph);
  const nodes = layers.map((layer) => appendStatistics(builder, layer, options));
  const output = job.model.output.name;
  const wanted = new Set([...layers.map((layer) => layer.value), ...nodes.map((node) => node.output), output]);
  const results = await job.run(builder.build({ outputs: [...wanted] }));
  return {
    statistics: nodes.map((node) => readStatistics(node, results, job.samples)),
    activations: new Map(layers.map((layer) => [layer, asFloat32(layer, results[layer.value]!)])),
    output: results[output]!,
    outputLayer: await job.model.layer(output, feedsForShapes(job)).catch(() => undefined),
    classValue: finalSoftmax(job.model.graph, output)?.probabilities ?? output,
  };
}

/** Values of other types are converted, float32 ones passed on as they are. */
function asFloat32(layer: Layer, value: Tensor): Tensor<"float32"> {
  if (value.dtype === "float32") return value;
  if (value.dtype === "string") throw activationError("activation-dtype", { layer: layer.name, dtype: "texts" });
  return tensor("float32", value.shape, toFloat32(value));
}

/** One class of the output. */
export interface ClassScore {
  readonly index: number;
  readonly name: string;
  readonly value: number;
}

/** What the network says of one sample. */
export interface Answer {
  readonly top: ClassScore;
  /** Strongest first. */
  readonly classes: readonly ClassScore[];
  readonly unit: "probability" | "score";
}

/** The classes of an output [samples, …] in order; undefined where the output is none: nothing says that it holds classes, or it has positions. */
export function readAnswer({ model, samples }: Pick<Job, "model" | "samples">, output: Tensor, layer: Layer | undefined, sample: number): Answer | undefined {
  if (output.dtype === "string" || layer === undefined) return undefined;
  const count = output.data.length / samples;
  const { kind } = model.output;
  const isClasses = kind === "class-probabilities" || kind === "logits" || model.labels.length > 0;
  if (!isClasses || layer.units !== count || layer.units < 2 || layer.batchAxis !== 0) return undefined;
  const scores = toFloat32(output).subarray(sample * count, (sample + 1) * count);
  // A log-softmax is the softmax's logarithm.
  const values = finalSoftmax(model.graph, model.output.name)?.log ? Float64Array.from(scores, Math.exp) : kind === "logits" ? softmax(scores) : scores;
  const order = Array.from(values.keys()).sort((a, b) => values[b]! - values[a]! || a - b);
  const classes = order.map((index) => ({ index, name: className(model.labels, index), value: values[index]! }));
  return { top: classes[0]!, classes, unit: kind === "logits" || kind === "class-probabilities" ? "probability" : "score" };
}

function softmax(logits: Float32Array): Float64Array {
  const most = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const exps = Float64Array.from(logits, (logit) => Math.exp(logit - most));
  const sum = exps.reduce((a, b) => a + b, 0);
  return exps.map((e) => e / sum);
}
