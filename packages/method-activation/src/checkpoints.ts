import { checkpointAxis, GraphBuilder, isVitrineError, type CheckpointAxis, type Job, type Layer, type Model } from "@vitrine/core";
import { activationError } from "./errors.js";
import { runGraph, type Chunk } from "./input-set.js";
import { SetStatistics } from "./set-statistics.js";
import { readStatistics } from "./statistics.js";
import { appendStatistics, type StatisticsOptions } from "./statistics-graph.js";

/** One layer at one checkpoint; NaN where a measure does not apply. */
export interface CheckpointMeasures {
  readonly sparsity: number;
  /** Share of units that are dead. */
  readonly dead: number;
  readonly concentration: number;
  readonly entropy: number;
}

export interface CheckpointCurves {
  readonly axis: CheckpointAxis;
  /** Names of the checkpoints' files, in the order given. */
  readonly names: readonly string[];
  readonly inputs: number;
  /** By layer, one per checkpoint in the order given. */
  readonly layers: ReadonlyMap<Layer, readonly CheckpointMeasures[]>;
}

function isModel(value: unknown): value is Model {
  return typeof value === "object" && value !== null && "graph" in value && "run" in value && "layer" in value;
}

const unmeasurable: CheckpointMeasures = { sparsity: NaN, dead: NaN, concentration: NaN, entropy: NaN };

/** A layer that holds what is no number has no measures: zeros among NaN say nothing of it. */
export function checkpointMeasures(statistics: SetStatistics): CheckpointMeasures {
  if (!statistics.isNumeric) return unmeasurable;
  const { sparsity, concentration, entropy } = statistics.layerMeans();
  const dead = statistics.dead();
  return { sparsity, concentration, entropy, dead: dead === undefined ? NaN : dead.length / statistics.units };
}

/** The models among the values of `--checkpoints`. @throws `checkpoint-kind`, `set-empty` */
export function checkpointModels(values: readonly unknown[]): readonly Model[] {
  if (values.length === 0) throw activationError("set-empty", { flag: "--checkpoints" });
  return values.map((value, index) => {
    if (!isModel(value)) throw activationError("checkpoint-kind", { index });
    return value;
  });
}

/** What a set of inputs did to one state of the network. */
export interface SetMeasures {
  /** One per layer. */
  readonly statistics: readonly SetStatistics[];
  /** What the inputs are called. */
  readonly labels: readonly string[];
}

/** Statistics of one state of the network over a set of inputs. Yields how many inputs were seen. */
export async function* measureSet(model: Model, layers: readonly Layer[], chunks: AsyncIterable<Chunk>, job: Pick<Job, "batch" | "signal">, options: StatisticsOptions): AsyncGenerator<number, SetMeasures> {
  const builder = new GraphBuilder(model.graph);
  const nodes = layers.map((layer) => appendStatistics(builder, layer, { ...options, anySize: true }));
  const graph = builder.build({ outputs: nodes.map((node) => node.output) });
  const statistics = layers.map((layer) => new SetStatistics(layer, layer.units));
  const labels: string[] = [];
  for await (const chunk of chunks) {
    const results = await runGraph(model, graph, chunk, job);
    nodes.forEach((node, i) => statistics[i]!.add(readStatistics(node, results, chunk.labels.length)));
    labels.push(...chunk.labels);
    yield labels.length;
  }
  return { statistics, labels };
}

/** The same layers in another state of the network. @throws `checkpoint-input`, `checkpoint-layer`, `checkpoint-units` */
export async function layersIn(checkpoint: Model, model: Model, layers: readonly Layer[], chunk: Chunk): Promise<readonly Layer[]> {
  const { name } = checkpoint.file;
  try {
    checkpoint.prepare(chunk.feeds);
  } catch (error) {
    if (!isVitrineError(error)) throw error;
    throw activationError("checkpoint-input", { checkpoint: name, why: error.message }, error);
  }
  const found: Layer[] = [];
  for (const layer of layers) {
    const same = await checkpoint.layer(layer.name, chunk.feeds).catch(async (error: unknown) => {
      if (!isVitrineError(error, "layer-unknown") && !isVitrineError(error, "layer-constant")) throw error;
      const known = (await checkpoint.layers(chunk.feeds)).map((other) => other.name);
      throw activationError("checkpoint-layer", { checkpoint: name, layer: layer.name, model: model.file.name, known }, error);
    });
    if (same.units !== layer.units) throw activationError("checkpoint-units", { checkpoint: name, layer: layer.name, units: same.units, expected: layer.units });
    found.push(same);
  }
  return found;
}

/** Measures every checkpoint over the same inputs. Yields which one it is at, and how many inputs that one has seen. */
export async function* measureCheckpoints(
  job: Job, models: readonly Model[], layers: readonly Layer[], chunks: () => AsyncIterable<Chunk>,
): AsyncGenerator<{ readonly checkpoint: number; readonly inputs: number }, CheckpointCurves> {
  const curves = new Map<Layer, CheckpointMeasures[]>(layers.map((layer) => [layer, []]));
  let inputs = 0;
  // All are checked before any is measured: a long run does not end in a mistake that could be seen at its start.
  const first = { feeds: job.feeds, labels: new Array<string>(job.samples).fill("") };
  const perModel: (readonly Layer[])[] = [];
  for (const checkpoint of models) perModel.push(await layersIn(checkpoint, job.model, layers, first));
  for (const [i, checkpoint] of models.entries()) {
    const running = measureSet(checkpoint, perModel[i]!, chunks(), job, {});
    let step = await running.next();
    for (; !step.done; step = await running.next()) yield { checkpoint: i, inputs: step.value };
    const { statistics, labels } = step.value;
    inputs = labels.length;
    layers.forEach((layer, k) => curves.get(layer)!.push(checkpointMeasures(statistics[k]!)));
  }
  const names = models.map((checkpoint) => checkpoint.file.name);
  return { axis: checkpointAxis(names), names, inputs, layers: curves };
}
