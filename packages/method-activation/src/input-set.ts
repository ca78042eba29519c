import { concat, inputItem, runInBatches, sampleCount, type Feeds, type Graph, type Job, type Model, type Tensor } from "@vitrine/core";

/** A few inputs of a set, joined along their batch axes. */
export interface Chunk {
  readonly feeds: Feeds;
  /** One per sample. */
  readonly labels: readonly string[];
}

/** Opens the inputs of a set one after the other and joins neighbours of equal shapes to chunks of about `job.batch` samples. */
export async function* chunksOf(job: Pick<Job, "model" | "prepare" | "batch" | "signal">, entries: readonly unknown[]): AsyncGenerator<Chunk> {
  const { axes } = job.model.batch;
  let waiting: Chunk[] = [];
  for (const [i, entry] of entries.entries()) {
    job.signal.throwIfAborted();
    const item = inputItem(entry, i);
    const prepared = job.prepare(await item.open(), item.label);
    const samples = sampleCount(prepared, job.model.batch);
    const chunk: Chunk = {
      feeds: Object.fromEntries(Object.entries(prepared).map(([name, { tensor }]) => [name, tensor])),
      labels: samples === 1 ? [item.label] : Array.from({ length: samples }, (_, k) => `${item.label} #${k}`),
    };
    if (waiting.length > 0 && !canJoin(waiting[0]!.feeds, chunk.feeds, axes)) {
      yield join(waiting, axes);
      waiting = [];
    }
    waiting.push(chunk);
    if (waiting.reduce((sum, { labels }) => sum + labels.length, 0) >= job.batch) {
      yield join(waiting, axes);
      waiting = [];
    }
  }
  if (waiting.length > 0) yield join(waiting, axes);
}

type Axes = Model["batch"]["axes"];

/** Inputs without a batch axis hold for one input of the set only; the others must agree in all other sizes. */
function canJoin(a: Feeds, b: Feeds, axes: Axes): boolean {
  return Object.entries(a).every(([name, value]) => {
    const axis = axes[name];
    return axis !== undefined && value.shape.every((dim, i) => i === axis || dim === b[name]!.shape[i]);
  });
}

function join(chunks: readonly Chunk[], axes: Axes): Chunk {
  if (chunks.length === 1) return chunks[0]!;
  const names = Object.keys(chunks[0]!.feeds);
  return {
    feeds: Object.fromEntries(names.map((name) => [name, concat(chunks.map(({ feeds }) => feeds[name]!), axes[name])])),
    labels: chunks.flatMap(({ labels }) => labels),
  };
}

/** Runs a graph of any model, in batches that the model takes; every output has its samples along axis 0. */
export function runGraph(model: Model, graph: Graph, { feeds, labels: { length: samples } }: Chunk, job: Pick<Job, "batch" | "signal">): Promise<Record<string, Tensor>> {
  const needed = new Set(graph.inputs.map((input) => input.name));
  const used = Object.fromEntries(Object.entries(feeds).filter(([name]) => needed.has(name)));
  const plan = {
    samples,
    size: model.batch.fixed ?? Math.min(samples, job.batch),
    feedAxis: (name: string): number | undefined => model.batch.axes[name],
    outputAxis: (): number => 0,
  };
  return runInBatches(used, plan, (batch) => model.run(graph, batch, { signal: job.signal }), job.signal);
}
