import os from "node:os";
import {
  coreError, mapSubgraphs, refuseUnsupported, subgraphsOf, throwIfCancelled, withOptions,
  type CompileOptions, type Graph, type Node, type Plugin, type Program, type Runtime, type RuntimeFactory, type RuntimeInfo, type RuntimeOptions, type ShapeLookup,
} from "@vitrine/core";
import { writeOnnx } from "@vitrine/format-onnx";
import type { InferenceSession } from "onnxruntime-node";
import { cpuForms } from "./cpu-forms.js";
import { onnxNodeError } from "./errors.js";
import { loadOrt, messageOf, type OrtModule } from "./load-ort.js";
import { PlacementWatch } from "./placement.js";
import { OrtProgram } from "./program.js";
import { chooseProvider, deviceOf, providerStates } from "./providers.js";
import { forcedToCpu, needsPlainLayout, supportedBy } from "./support.js";

const id = "onnx-node";

const factory: RuntimeFactory = {
  id,
  summary: "onnxruntime in Node: cpu, webgpu, cuda",
  providers: providerStates,
  create: async (options: RuntimeOptions = {}): Promise<Runtime> => {
    const threads = checkedThreads(options.threads);
    const ort = await loadOrt();
    const { provider, notices } = await chooseProvider(options.providers ?? ["cpu"]);
    const info: RuntimeInfo = { id, provider, device: deviceOf(provider), precision: "float32", threads, notices };
    return new OrtRuntime(ort, info);
  },
};

/**
 * The runtime on onnxruntime-node.
 * @param options providers in order of preference (default `cpu`; the first that works is used, and passing one over is told in `info.notices`);
 * native threads of one run (default: one per core that the process may use)
 *
 * @example
 * const engine = await createEngine({ runtime: onnxNode({ providers: ["cuda", "cpu"] }), plugins: [onnxPlugin] });
 */
export function onnxNode(options: RuntimeOptions = {}): RuntimeFactory {
  return withOptions(factory, options);
}

/** Registers the runtime under its id, `onnx-node`. */
export const onnxNodePlugin: Plugin = {
  name: "@vitrine/runtime-onnx-node",
  register: (registry) => registry.runtime(factory),
};

function checkedThreads(threads: number | undefined): number {
  if (threads === undefined) return os.availableParallelism();
  if (!Number.isInteger(threads) || threads < 1 || threads > 1024) throw onnxNodeError("threads-invalid", { threads });
  return threads;
}

class OrtRuntime implements Runtime {
  readonly #programs = new Set<OrtProgram>();
  #disposed = false;

  constructor(
    readonly ort: OrtModule,
    readonly info: RuntimeInfo,
  ) {}

  supports(node: Node, shapes: ShapeLookup = () => undefined): true | string {
    return supportedBy(this.info.provider, node, shapes);
  }

  async compile(graph: Graph, { signal }: CompileOptions = {}): Promise<Program> {
    if (this.#disposed) throw coreError("disposed", { what: "runtime" });
    throwIfCancelled(signal);
    refuseUnsupported(graph, this);
    const watch = PlacementWatch.start(this.info.provider);
    let session: InferenceSession;
    try {
      session = await this.#session(graph, watch);
    } catch (error) {
      watch?.finish(undefined);
      throw coreError("compile-failed", { runtime: id, why: messageOf(error) }, error);
    }
    const program = new OrtProgram({ ort: this.ort, session, graph, provider: this.info.provider, runtime: id, watch, released: () => this.#programs.delete(program) });
    this.#programs.add(program);
    if (signal?.aborted) {
      await program.dispose();
      throw coreError("cancelled", {}, signal.reason);
    }
    return program;
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    await Promise.all([...this.#programs].map((program) => program.dispose()));
  }

  #session(graph: Graph, watch: PlacementWatch | undefined): Promise<InferenceSession> {
    // Weights go beside the graph, as they lie in the model file: a derived graph costs its nodes only.
    const { bytes, external } = writeOnnx(withoutTrailingBlanks(this.info.provider === "cpu" ? cpuForms(graph) : graph), { externalData: true });
    return this.ort.InferenceSession.create(bytes, {
      executionProviders: [providerConfig(this.info.provider, graph)],
      intraOpNumThreads: this.info.threads ?? 1,
      interOpNumThreads: 1,
      executionMode: "sequential",
      graphOptimizationLevel: "all",
      // Failures are thrown; nothing is printed.
      logSeverityLevel: 4,
      externalData: [...external],
      ...watch?.sessionOptions,
    });
  }
}

function providerConfig(provider: string, graph: Graph): InferenceSession.ExecutionProviderConfig {
  if (provider !== "webgpu") return provider;
  const forced = forcedToCpu(provider, graph);
  return { name: "webgpu", ...(needsPlainLayout(graph) ? { preferredLayout: "NCHW" } : {}), ...(forced.length > 0 ? { forceCpuNodeNames: forced } : {}) };
}

/** `[x, weights, ""]` as `[x, weights]`: the webgpu provider of 1.30.0 ends the process on a Conv with an empty third name. */
function withoutTrailingBlanks(graph: Graph): Graph {
  const trimmed = (names: readonly string[]): readonly string[] => (names.at(-1) === "" ? trimmed(names.slice(0, -1)) : names);
  const nodes = graph.nodes.map((node) => {
    const inner = subgraphsOf(node).length === 0 ? node : mapSubgraphs(node, withoutTrailingBlanks);
    return node.inputs.at(-1) === "" ? { ...inner, inputs: trimmed(node.inputs) } : inner;
  });
  return { ...graph, nodes };
}
