import type { Graph, Node, ValueInfo } from "../graph/graph.js";
import type { Value } from "../tensor/tensor.js";

export type Values = Readonly<Record<string, Value>>;

/** What a runtime is, for people and for findings. */
export interface RuntimeInfo {
  /** `onnx-node`. */
  readonly id: string;
  /** `cpu`, `cuda`, `webgpu`, `wasm`: what it really runs on, after any fallback. */
  readonly provider: string;
  /** The device, in words where it is known. */
  readonly device: string;
  readonly precision: "float32";
  /** Native threads of one run; undefined where the device decides. */
  readonly threads: number | undefined;
  /** What the user should know: a provider that was asked for and is missing, a kernel known to be wrong. */
  readonly notices: readonly string[];
}

export interface CompileOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface RunOptions {
  /** Outputs wanted; all by default. */
  readonly outputs?: readonly string[];
  /** Outputs to leave on the device, as DeviceTensors that the caller disposes. */
  readonly keep?: readonly string[];
  /** Checked before the run, and during it where the runtime can. */
  readonly signal?: AbortSignal | undefined;
}

/** A graph made ready to run. */
export interface Program {
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  /** Estimate of the memory it holds, in bytes, weights included. */
  readonly bytes: number;
  /**
   * The most bytes of values, weights left out, that lay in the runtime's memory during any run so far; 0 before the first. Runs that overlap
   * count each other's. Undefined where the runtime does not know.
   */
  readonly peakBytes?: number;
  /** What the runtime tells of this program: nodes that it placed elsewhere than asked. */
  readonly notices: readonly string[];
  /**
   * Feeds are checked: a missing, superfluous or mistyped one is an error, never ignored.
   * Runs of one program may overlap.
   */
  run(feeds: Values, options?: RunOptions): Promise<Record<string, Value>>;
  dispose(): Promise<void>;
}

/** Shapes known of a node's values, by value name. */
export type ShapeLookup = (value: string) => readonly number[] | undefined;

export interface Runtime {
  readonly info: RuntimeInfo;
  /** True, or why not, in one sentence. Kernels are right or wrong by their attributes, so it sees the whole node. */
  supports(node: Node, shapes?: ShapeLookup): true | string;
  /** Unsupported nodes are an error that names them; core has applied its lowerings before. */
  compile(graph: Graph, options?: CompileOptions): Promise<Program>;
  dispose(): Promise<void>;
}

export interface RuntimeOptions {
  /** In order of preference; the first that works is used, and passing one over is told in `info.notices`. */
  readonly providers?: readonly string[] | undefined;
  readonly threads?: number | undefined;
}

/** One provider of a runtime on this machine. */
export interface ProviderState {
  readonly provider: string;
  readonly available: boolean;
  /** Why not, and how to get it; or that it is passed through untested. */
  readonly note?: string;
}

/** How an engine gets a runtime: a plugin registers one, or `createEngine` is given one. */
export interface RuntimeFactory {
  readonly id: string;
  readonly summary: string;
  providers(): Promise<readonly ProviderState[]>;
  create(options?: RuntimeOptions): Promise<Runtime>;
}

/** The factory with options filled in: what `onnxNode({ providers: ["cuda", "cpu"] })` returns. */
export function withOptions(factory: RuntimeFactory, defaults: RuntimeOptions): RuntimeFactory {
  return { ...factory, create: (options = {}) => factory.create({ ...defaults, ...options }) };
}
