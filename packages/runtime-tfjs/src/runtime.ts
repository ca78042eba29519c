import {
  coreError, refuseUnsupported, throwIfCancelled, withOptions,
  type CompileOptions, type Graph, type Node, type Plugin, type Runtime, type RuntimeFactory, type RuntimeInfo, type RuntimeOptions, type ShapeLookup,
} from "@vitrine/core";
import { backendStates, chooseBackend, deviceOf, isRegistered } from "./backends.js";
import { ConstantPool } from "./constants.js";
import { backendNow, restored } from "./engine.js";
import { tfjsError } from "./errors.js";
import { InterpretedProgram } from "./program.js";
import { supportedBy } from "./support.js";

const id = "tfjs";

/** The backend that is asked for where nobody says: wasm, else what the user has brought. */
const preferred = ["wasm", "webgpu", "webgl", "cpu"];

const factory: RuntimeFactory = {
  id,
  summary: "TensorFlow.js kernels: wasm, webgl, webgpu, cpu",
  providers: () => Promise.resolve(backendStates()),
  create: async (options: RuntimeOptions = {}): Promise<Runtime> => {
    const asked = options.providers ?? preferred.filter(isRegistered);
    const { backend, notices } = await chooseBackend(asked.length === 0 && options.providers === undefined ? ["wasm"] : asked);
    const unheard = options.threads === undefined ? [] : [`${options.threads} threads were asked for; tfjs decides itself how many it uses.`];
    return new TfjsRuntime({ id, provider: backend, device: deviceOf(backend), precision: "float32", threads: undefined, notices: [...notices, ...unheard] });
  },
};

export interface TfjsOptions extends RuntimeOptions {
  /** The one backend to run on; the same as `providers: [backend]`. */
  readonly backend?: string;
}

/**
 * The runtime on TensorFlow.js kernels. It registers no backend: import the one you want beside it.
 * @param options `backend` (default: wasm, else the first of webgpu, webgl, cpu that is registered), or `providers` in order of preference
 * @throws (when it is created) `provider-unavailable`, which says how to get the backend
 *
 * @example
 * import "@tensorflow/tfjs-backend-wasm";
 * const engine = await createEngine({ runtime: tfjs({ backend: "wasm" }), plugins: [onnxPlugin] });
 */
export function tfjs({ backend, ...options }: TfjsOptions = {}): RuntimeFactory {
  return withOptions(factory, backend === undefined ? options : { ...options, providers: [backend] });
}

/** Registers the runtime under its id, `tfjs`. */
export const tfjsPlugin: Plugin = {
  name: "@vitrine/runtime-tfjs",
  register: (registry) => registry.runtime(factory),
};

class TfjsRuntime implements Runtime {
  readonly #programs = new Set<InterpretedProgram>();
  readonly #constants = new ConstantPool();
  /** What the constants lie on. */
  #device: object | undefined;
  #disposed = false;

  constructor(readonly info: RuntimeInfo) {}

  supports(node: Node, shapes?: ShapeLookup): true | string {
    return supportedBy(this.info.provider, node, shapes);
  }

  compile(graph: Graph, { signal }: CompileOptions = {}): Promise<InterpretedProgram> {
    return Promise.resolve().then(() => {
      if (this.#disposed) throw coreError("disposed", { what: "runtime" });
      throwIfCancelled(signal);
      refuseUnsupported(graph, this);
      const { values, release } = this.#constants.take(graph);
      const program = new InterpretedProgram({
        graph, backend: this.info.provider, constants: values, notices: noticesOf(graph), ready: () => this.#restored(),
        released: () => {
          this.#programs.delete(program);
          release();
        },
      });
      this.#programs.add(program);
      return program;
    });
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    await Promise.all([...this.#programs].map((program) => program.dispose()));
  }

  /** A device that was lost is started anew, and the weights go to it again. @throws `device-lost` where that fails */
  async #restored(): Promise<void> {
    const backend = this.info.provider;
    if (!(await restored(backend))) throw tfjsError("device-lost", { backend, at: "an earlier run", why: "it does not start again" });
    const device = backendNow(backend);
    if (device === this.#device) return;
    if (this.#device) this.#constants.forget();
    this.#device = device;
  }
}

/** What is computed otherwise than the graph says. */
function noticesOf(graph: Graph): string[] {
  const wide = [...graph.inputs, ...[...graph.constants].map(([name, { dtype }]) => ({ name, dtype }))].filter(({ dtype }) => dtype === "float64");
  if (wide.length === 0) return [];
  return [`${wide.length === 1 ? `The float64 value ${wide[0]!.name} is` : `${wide.length} float64 values are`} computed with in float32: tfjs has nothing wider.`];
}
