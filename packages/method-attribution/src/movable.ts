import { GraphBuilder, type Explained, type Feeds, type Graph, type gradientGraph, type Job, type Model, type Node, type Tensor } from "@vitrine/core";

type GradientJob = Parameters<typeof gradientGraph>[0];

/** A job in which every value that is explained can be fed: what moves along a path, or gets noise. */
export interface Movable {
  /** As the job itself; layers that are explained are inputs of its model's graph. */
  readonly job: GradientJob;
  readonly explained: readonly Explained[];
  /** What is explained as it is on the job's input, all samples, by graph value. */
  readonly at: ReadonlyMap<string, Tensor>;
}

/**
 * Cuts the graph open at the layers among `explained`: each keeps its name and becomes an input, so that gradients can be
 * taken where no input of the model leads, as along a path between two embeddings.
 */
export async function movable(job: Job, explained: readonly Explained[]): Promise<Movable> {
  const { model } = job;
  const cut = explained.filter(({ input }) => input === undefined);
  const values = await read(job, cut);
  const at = new Map(explained.map(({ value, input }) => [value, input ? input.tensor : values.get(value)!]));
  // Where no input has a batch, no row can be added at a layer either.
  const batched = Object.values(model.batch.axes).some((axis) => axis !== undefined);
  const own = batched ? explained : explained.map((each) => ({ ...each, batchAxis: undefined }));
  return { at, explained: own, job: cut.length === 0 ? job : shim(job, own.filter(({ input }) => input === undefined), values) };
}

/** The layers' values for all samples. */
async function read(job: Job, layers: readonly Explained[]): Promise<ReadonlyMap<string, Tensor>> {
  if (layers.length === 0) return new Map();
  const graph = new GraphBuilder(job.model.graph).build({ outputs: layers.map(({ value }) => value) });
  const results = await job.run(graph, job.feeds, { batch: job.batch });
  return new Map(layers.map(({ value }, i) => [value, results[graph.outputs[i]!.name]!]));
}

function shim(job: Job, layers: readonly Explained[], values: ReadonlyMap<string, Tensor>): GradientJob {
  const { model } = job;
  const feeds: Feeds = { ...job.feeds, ...Object.fromEntries(values) };
  return {
    model: cutOpen(model, layers),
    feeds,
    samples: job.samples,
    batch: job.batch,
    signal: job.signal,
    targets: job.targets,
    run: (graph, given = feeds, options) => job.run(graph, given, options),
    shapes: (builder, wanted, given = feeds) => job.shapes(builder, wanted, given),
    target: (builder, targets, score) => job.target(builder, targets, score),
    require: (capability) => job.require(capability),
    notice: (text) => { job.notice(text); },
  };
}

/** The model with layers for inputs. What made them stays in the graph under other names, until building drops it. */
function cutOpen(model: Model, layers: readonly Explained[]): Model {
  const cut = new Set(layers.map(({ value }) => value));
  const names = new GraphBuilder(model.graph);
  const renamed = (node: Node): Node => ({ ...node, outputs: node.outputs.map((name) => (cut.has(name) ? names.unique(`${name}:computed`) : name)) });
  const added = layers.map(({ value, shape }) => ({ name: value, dtype: "float32" as const, shape: shape.map(() => null) }));
  const graph: Graph = {
    ...model.graph,
    inputs: [...model.graph.inputs, ...added],
    nodes: model.graph.nodes.map((node) => (node.outputs.some((name) => cut.has(name)) ? renamed(node) : node)),
  };
  return {
    graph,
    runtime: model.runtime,
    file: model.file,
    origin: model.origin,
    metadata: model.metadata,
    notices: model.notices,
    runNotices: model.runNotices,
    spec: model.spec,
    batch: { ...model.batch, axes: { ...model.batch.axes, ...Object.fromEntries(layers.map(({ value, batchAxis }) => [value, batchAxis])) } },
    inputs: [...model.inputs, ...added],
    output: model.output,
    labels: model.labels,
    prepare: (input, label) => model.prepare(input, label),
    layers: (feeds) => model.layers(feeds),
    layer: (name, feeds) => model.layer(name, feeds),
    shapes: (wanted, feeds) => model.shapes(wanted, feeds),
    run: (derived, feeds, options) => model.run(derived, feeds, options),
    dispose: () => model.dispose(),
  };
}
