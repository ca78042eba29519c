import { coreError } from "../errors/catalogue.js";
import { isVitrineError } from "../errors/vitrine-error.js";
import { GraphBuilder } from "../graph/builder.js";
import type { Graph } from "../graph/graph.js";
import { withInputShapes } from "../graph/input-shapes.js";
import type { Job } from "../method/job.js";
import type { Feeds } from "../model/model.js";
import type { CompiledTarget, ScoreKind } from "../target/compile.js";
import type { Targets } from "../target/spec.js";
import { toFloat32 } from "../tensor/convert.js";
import { concat, take } from "../tensor/select.js";
import { sizeOf, stridesOf, type Tensor } from "../tensor/tensor.js";
import type { BackwardRule } from "./backward-rule.js";
import { differentiation, type Differentiation } from "./differentiation.js";
import type { Explained } from "./explained.js";
import { refuseNotFinite } from "./not-finite.js";

export interface GradientOptions {
  /** By what; of several, those that the target does not depend on are left out. */
  readonly wrt: readonly Explained[];
  /** Default: those of the job. */
  readonly targets?: Targets | undefined;
  /** What a class is read from. Default: its logit. */
  readonly score?: ScoreKind | undefined;
  readonly rule?: BackwardRule | undefined;
  /** What goes back from the target: 1, or the activation itself, as the Deep Visualization Toolbox shows it. Default 1. */
  readonly seedWith?: "one" | "activation" | undefined;
  /** Rows that will be run in all, for the size of a batch; default: the job's samples. */
  readonly rows?: number;
  /** Graph values to read besides, by what stands for them. */
  readonly read?: readonly Explained[];
}

/** What one run yields: its rows along the batch axis of each value. */
export interface GradientRows {
  /** By graph value. */
  readonly gradients: ReadonlyMap<string, Tensor>;
  /** Those of `read`, by graph value. */
  readonly values: ReadonlyMap<string, Tensor>;
  /** [rows] */
  readonly scores: Float32Array;
}

/** Gradients of a target, ready to run. */
export interface GradientGraph {
  readonly graph: Graph;
  readonly target: CompiledTarget;
  readonly wrt: readonly Explained[];
  /** At most so many rows at once. */
  readonly size: number;
  /**
   * @param samples the sample of each row: its target, and its input unless given
   * @param inputs instead of the job's, by name: as many rows along the batch axis
   * @throws `gradient-not-finite`
   */
  run(samples: readonly number[], inputs?: Feeds): Promise<GradientRows>;
  /** Every sample of the job, batch after batch. */
  all(): Promise<GradientRows>;
}

export type GradientJob = Pick<Job, "model" | "feeds" | "samples" | "batch" | "signal" | "targets" | "run" | "shapes" | "target" | "require" | "notice">;

interface Derived {
  readonly builder: GraphBuilder;
  readonly target: CompiledTarget;
  readonly gradients: ReadonlyMap<string, string>;
}

/** Appends a target and its gradients to a new graph. @param feeds of `size` rows, for the shapes */
export async function deriveGradients(job: GradientJob, options: GradientOptions, feeds: (target: CompiledTarget) => Feeds, wrt: (builder: GraphBuilder, of: string) => readonly string[]): Promise<Derived> {
  const engine = job.require(differentiation);
  const builder = new GraphBuilder(job.model.graph);
  const target = await job.target(builder, options.targets, options.score ?? "logit");
  const values = wrt(builder, target.of);
  const seed = options.seedWith === "activation" ? builder.mul(target.of, target.seed, "target:seed") : target.seed;
  const shapes = await job.shapes(builder, [...engine.valuesBetween(builder, target.of, values), target.of, ...values], feeds(target));
  return { builder, target, gradients: engine.differentiate(builder, { of: target.of, seed, wrt: values, rule: options.rule, shapes }) };
}

/**
 * The graph of a target's gradients, forward and backward in one.
 * @throws what differentiation throws, `gradient-shared` for several samples that share an input
 */
export async function gradientGraph(job: GradientJob, options: GradientOptions): Promise<GradientGraph> {
  const { model } = job;
  const shared = options.wrt.find(({ batchAxis }) => batchAxis === undefined);
  if (shared && job.samples > 1) throw coreError("gradient-shared", { input: shared.name, samples: job.samples });
  const size = model.batch.fixed ?? (shared ? 1 : Math.max(1, Math.min(options.rows ?? job.samples, job.batch)));

  const feedsOf = (target: CompiledTarget, samples: readonly number[], inputs: Feeds = {}): Feeds => {
    const rows = Array.from({ length: size }, (_, i) => Math.min(i, samples.length - 1));
    const feeds: Record<string, Tensor> = {};
    for (const [name, tensor] of Object.entries(job.feeds)) {
      const axis = model.batch.axes[name];
      const given = inputs[name];
      if (axis === undefined) feeds[name] = given ?? tensor;
      else feeds[name] = given ? take(given, axis, rows) : take(tensor, axis, rows.map((row) => samples[row]!));
    }
    for (const [name, tensor] of Object.entries(target.feeds)) feeds[name] = take(tensor, 0, rows.map((row) => samples[row]!));
    return feeds;
  };

  let wrt = options.wrt;
  const derived = await deriveGradients(job, options, (target) => feedsOf(target, [0]), (builder, of) => {
    wrt = upstream(job.require(differentiation), builder, of, options.wrt);
    return wrt.map(({ value }) => value);
  });
  const { builder, target, gradients } = derived;
  for (const caveat of job.require(differentiation).caveats(builder, target.of, wrt.map(({ value }) => value))) job.notice(caveat);
  const read = options.read ?? [];
  // An output's name may differ from the value's: that of an input, say.
  const graph = withInputShapes(
    builder.build({ outputs: [target.score, ...wrt.map(({ value }) => gradients.get(value)!), ...read.map(({ value }) => builder.identity(value, `${value}:read`))] }),
    feedsOf(target, [0]),
  );
  const [scoreName, ...others] = graph.outputs.map(({ name }) => name);

  const run = async (samples: readonly number[], inputs?: Feeds): Promise<GradientRows> => {
    const feeds = feedsOf(target, samples, inputs);
    const results = await job.run(graph, feeds);
    const rows = (name: string, { batchAxis }: Explained): Tensor => {
      const whole = results[name]!;
      return batchAxis === undefined || samples.length === size ? whole : take(whole, batchAxis, samples.map((_, i) => i));
    };
    const found = new Map(wrt.map((each, i) => [each.value, rows(others[i]!, each)]));
    const values = new Map(read.map((each, i) => [each.value, rows(others[wrt.length + i]!, each)]));
    const scored = results[scoreName!]!;
    // A third party's function may forget that there are several samples.
    if (sizeOf(scored.shape) !== size) throw coreError("target-scores", { target: target.titles[samples[0]!]!, shape: scored.shape, rows: size });
    const scores = toFloat32(scored).slice(0, samples.length);
    const refuse = (row: number, broken: Explained | undefined): Promise<void> => refuseNotFinite(job, { ...options, wrt }, feeds, (other) => feedsOf(other, samples, inputs), target.titles[samples[row]!]!, broken);
    for (const each of wrt) {
      const row = firstNotFinite(found.get(each.value)!, each.batchAxis);
      if (row !== undefined) await refuse(row, each);
    }
    // A rectifier may close on NaN: then the gradient is finite, and means nothing.
    const row = scores.findIndex((score) => !Number.isFinite(score));
    if (row >= 0) await refuse(row, undefined);
    return { gradients: found, values, scores };
  };
  const all = async (): Promise<GradientRows> => {
    const parts: GradientRows[] = [];
    for (let start = 0; start < job.samples; start += size) parts.push(await run(Array.from({ length: Math.min(size, job.samples - start) }, (_, i) => start + i)));
    const joined = (of: (part: GradientRows) => ReadonlyMap<string, Tensor>, each: readonly Explained[]): ReadonlyMap<string, Tensor> =>
      new Map(each.map(({ value, batchAxis }) => [value, concat(parts.map((part) => of(part).get(value)!), batchAxis ?? 0)]));
    return { gradients: joined((part) => part.gradients, wrt), values: joined((part) => part.values, read), scores: Float32Array.from(parts.flatMap(({ scores }) => [...scores])) };
  };
  return { graph, target, wrt, size, run, all };
}

/** The first row along the batch axis (0 without one) that holds NaN or infinity; undefined where none does. */
function firstNotFinite(values: Tensor, batchAxis: number | undefined): number | undefined {
  const all = toFloat32(values);
  let at = 0;
  while (at < all.length && Number.isFinite(all[at])) at++;
  if (at === all.length) return undefined;
  return batchAxis === undefined ? 0 : Math.floor(at / stridesOf(values.shape)[batchAxis]!) % values.shape[batchAxis]!;
}

/** Of several values those that the target depends on; of one, or where it depends on none, the engine's own error says why. */
function upstream(engine: Differentiation, builder: GraphBuilder, of: string, wrt: readonly Explained[]): readonly Explained[] {
  if (wrt.length < 2) return wrt;
  const kept = wrt.filter(({ value }) => {
    try {
      engine.valuesBetween(builder, of, [value]);
      return true;
    } catch (error) {
      if (isVitrineError(error, "wrt-not-upstream") || isVitrineError(error, "gradient-nowhere")) return false;
      throw error;
    }
  });
  return kept.length > 0 ? kept : wrt;
}
