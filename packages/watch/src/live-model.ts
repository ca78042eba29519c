import {
  applyPasses, constantNodesToConstants, foldConstantIf, LoadedModel, ProgramCache, sha256, widenToFloat32,
  type Constant, type Feeds, type Graph, type Model, type ModelParts, type Runtime, type RunOptions, type Tensor, type Value, type Values,
} from "@vitrine/core";
import type { LiveState } from "@vitrine/format-tfjs";

const openGraphs = new WeakMap<Graph, Graph>();

/** The graph with its weights as inputs: one program serves every state of the network. */
function opened(graph: Graph, weights: ReadonlySet<string>): Graph {
  const known = openGraphs.get(graph);
  if (known) return known;
  const constants = new Map<string, Constant>();
  const inputs = [...graph.inputs];
  for (const [name, constant] of graph.constants) {
    if (weights.has(name)) inputs.push({ name, dtype: constant.dtype, shape: constant.shape });
    else constants.set(name, constant);
  }
  const open = { ...graph, inputs, constants };
  openGraphs.set(graph, open);
  return open;
}

const weightsOf = (graph: Graph, names: ReadonlySet<string>): Feeds =>
  Object.fromEntries([...graph.constants].flatMap(([name, constant]): [string, Tensor][] => (names.has(name) ? [[name, constant.read()]] : [])));

/** A network whose weights are fed: whatever is derived from its graph is compiled once and runs with the weights of any moment. */
export class LiveModel extends LoadedModel {
  readonly #weights: ReadonlySet<string>;
  readonly #first: LiveState;

  constructor(state: LiveState, name: string, runtime: Runtime, programs = new ProgramCache(2 ** 30)) {
    const { graph, notices } = applyPasses(state.graph, [constantNodesToConstants, foldConstantIf, widenToFloat32]);
    const parts: ModelParts = {
      graph, runtime, programs, file: { name, sha256: () => digestOf(state) }, origin: state.origin, metadata: state.metadata, notices: [...state.notices, ...notices],
      spec: { inputs: {}, outputs: [] }, readers: [], batchReason: "it is fixed by the model in memory",
    };
    super(parts);
    this.#weights = state.weights;
    this.#first = state;
  }

  /** Runs a derived graph with the weights among `feeds`, else with those that the model began with. */
  override run(graph: Graph, feeds: Values, options: RunOptions = {}): Promise<Record<string, Value>> {
    const begun = Object.keys(feeds).some((name) => this.#weights.has(name)) ? {} : weightsOf(this.#first.graph, this.#weights);
    return super.run(opened(graph, this.#weights), { ...begun, ...feeds }, options);
  }

  /** The model as it was at a moment. @param name its file's name */
  at(state: LiveState, name: string): Model {
    const constants = new Map(this.graph.constants);
    for (const weight of state.weights) if (constants.has(weight)) constants.set(weight, state.graph.constants.get(weight)!);
    return new ModelState(this, { ...this.graph, constants }, this.#weights, { name, sha256: () => digestOf(state) });
  }
}

/** One state of a live model: other weights, and everything else the model's. */
class ModelState implements Model {
  readonly graph: Graph;
  readonly file: Model["file"];
  readonly #live: LiveModel;
  readonly #names: ReadonlySet<string>;
  #weights: Feeds | undefined;

  constructor(live: LiveModel, graph: Graph, names: ReadonlySet<string>, file: Model["file"]) {
    this.graph = graph;
    this.file = file;
    this.#live = live;
    this.#names = names;
  }

  get runtime(): Runtime {
    return this.#live.runtime;
  }
  get origin(): string {
    return this.#live.origin;
  }
  get metadata(): Model["metadata"] {
    return this.#live.metadata;
  }
  get notices(): readonly string[] {
    return this.#live.notices;
  }
  get runNotices(): readonly string[] {
    return this.#live.runNotices;
  }
  get spec(): Model["spec"] {
    return this.#live.spec;
  }
  get batch(): Model["batch"] {
    return this.#live.batch;
  }
  get inputs(): Model["inputs"] {
    return this.#live.inputs;
  }
  get output(): Model["output"] {
    return this.#live.output;
  }
  get labels(): readonly string[] {
    return this.#live.labels;
  }

  prepare(...given: Parameters<Model["prepare"]>): ReturnType<Model["prepare"]> {
    return this.#live.prepare(...given);
  }
  layers(feeds?: Feeds): ReturnType<Model["layers"]> {
    return this.#live.layers(feeds);
  }
  layer(name: string, feeds?: Feeds): ReturnType<Model["layer"]> {
    return this.#live.layer(name, feeds);
  }
  shapes(values: readonly string[], feeds?: Feeds): ReturnType<Model["shapes"]> {
    return this.#live.shapes(values, feeds);
  }
  run(graph: Graph, feeds: Values, options?: RunOptions): ReturnType<Model["run"]> {
    this.#weights ??= weightsOf(this.graph, this.#names);
    return this.#live.run(graph, { ...this.#weights, ...feeds }, options);
  }
  /** The model that it is a state of owns the programs. */
  dispose(): Promise<void> {
    return Promise.resolve();
  }
}

/** Of the weights: their bytes one after the other, in the order of their names. */
function digestOf({ graph, weights }: LiveState): Promise<string> {
  const parts = [...weights].sort().flatMap((name) => graph.constants.get(name)?.bytes() ?? []);
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => (all.set(part, at), at + part.length), 0);
  return sha256(all);
}
