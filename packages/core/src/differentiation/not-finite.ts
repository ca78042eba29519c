import { coreError } from "../errors/catalogue.js";
import { isVitrineError } from "../errors/vitrine-error.js";
import { GraphBuilder } from "../graph/builder.js";
import { isFloat } from "../tensor/dtype.js";
import type { Layer } from "../model/layer.js";
import { layerValues } from "../model/layers.js";
import type { Feeds } from "../model/model.js";
import type { CompiledTarget } from "../target/compile.js";
import { toFloat32 } from "../tensor/convert.js";
import { differentiation } from "./differentiation.js";
import type { Explained } from "./explained.js";
import { deriveGradients, type GradientJob, type GradientOptions } from "./gradient-graph.js";

/** Σ v·0: NaN where any element is NaN or infinite, else 0; never overflows itself. Layers of whole numbers are cast. */
const flag = (builder: GraphBuilder, value: string): string => builder.reduceSum(builder.mul(builder.cast(value, "float32"), builder.scalar(0)), undefined, false, "finite");

/** The same, but for −∞, by which attentions mask what is not to be seen. */
const flagActivation = (builder: GraphBuilder, value: string): string => {
  const number = builder.cast(value, "float32");
  return flag(builder, builder.where(builder.equal(number, builder.scalar(-Infinity)), builder.scalar(0), number));
};

/**
 * Looks for where a score or a gradient that is not finite comes from, and tells: an input, the first layer whose activation
 * is not finite, or the first on the way back whose gradient is not.
 * @param target of the sample that it is about
 * @param broken what the gradient was taken by; undefined where only the score is not finite: then nothing is told of −∞ alone
 * @throws `gradient-not-finite`, always where a gradient is broken
 */
export async function refuseNotFinite(job: GradientJob, options: GradientOptions, feeds: Feeds, feedsOf: (target: CompiledTarget) => Feeds, target: string, broken: Explained | undefined): Promise<void> {
  for (const { name } of job.model.inputs) {
    const fed = feeds[name];
    if (fed && isFloat(fed.dtype) && toFloat32(fed).some((value) => !Number.isFinite(value))) throw coreError("gradient-not-finite", { layer: name, what: "input", target });
  }
  const forward = new GraphBuilder(job.model.graph);
  // Every value, and not only those that a person thinks in: it is roots, quotients and powers that overflow.
  const between: Layer[] = [];
  for (const value of layerValues(job.model.graph)) {
    const layer = await job.model.layer(value, job.feeds).catch(() => undefined);
    if (layer) between.push(layer);
  }
  const activation = await firstNotFinite(job, feeds, forward, between, (value) => flagActivation(forward, value));
  if (activation) throw coreError("gradient-not-finite", { layer: activation.name, what: "activation", target });
  if (!broken) return;

  const engine = job.require(differentiation);
  const wrt = options.wrt.map(({ value }) => value);
  let path: readonly Layer[] = [];
  const derived = await deriveGradients(job, options, feedsOf, (builder, of) => {
    const on = new Set(engine.valuesBetween(builder, of, wrt));
    path = between.filter(({ value }) => on.has(value) && !wrt.includes(value) && isUpstream(() => engine.valuesBetween(builder, of, [value])));
    return [...path.map(({ value }) => value), ...wrt];
  });
  const { builder, gradients } = derived;
  const backward = await firstNotFinite(job, feedsOf(derived.target), builder, path.toReversed(), (value) => flag(builder, gradients.get(value)!));
  throw coreError("gradient-not-finite", { layer: backward?.name ?? broken.name, what: "gradient", target });
}

async function firstNotFinite(job: GradientJob, feeds: Feeds, builder: GraphBuilder, layers: readonly Layer[], flagOf: (value: string) => string): Promise<Layer | undefined> {
  const flags = layers.map(({ value }) => flagOf(value));
  if (flags.length === 0) return undefined;
  const graph = builder.build({ outputs: flags });
  const results = await job.model.run(graph, feeds, { signal: job.signal });
  for (const [i, layer] of layers.entries()) {
    const value = results[graph.outputs[i]!.name]!;
    const host = "read" in value ? await value.read() : value;
    if ("read" in value) value.dispose();
    if (Number.isNaN(toFloat32(host)[0])) return layer;
  }
  return undefined;
}

function isUpstream(look: () => unknown): boolean {
  try {
    look();
    return true;
  } catch (error) {
    if (isVitrineError(error)) return false;
    throw error;
  }
}
