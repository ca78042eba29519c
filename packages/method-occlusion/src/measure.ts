import { classSource, GraphBuilder, finalSoftmax, isVitrineError, realValue, type CompiledTarget, type Graph, type Job, type Layer, type ScoreKind } from "@vitrine/core";
import { occlusionError } from "./errors.js";
import type { OcclusionParameters } from "./parameters.js";
import type { Preset, Score } from "./presets.js";

/** What is read of every run: one derived graph serves the clean input and every occluded one. */
export interface Measures {
  readonly graph: Graph;
  readonly target: CompiledTarget;
  /** What was measured after all. */
  readonly score: Score;
  /** True where scores are probabilities of a class, or one minus them. */
  readonly isProbability: boolean;
  /** Output [batch]: the score. */
  readonly scoreOutput: string;
  /** Output [batch], int64: the strongest class; undefined where the output has no classes. */
  readonly classOutput: string | undefined;
  /** Output [batch]: its probability; undefined where the output's meaning is not known. */
  readonly probabilityOutput: string | undefined;
  readonly feature: FeatureMeasure | undefined;
  readonly notices: readonly string[];
}

/** Zeiler & Fergus, figure 7 (b). */
export interface FeatureMeasure {
  readonly layer: Layer;
  /** Output [batch, units]: each map summed over its positions. */
  readonly sums: string;
  /** Output [batch, units]: the strongest single activation of each map. */
  readonly maxima: string;
}

type MeasureJob = Pick<Job<OcclusionParameters>, "model" | "feeds" | "params" | "target">;

/** @throws `score-class`, and what is wrong with the target */
export async function measuresOf(job: MeasureJob, preset: Preset, layer: Layer | undefined): Promise<Measures> {
  const notices: string[] = [];
  const builder = new GraphBuilder(job.model.graph);
  const wanted = job.params.score ?? preset.score;
  const { target, score } = await compile(job, builder, wanted, notices);
  const classes = await readClasses(job, builder);
  const feature = layer && readFeatures(builder, layer);
  const outputs = [target.score, classes?.top, classes?.probability, feature?.sums, feature?.maxima].filter((name) => name !== undefined);
  const isClass = target.classes.every((index) => index !== undefined);
  return {
    graph: builder.build({ outputs }),
    target,
    score,
    isProbability: isClass && (score === "probability" || score === "one-minus-probability" || (score === "output" && outputIsProbability(job))),
    scoreOutput: target.score,
    classOutput: classes?.top,
    probabilityOutput: classes?.probability,
    feature,
    notices,
  };
}

async function compile(job: MeasureJob, builder: GraphBuilder, wanted: Score, notices: string[]): Promise<{ target: CompiledTarget; score: Score }> {
  const kind: ScoreKind = wanted === "one-minus-probability" ? "probability" : wanted;
  const explicit = job.params.score !== undefined;
  try {
    const target = await job.target(builder, undefined, kind);
    if (kind === "output" || target.classes.every((index) => index !== undefined)) return { target, score: wanted };
    if (explicit) throw occlusionError("score-class", { score: wanted, target: target.texts.find((_, sample) => target.classes[sample] === undefined) ?? "" });
    return { target, score: "output" };
  } catch (error) {
    // A preset's probability is a wish, the user's is an order.
    if (explicit || kind === "output" || !isVitrineError(error, "target-output")) throw error;
    notices.push(`The score is the model's output as it is, no probability: ${error.message}`);
    return { target: await job.target(builder), score: "output" };
  }
}

function outputIsProbability({ model }: MeasureJob): boolean {
  const softmax = finalSoftmax(model.graph, model.output.name);
  return softmax ? !softmax.log : model.output.kind === "class-probabilities";
}

/** The strongest class of each sample, of the last step of a sequence; summed over places where the output is a map. */
async function readClasses(job: MeasureJob, builder: GraphBuilder): Promise<{ top: string; probability: string | undefined } | undefined> {
  const { kind } = job.model.output;
  if (kind === "regression" || kind === "detections") return undefined;
  const source = await classSource(job, "output");
  if (source.axes.unit === undefined || source.axes.classes < 2) return undefined;
  const top = builder.argMax(classRows(builder, source.value, source.shape.length, source.axes), 1, false, "occlusion:class");
  const probable = await classSource(job, "probability").catch((error: unknown) => {
    if (isVitrineError(error, "target-output")) return undefined;
    throw error;
  });
  if (!probable) return { top, probability: undefined };
  const value = probable.normalise ? builder.softmax(probable.value, probable.axes.unit!) : probable.value;
  return { top, probability: builder.reduceMax(classRows(builder, value, probable.shape.length, probable.axes), [1], false, "occlusion:probability") };
}

/** [batch, classes] of a value. */
function classRows(builder: GraphBuilder, value: string, rank: number, axes: { batch: number; unit: number | undefined; time: number | undefined }): string {
  const { batch, time } = axes;
  const unit = axes.unit!;
  const last = time === undefined ? value : builder.slice(value, [-1], [Number.MAX_SAFE_INTEGER], [time]);
  const others = Array.from({ length: rank }, (_, axis) => axis).filter((axis) => axis !== batch && axis !== unit);
  const rows = builder.reduceSum(last, others);
  return unit < batch ? builder.transpose(rows, [1, 0]) : rows;
}

const readFeatures = (builder: GraphBuilder, layer: Layer): FeatureMeasure => ({
  layer,
  sums: byUnit(builder, layer, builder.reduceSum(realValue(builder, layer.value), layer.spatialAxes), "occlusion:sums"),
  maxima: unitMaxima(builder, layer),
});

/** [batch, units]: the strongest single activation of each map of a layer. */
export const unitMaxima = (builder: GraphBuilder, layer: Layer): string => byUnit(builder, layer, builder.reduceMax(realValue(builder, layer.value), layer.spatialAxes), "occlusion:maxima");

function byUnit(builder: GraphBuilder, layer: Layer, reduced: string, hint: string): string {
  if (layer.unitAxis === undefined) return builder.unsqueeze(reduced, [1], hint);
  return layer.unitAxis < layer.batchAxis ? builder.transpose(reduced, [1, 0], hint) : builder.identity(reduced, hint);
}
