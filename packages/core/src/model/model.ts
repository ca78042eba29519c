import type { Graph, ValueInfo } from "../graph/graph.js";
import type { ModelSpec, PreparedInput } from "../input/spec.js";
import type { RunOptions, Runtime, Values } from "../runtime/runtime.js";
import type { Tensor, Value } from "../tensor/tensor.js";
import type { Layer } from "./layer.js";

/** How many samples a model takes at once. */
export interface BatchInfo {
  /** Batch axis of every input, by name; undefined for an input without one. */
  readonly axes: Readonly<Record<string, number | undefined>>;
  /** Undefined: any number. */
  readonly fixed: number | undefined;
  /** Why it could not be freed. */
  readonly reason: string | undefined;
}

export type Feeds = Readonly<Record<string, Tensor>>;

/** What a user may give as input: a tensor or a picture, or one per input by name. Batches are tensors. */
export type Input = unknown;

/** A model as a method sees it. Programs that it compiles are cached and disposed with it. */
export interface Model {
  readonly graph: Graph;
  readonly runtime: Runtime;
  readonly file: { readonly name: string; sha256(): Promise<string> };
  readonly origin: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly notices: readonly string[];
  /** What the runtime has told of the programs that were run so far: nodes that it placed elsewhere than asked. */
  readonly runNotices: readonly string[];
  readonly spec: ModelSpec;
  readonly batch: BatchInfo;
  /** The inputs that have to be fed. */
  readonly inputs: readonly ValueInfo[];
  /** The output that classes are of: that of the spec, else the only or the first one. */
  readonly output: ModelOutput;
  /** Labels of the classes; empty where they are not known. */
  readonly labels: readonly string[];

  /** Checks and prepares what a user gives. @throws `input-*`, `preprocessing-unknown` */
  prepare(input: Input, label?: string): Readonly<Record<string, PreparedInput>>;
  /** All layers in order, with the shapes that `feeds` give, or those of a probe of zeros where the model fixes them. @throws `shape-unknown` */
  layers(feeds?: Feeds): Promise<readonly Layer[]>;
  /** A layer by its readable name or any graph value by its own. @throws `layer-unknown` */
  layer(name: string, feeds?: Feeds): Promise<Layer>;
  /** Shapes of values for these feeds, observed by running the graph once with `Shape` nodes; cached by input shapes and integer inputs. */
  shapes(values: readonly string[], feeds?: Feeds): Promise<ReadonlyMap<string, readonly number[]>>;
  /** Runs a graph derived from this model's: compiled at the first run, cached afterwards. Feeds that it does not need are left out. */
  run(graph: Graph, feeds: Values, options?: RunOptions): Promise<Record<string, Value>>;
  /** Frees every program. Idempotent. */
  dispose(): Promise<void>;
}

export interface ModelOutput {
  readonly name: string;
  readonly kind: ModelSpec["outputs"][number]["kind"] | undefined;
}
