import { coreError } from "../errors/catalogue.js";
import type { Graph, ValueInfo } from "../graph/graph.js";
import type { ModelFile } from "../format/format.js";
import type { InputReader, ModelSpec, PreparedInput } from "../input/spec.js";
import { lower } from "../passes/lower.js";
import type { ProgramCache } from "../runtime/program-cache.js";
import type { Program, RunOptions, Runtime, Values } from "../runtime/runtime.js";
import { zeros, type Tensor, type Value } from "../tensor/tensor.js";
import { finalSoftmax } from "../target/logits.js";
import { batchAxis, fixedBatch, inputAxes } from "./batch.js";
import { dataValues } from "./dataflow.js";
import type { Layer } from "./layer.js";
import { layerTable, layerValues, type LayerTable } from "./layers.js";
import type { BatchInfo, Feeds, Input, Model, ModelOutput } from "./model.js";
import { readShapes, shapeGraph, shapeKey } from "./observe-shapes.js";
import { prepareInputs } from "./prepare.js";

export interface ModelParts {
  readonly graph: Graph;
  readonly runtime: Runtime;
  readonly programs: ProgramCache;
  readonly file: { readonly name: string; sha256(): Promise<string> };
  readonly origin: string;
  readonly metadata: ModelFile["metadata"];
  readonly notices: readonly string[];
  readonly spec: ModelSpec;
  readonly readers: readonly InputReader[];
  /** Why a fixed batch could not be freed. */
  readonly batchReason: string | undefined;
  /** Told once, when the model is disposed: whoever keeps a list of models forgets it, and with it its weights. */
  readonly onDispose?: (model: Model) => void;
}

/** How many sets of input shapes a model remembers the observed shapes of. */
const rememberedShapes = 8;

export class LoadedModel implements Model {
  readonly graph: Graph;
  readonly runtime: Runtime;
  readonly file: Model["file"];
  readonly origin: string;
  readonly metadata: Model["metadata"];
  readonly notices: readonly string[];
  readonly spec: ModelSpec;
  readonly batch: BatchInfo;
  readonly inputs: readonly ValueInfo[];
  readonly output: ModelOutput;
  readonly labels: readonly string[];
  readonly #parts: ModelParts;
  readonly #shapes = new Map<string, Map<string, readonly number[]>>();
  readonly #runNotices = new Set<string>();
  readonly #tables = new Map<string, Promise<LayerTable>>();
  #disposed = false;

  constructor(parts: ModelParts) {
    this.#parts = parts;
    this.graph = parts.graph;
    this.runtime = parts.runtime;
    this.file = parts.file;
    this.origin = parts.origin;
    this.metadata = parts.metadata;
    this.notices = parts.notices;
    this.spec = parts.spec;
    this.inputs = parts.graph.inputs;
    const known = this.inputs.map((input) => input.name);
    for (const input of Object.keys(parts.spec.inputs)) if (!known.includes(input)) throw coreError("input-unknown", { input, known });
    const fixed = fixedBatch(parts.graph, parts.spec);
    this.batch = {
      axes: Object.fromEntries(this.inputs.map((input) => [input.name, batchAxis(input, parts.spec.inputs[input.name])])),
      fixed,
      reason: fixed === undefined ? undefined : parts.batchReason,
    };
    this.output = outputOf(parts.graph, parts.spec);
    this.labels = parts.spec.outputs.find((output) => output.name === this.output.name)?.labels ?? parts.spec.outputs[0]?.labels ?? [];
  }

  get runNotices(): readonly string[] {
    return [...this.#runNotices];
  }

  prepare(input: Input, label = "input"): Record<string, PreparedInput> {
    return prepareInputs({ inputs: this.inputs, spec: this.spec, batch: this.batch, readers: this.#parts.readers, fileName: this.file.name }, input, label);
  }

  async layers(feeds?: Feeds): Promise<readonly Layer[]> {
    return (await this.#table(feeds)).main;
  }

  async layer(name: string, feeds?: Feeds): Promise<Layer> {
    const table = await this.#table(feeds);
    const found = table.byName.get(name) ?? table.byValue.get(name);
    if (found) return found;
    if (this.graph.constants.has(name) || this.graph.nodes.some((node) => node.outputs.includes(name))) throw coreError("layer-constant", { layer: name });
    throw coreError("layer-unknown", { layer: name, known: [...table.main.map((layer) => layer.name), ...table.byName.keys(), ...table.byValue.keys()] });
  }

  async shapes(values: readonly string[], feeds: Feeds = this.#probe()): Promise<ReadonlyMap<string, readonly number[]>> {
    const key = shapeKey(feeds);
    let known = this.#shapes.get(key);
    if (!known) {
      known = new Map(Object.entries(feeds).map(([name, feed]) => [name, feed.shape]));
      for (const [name, constant] of this.graph.constants) known.set(name, constant.shape);
      this.#shapes.set(key, known);
      if (this.#shapes.size > rememberedShapes) this.#shapes.delete(this.#shapes.keys().next().value!);
    }
    const missing = values.filter((value) => !known.has(value));
    if (missing.length > 0) {
      const { graph, outputs } = shapeGraph(this.graph, missing);
      for (const [value, shape] of await readShapes(outputs, await this.run(graph, feeds))) known.set(value, shape);
    }
    return known;
  }

  async run(graph: Graph, feeds: Values, options: RunOptions = {}): Promise<Record<string, Value>> {
    if (this.#disposed) throw coreError("disposed", { what: `model ${this.file.name}` });
    const compile = async (source: Graph, compileOptions: { signal?: AbortSignal | undefined }): Promise<Program> =>
      this.runtime.compile(lower(source, this.runtime, (value) => this.#observed(value)).graph, compileOptions);
    return this.#parts.programs.use(
      this,
      graph,
      compile,
      async (program) => {
        const wanted = new Set(program.inputs.map((input) => input.name));
        const results = await program.run(Object.fromEntries(Object.entries(feeds).filter(([name]) => wanted.has(name))), options);
        // Some runtimes know where nodes were placed only after the first run.
        for (const notice of program.notices) this.#runNotices.add(notice);
        return results;
      },
      { signal: options.signal },
    );
  }

  async dispose(): Promise<void> {
    if (!this.#disposed) this.#parts.onDispose?.(this);
    this.#disposed = true;
    await this.#parts.programs.release(this);
  }

  /** What the last observation said, for whoever must decide without feeds. */
  #observed(value: string): readonly number[] | undefined {
    for (const shapes of [...this.#shapes.values()].reverse()) {
      const shape = shapes.get(value);
      if (shape) return shape;
    }
    return undefined;
  }

  #table(feeds: Feeds = this.#probe()): Promise<LayerTable> {
    const key = shapeKey(feeds);
    let table = this.#tables.get(key);
    if (!table) {
      table = this.#makeTable(feeds);
      table.catch(() => this.#tables.delete(key));
      this.#tables.set(key, table);
      if (this.#tables.size > rememberedShapes) this.#tables.delete(this.#tables.keys().next().value!);
    }
    return table;
  }

  async #makeTable(feeds: Feeds): Promise<LayerTable> {
    const data = dataValues(this.graph);
    const shapes = await this.shapes([...new Set([...layerValues(this.graph), ...this.graph.outputs.map((output) => output.name).filter((name) => data.has(name))])], feeds);
    const axes = new Map(this.inputs.map((input) => [input.name, inputAxes(input, this.spec.inputs[input.name], feeds[input.name]?.shape.length ?? input.shape?.length ?? 0, this.graph)]));
    return layerTable(this.graph, shapes, axes);
  }

  /** Zeros of the sizes that the model fixes, one sample. */
  #probe(): Feeds {
    const feeds: Record<string, Tensor> = {};
    for (const input of this.inputs) {
      const axis = this.batch.axes[input.name];
      const shape = input.shape?.map((dim, i) => (typeof dim === "number" ? dim : i === axis ? 1 : undefined));
      const known = shape ?? imageShape(this.spec.inputs[input.name]);
      if (!known || known.some((dim) => dim === undefined)) {
        const fromSpec = imageShape(this.spec.inputs[input.name]);
        if (!fromSpec) throw coreError("shape-unknown", { input: input.name, shape: input.shape ?? [] });
        feeds[input.name] = zeros("float32", fromSpec) as Tensor;
      } else feeds[input.name] = zeros(input.dtype === undefined || input.dtype === "string" ? "float32" : input.dtype, known as number[]) as Tensor;
    }
    return feeds;
  }
}

function imageShape(spec: ModelSpec["inputs"][string] | undefined): number[] | undefined {
  if (spec?.kind !== "image" || !("size" in spec) || !("layout" in spec)) return undefined;
  const [height, width] = spec.size as readonly [number, number];
  const channels = "channels" in spec && spec.channels === "gray" ? 1 : 3;
  const dims: Readonly<Record<string, number>> = { N: 1, C: channels, H: height, W: width };
  return [...(spec.layout as string)].map((letter) => dims[letter] ?? 1);
}

/** The output that classes are of: that of the spec, else the one that ends in a softmax, else the first. */
function outputOf(graph: Graph, spec: ModelSpec): ModelOutput {
  const names = graph.outputs.map((output) => output.name);
  const named = spec.outputs[0];
  if (named && named.name !== "") {
    if (!names.includes(named.name)) throw coreError("spec-invalid", { file: "the model's description", at: "output.name", why: `the model has no output \`${named.name}\`; it has ${names.join(", ")}` });
    return { name: named.name, kind: named.kind };
  }
  const softmax = names.find((name) => finalSoftmax(graph, name));
  const name = softmax ?? names[0];
  if (name === undefined) throw coreError("graph-invalid", { why: "it has no outputs" });
  return { name, kind: named?.kind ?? (softmax === undefined ? undefined : "class-probabilities") };
}
