import type { Graph } from "../graph/graph.js";
import type { PreparedInput } from "../input/spec.js";
import type { Feeds, Input, Model } from "../model/model.js";
import type { RunOptions, Values } from "../runtime/runtime.js";
import type { CompiledTarget, ScoreKind } from "../target/compile.js";
import type { Targets } from "../target/spec.js";
import type { Tensor } from "../tensor/tensor.js";
import type { GraphBuilder } from "../graph/builder.js";
import type { Findings, Report, Update } from "./findings.js";
import type { Method } from "./method.js";
import type { ParameterInput, ParameterShape } from "./parameters.js";

/** A word of core that a plugin fills: differentiation, backward rules. */
export interface Capability<T> {
  readonly id: symbol;
  readonly title: string;
  /** How to get it: which package to install. */
  readonly hint: string;
  /** Only for the type. */
  readonly of?: T;
}

export function defineCapability<T>(id: string, title: string, hint: string): Capability<T> {
  return { id: Symbol.for(`vitrine.capability.${id}`), title, hint };
}

export interface JobRunOptions extends Omit<RunOptions, "signal"> {
  /** Samples of one runtime call at most; the last batch is padded. Default: all at once where the model's batch is free. */
  readonly batch?: number;
}

/** What a method gets to work with. */
export interface Job<P = Readonly<Record<string, unknown>>> {
  readonly model: Model;
  /** By input name. */
  readonly inputs: Readonly<Record<string, PreparedInput>>;
  /** The tensors of `inputs`. */
  readonly feeds: Feeds;
  readonly targets: Targets;
  readonly params: P;
  /** Aborted when the caller cancels: checked by every `run`; a method that computes for long itself calls `throwIfAborted`. */
  readonly signal: AbortSignal;
  /** Number of samples in the input. */
  readonly samples: number;
  /** A hint for how many samples to run at once. */
  readonly batch: number;

  /** Runs a derived graph and reads its outputs to the host. */
  run(graph: Graph, feeds?: Values, options?: JobRunOptions): Promise<Record<string, Tensor>>;
  /**
   * Appends the target to a graph being derived. Its feeds join those of the run.
   * @param score which value a class is read from; by default the output as it is
   */
  target(builder: GraphBuilder, targets?: Targets, score?: ScoreKind): Promise<CompiledTarget>;
  /**
   * Observed shapes of values of a graph that is being derived from the model's, a target's own values included.
   * @param feeds of the model's inputs and of the target's; by default those of the job
   */
  shapes(builder: GraphBuilder, values: readonly string[], feeds?: Feeds): Promise<ReadonlyMap<string, readonly number[]>>;
  /** Prepares one more input (of a set) for the model. */
  prepare(input: Input, label?: string): Readonly<Record<string, PreparedInput>>;
  /** Says what a reader of the findings has to know, beside their own notices; the same sentence once. */
  notice(text: string): void;
  /** What a plugin offers. @throws `capability-missing` */
  require<T>(capability: Capability<T>): T;
  /** The same, or undefined. */
  find<T>(capability: Capability<T>): T | undefined;
  /** Runs another installed method on the same model; undefined by id where it is not installed. */
  call<Q extends ParameterShape>(method: Method<Q>, options?: CallOptions<Q>): Promise<Findings>;
  call(method: string, options?: CallOptions<ParameterShape>): Promise<Findings | undefined>;
}

export interface CallOptions<P extends ParameterShape> {
  readonly params?: ParameterInput<P>;
  readonly input?: Input;
  readonly target?: Targets;
}

/** A run in progress: await it for the report, or iterate over what it tells. */
export interface Run extends PromiseLike<Report>, AsyncIterable<Update> {}
