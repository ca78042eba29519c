import { coreError } from "../errors/catalogue.js";
import type { GraphBuilder } from "../graph/builder.js";
import { GraphBuilder as Builder } from "../graph/builder.js";
import type { Graph } from "../graph/graph.js";
import type { PreparedInput } from "../input/spec.js";
import type { Findings, Update } from "../method/findings.js";
import type { CallOptions, Capability, Job, JobRunOptions } from "../method/job.js";
import type { Method } from "../method/method.js";
import { resolveParameters, type ParameterShape } from "../method/parameters.js";
import { runInBatches } from "../model/batched-run.js";
import type { Feeds, Input, Model } from "../model/model.js";
import { readShapes, shapeGraph } from "../model/observe-shapes.js";
import { sampleCount } from "../model/prepare.js";
import type { Values } from "../runtime/runtime.js";
import { compileTarget, type CompiledTarget, type ScoreKind } from "../target/compile.js";
import type { Targets } from "../target/spec.js";
import type { Tensor } from "../tensor/tensor.js";

/** What a job needs of its engine. */
export interface JobHost {
  method(id: string): Method | undefined;
  capability<T>(capability: Capability<T>): T | undefined;
}

export interface JobParts {
  readonly host: JobHost;
  readonly method: Method;
  readonly model: Model;
  readonly inputs: Readonly<Record<string, PreparedInput>>;
  readonly targets: Targets;
  readonly params: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal;
  readonly batch: number;
}

export class MethodJob implements Job {
  readonly model: Model;
  readonly inputs: Readonly<Record<string, PreparedInput>>;
  readonly feeds: Feeds;
  readonly targets: Targets;
  readonly params: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal;
  readonly samples: number;
  readonly batch: number;
  /** The target in words of the command line, once it was compiled. */
  targetTexts: readonly string[] | undefined;
  targetTitles: readonly string[] | undefined;
  readonly #parts: JobParts;
  /** What was said besides the findings' own notices. */
  readonly notices = new Set<string>();
  readonly #targetFeeds: Record<string, Tensor> = {};
  readonly #outputs = new Map<string, Promise<Tensor>>();

  constructor(parts: JobParts) {
    this.#parts = parts;
    this.model = parts.model;
    this.inputs = parts.inputs;
    this.feeds = Object.fromEntries(Object.entries(parts.inputs).map(([name, { tensor }]) => [name, tensor]));
    this.targets = parts.targets;
    this.params = parts.params;
    this.signal = parts.signal;
    this.batch = parts.batch;
    this.samples = sampleCount(parts.inputs, parts.model.batch);
  }

  async run(graph: Graph, feeds: Values = this.feeds, options: JobRunOptions = {}): Promise<Record<string, Tensor>> {
    const { model, signal } = this;
    const all: Values = { ...this.#targetFeeds, ...feeds };
    const samples = this.#samplesIn(feeds);
    const size = model.batch.fixed ?? Math.min(samples, options.batch ?? samples);
    const needed = new Set(graph.inputs.map((input) => input.name));
    const used = Object.fromEntries(Object.entries(all).filter(([name]) => needed.has(name)));
    const axes = await this.#outputAxes(graph, samples === size);
    const plan = {
      samples,
      size,
      feedAxis: (name: string): number | undefined => (name in model.batch.axes ? model.batch.axes[name] : used[name]!.shape[0] === samples ? 0 : undefined),
      outputAxis: (name: string): number => axes.get(name) ?? 0,
    };
    if (signal.aborted) throw coreError("cancelled", {});
    const { batch: _, ...runOptions } = options;
    return runInBatches(used, plan, (batch) => model.run(graph, batch, { ...runOptions, signal }), signal);
  }

  async target(builder: GraphBuilder, targets: Targets = this.targets, score: ScoreKind = "output"): Promise<CompiledTarget> {
    const compiled = await compileTarget({ model: this.model, feeds: this.feeds, samples: this.samples, output: (value) => this.#output(value) }, builder, targets, score);
    Object.assign(this.#targetFeeds, compiled.feeds);
    if (targets === this.targets) {
      this.targetTexts = compiled.texts;
      this.targetTitles = compiled.titles;
    }
    return compiled;
  }

  async shapes(builder: GraphBuilder, values: readonly string[], feeds: Feeds = {}): Promise<ReadonlyMap<string, readonly number[]>> {
    const { model } = this;
    const all: Feeds = { ...this.#targetFeeds, ...this.feeds, ...feeds };
    const known = new Map<string, readonly number[]>();
    const own: string[] = [];
    const derived: string[] = [];
    const made = new Set(model.graph.nodes.flatMap((node) => node.outputs));
    for (const value of new Set(values)) {
      const shape = all[value]?.shape ?? builder.constantAt(value)?.shape;
      if (shape) known.set(value, shape);
      else (made.has(value) ? own : derived).push(value);
    }
    const inputs = new Set(model.inputs.map((input) => input.name));
    const observed = await model.shapes(own, Object.fromEntries(Object.entries(all).filter(([name]) => inputs.has(name))));
    for (const value of own) if (observed.has(value)) known.set(value, observed.get(value)!);
    if (derived.length > 0) {
      const { graph, outputs } = shapeGraph(builder.build({ outputs: derived }), derived);
      for (const [value, shape] of await readShapes(outputs, await model.run(graph, all, { signal: this.signal }))) known.set(value, shape);
    }
    return known;
  }

  prepare(input: Input, label?: string): Readonly<Record<string, PreparedInput>> {
    return this.model.prepare(input, label);
  }

  notice(text: string): void {
    this.notices.add(text);
  }

  find<T>(capability: Capability<T>): T | undefined {
    return this.#parts.host.capability(capability);
  }

  require<T>(capability: Capability<T>): T {
    const found = this.find(capability);
    if (found === undefined) throw coreError("capability-missing", { method: this.#parts.method.id, capability: capability.title, hint: capability.hint });
    return found;
  }

  call<Q extends ParameterShape>(method: Method<Q>, options?: CallOptions<Q>): Promise<Findings>;
  call(method: string, options?: CallOptions<ParameterShape>): Promise<Findings | undefined>;
  async call(method: Method | string, options: CallOptions<ParameterShape> = {}): Promise<Findings | undefined> {
    const found = typeof method === "string" ? this.#parts.host.method(method) : method;
    if (!found) return undefined;
    // A method that needs no input has none to hand on.
    const inherits = options.input === undefined && (this.#parts.method.needsInput !== false || found.needsInput === false);
    const inputs = inherits ? this.inputs : found.needsInput === false ? {} : this.model.prepare(options.input);
    const params = resolveParameters(found.id, found.params, options.params ?? {});
    const job = new MethodJob({ ...this.#parts, method: found, inputs, targets: options.target ?? this.targets, params });
    const findings = await drive(found, job, () => undefined);
    return job.notices.size === 0 ? findings : { ...findings, notices: [...(findings.notices ?? []), ...job.notices] };
  }

  #output(value: string): Promise<Tensor> {
    let output = this.#outputs.get(value);
    if (!output) {
      const graph = new Builder(this.model.graph).build({ outputs: [value] });
      output = this.run(graph, this.feeds).then((results) => results[graph.outputs[0]!.name]!);
      this.#outputs.set(value, output);
    }
    return output;
  }

  #samplesIn(feeds: Values): number {
    for (const [name, axis] of Object.entries(this.model.batch.axes)) {
      const feed = feeds[name];
      if (axis !== undefined && feed) return feed.shape[axis]!;
    }
    return this.samples;
  }

  /** Batch axes of outputs that are the model's own values; what a method derives is batched along axis 0. */
  async #outputAxes(graph: Graph, whole: boolean): Promise<ReadonlyMap<string, number>> {
    const axes = new Map<string, number>();
    if (whole) return axes;
    const own = new Set(this.model.graph.nodes.flatMap((node) => node.outputs));
    const first = this.model.batch.fixed === undefined ? this.feeds : undefined;
    for (const { name } of graph.outputs) {
      if (own.has(name)) axes.set(name, (await this.model.layer(name, first).catch(() => undefined))?.batchAxis ?? 0);
    }
    return axes;
  }
}

/** Runs a method's generator to its end, passing on what it tells, and stopping it as soon as the signal aborts. */
export async function drive(method: Method, job: MethodJob, tell: (update: Update) => void): Promise<Findings> {
  const steps = method.run(job as never);
  try {
    for (;;) {
      if (job.signal.aborted) throw coreError("cancelled", {});
      const step = await steps.next();
      if (step.done) return step.value;
      tell(step.value);
    }
  } finally {
    // A generator that was stopped runs its own `finally`; one that has ended ignores this.
    await steps.return(undefined as never).catch(() => undefined);
  }
}
