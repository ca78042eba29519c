import { className, finalSoftmax, GraphBuilder, tensor, toFloat32, type Graph, type Job, type Layer, type Model, type Tensor } from "@vitrine/core";
import { activationError } from "./errors.js";
import { feedsForShapes } from "./select-layers.js";
import { readStatistics, type LayerStatistics } from "./statistics.js";
import { appendStatistics, type StatisticsNodes, type StatisticsOptions } from "./statistics-graph.js";

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

/** A graph with every layer and its statistics as further outputs. */
export interface CaptureGraph {
  readonly graph: Graph;
  readonly nodes: readonly StatisticsNodes[];
}

/** The last one of each model: whoever looks at one input after the other has it built, and compiled, once. */
const latest = new WeakMap<Graph, { readonly key: string; readonly made: CaptureGraph }>();

/** The graph that one run of the method takes: the network with its layers, their statistics and its output as outputs. */
export function captureGraph(model: Pick<Model, "graph" | "output">, layers: readonly Layer[], options: StatisticsOptions = {}): CaptureGraph {
  const key = JSON.stringify([layers.map(({ value, shape, batchAxis, unitAxis }) => [value, shape, batchAxis, unitAxis]), options]);
  const known = latest.get(model.graph);
  if (known?.key === key) return known.made;
  const builder = new GraphBuilder(model.graph);
  const nodes = layers.map((layer) => appendStatistics(builder, layer, options));
  const outputs = new Set([...layers.map((layer) => layer.value), ...nodes.map((node) => node.output), model.output.name]);
  const made = { graph: builder.build({ outputs: [...outputs] }), nodes };
  latest.set(model.graph, { key, made });
  return made;
}

/** Runs the network once, with every layer and its statistics as further outputs. */
export async function capture(job: Job, layers: readonly Layer[], options: StatisticsOptions): Promise<Capture> {
  const { graph, nodes } = captureGraph(job.model, layers, options);
  const results = await job.run(graph);
  const output = job.model.output.name;
  return {
    statistics: nodes.map((node) => readStatistics(node, results, job.samples)),
    activations: new Map(nodes.map(({ layer }) => [layer, asFloat32(layer, results[layer.value]!)])),
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
