import { className, classSource, defineMethod, finalSoftmax, GraphBuilder, isVitrineError, sizeOf, stridesOf, toFloat32, topK, type ClassSource, type Engine, type Job, type Model, type RunRequest } from "@vitrine/core";
import type { Answer } from "@vitrine/report";

/** What the network says of an input, and how long it takes to say it. */
export interface Measured {
  /** Of the first sample; undefined where the output has no readable form. */
  readonly answer: Answer | undefined;
  /** Of one forward pass of one sample, the model being compiled. */
  readonly secondsPerPass: number;
  /** To compile the model, or near it. */
  readonly secondsToCompile: number;
}

/** Passes that are timed; the middle one counts, on a busy machine too. */
const timed = 3;
const most = 5;

/** Runs the network on an input: for its answer, and for the speed that a plan is made from. */
export async function measureAnswer(engine: Engine, request: Pick<RunRequest, "model" | "input" | "label" | "signal">): Promise<Measured> {
  let found: Measured | undefined;
  const asked = defineMethod({
    id: "answer", title: "Answer", summary: "What does the network say?", citations: [], params: {}, targeted: false,
    // It only asks: nothing is told meanwhile.
    // eslint-disable-next-line require-yield
    async *run(job) {
      found = await measure(job);
      return { tensors: {}, facts: {}, views: [] };
    },
  });
  await engine.run(asked, request);
  return found!;
}

async function measure(job: Job): Promise<Measured> {
  const source = await sourceOf(job);
  const builder = new GraphBuilder(job.model.graph);
  const value = source?.normalise ? builder.softmax(source.value, source.axes.unit!, "answer") : (source?.value ?? job.model.output.name);
  const graph = builder.build({ outputs: [value] });
  const first = performance.now();
  const results = await job.run(graph);
  const withCompiling = performance.now() - first;
  const times: number[] = [];
  for (let i = 0; i < timed; i++) {
    const began = performance.now();
    await job.run(graph);
    times.push(performance.now() - began);
    // A slow network is not made to wait for a better number.
    if (times[0]! > 1000) break;
  }
  const middle = times.sort((a, b) => a - b)[times.length >> 1]!;
  const output = results[graph.outputs[0]!.name]!;
  return {
    answer: source && output.dtype !== "string" ? answerOf(job.model, source, toFloat32(output), output.shape) : undefined,
    secondsPerPass: middle / 1000 / job.samples,
    secondsToCompile: Math.max(0, withCompiling - middle) / 1000,
  };
}

async function sourceOf(job: Job): Promise<ClassSource | undefined> {
  for (const score of ["probability", "output"] as const) {
    try {
      return await classSource(job, score);
    } catch (error) {
      if (!isVitrineError(error)) throw error;
    }
  }
  return undefined;
}

/** Classes of the first sample (of the last step, for a sequence), where something says that they are classes; or its only number. */
function answerOf(model: Model, { axes, value }: ClassSource, data: Float32Array, shape: readonly number[]): Answer | undefined {
  const rest = shape.reduce((size, dim, axis) => (axis === axes.batch || axis === axes.unit || axis === axes.time ? size : size * dim), 1);
  if (rest !== 1) return undefined;
  const strides = stridesOf(shape);
  const start = axes.time === undefined ? 0 : (shape[axes.time]! - 1) * strides[axes.time]!;
  if (axes.unit === undefined || axes.classes === 1) return sizeOf(shape) === shape[axes.batch] ? finite({ kind: "value", label: value, value: data[start]! }) : undefined;
  const softmax = finalSoftmax(model.graph, model.output.name);
  const { kind } = model.output;
  const isClasses = softmax !== undefined || model.labels.length > 0 || kind === "class-probabilities" || kind === "logits" || kind === "next-token";
  if (!isClasses) return undefined;
  const scores = Float32Array.from({ length: axes.classes }, (_, index) => data[start + index * strides[axes.unit!]!]!);
  if (!scores.every(Number.isFinite)) return undefined;
  const sum = scores.reduce((a, b) => a + b, 0);
  const isProbability = scores.every((score) => score >= 0 && score <= 1.0001) && Math.abs(sum - 1) < 0.01;
  const top = topK(scores, Math.min(most, axes.classes)).map(({ index, value: score }) => ({ label: className(model.labels, index), index, score }));
  return { kind: "classes", top, unit: isProbability ? "probability" : "score" };
}

const finite = (answer: Extract<Answer, { kind: "value" }>): Answer | undefined => (Number.isFinite(answer.value) ? answer : undefined);
