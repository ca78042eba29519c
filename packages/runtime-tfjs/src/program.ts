import { coreError, ProgramLife, requestedOutputs, throwIfCancelled, type Constant, type DeviceTensor, type Graph, type Program, type RunOptions, type Tensor, type Value, type ValueInfo, type Values } from "@vitrine/core";
import { backendNow, bytesNow, faultsOf, isGone } from "./engine.js";
import { tfjsError } from "./errors.js";
import { execute, type Execution } from "./execute.js";
import { heldFeeds, kept } from "./feeds.js";
import type { Plan } from "./plan.js";
import type { Held } from "./value.js";

export interface ProgramParts {
  readonly graph: Graph;
  readonly backend: string;
  readonly constants: ReadonlyMap<Constant, Held>;
  readonly notices: readonly string[];
  /** Before each run: the device may have been lost since. */
  readonly ready: () => Promise<void>;
  /** Called once when the program is disposed. */
  readonly released: () => void;
}

/** What a program holds beside its weights: its plan. */
const planBytes = 64 * 1024;

/** A graph that is interpreted, node after node, by tfjs kernels. */
export class InterpretedProgram implements Program {
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly bytes: number;
  readonly notices: readonly string[];
  readonly #parts: ProgramParts;
  readonly #plans = new WeakMap<Graph, Map<string, Plan>>();
  readonly #life = new ProgramLife();
  #peak = 0;

  constructor(parts: ProgramParts) {
    this.#parts = parts;
    this.inputs = parts.graph.inputs.filter(({ name }) => !parts.graph.constants.has(name));
    this.outputs = parts.graph.outputs;
    this.notices = parts.notices;
    let bytes = planBytes;
    for (const constant of parts.constants.keys()) bytes += constant.byteLength;
    this.bytes = bytes;
  }

  /** Beside the tensors that were there before a run. */
  get peakBytes(): number {
    return this.#peak;
  }

  run(feeds: Values, options: RunOptions = {}): Promise<Record<string, Value>> {
    return this.#life.run(() => {
      throwIfCancelled(options.signal);
      return this.#run(feeds, requestedOutputs(this.outputs, options), options);
    });
  }

  dispose(): Promise<void> {
    return this.#life.end(this.#parts.released);
  }

  async #run(feeds: Values, wanted: readonly string[], { signal, keep = [] }: RunOptions): Promise<Record<string, Value>> {
    const { graph, backend, constants } = this.#parts;
    await this.#parts.ready();
    const given = await heldFeeds(this.inputs, feeds, backend);
    const base = bytesNow();
    const device = backendNow(backend);
    const faultless = faultsOf(device).count;
    const execution: Execution = { backend, device, signal, constants, plans: this.#plans, paused: performance.now(), base, peak: 0 };
    const values = await execute(graph, given, execution, [...wanted]);
    this.#peak = Math.max(this.#peak, execution.peak);
    const results: Record<string, Value> = {};
    try {
      for (const [i, name] of wanted.entries()) results[name] = keep.includes(name) ? left(values[i]!.retain(), backend) : await readFrom(values[i]!, backend);
      if (isGone(backend, device)) throw tfjsError("device-lost", { backend, at: "the end of a run", why: "what was left on it is gone" });
      const { count, cause } = faultsOf(device);
      if (count > faultless) throw coreError("run-failed", { runtime: `tfjs (${backend})`, why: `what it computed is not to be trusted, because the device refused a command: ${cause}` });
    } finally {
      for (const value of values) value.release();
    }
    throwIfCancelled(signal);
    return results;
  }
}

/** @throws `device-lost`, `run-failed` */
async function readFrom(value: Held, backend: string): Promise<Tensor> {
  try {
    return await value.read(backend);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    if (value.lost || /lost/iu.test(why)) throw tfjsError("device-lost", { backend, at: "reading a result", why }, error);
    throw coreError("run-failed", { runtime: `tfjs (${backend})`, why }, error);
  }
}

/** A handle on a result that stays where it is, and can be fed again from there. */
function left(value: Held, backend: string): DeviceTensor {
  let disposed = false;
  const handle: DeviceTensor = {
    dtype: value.dtype,
    shape: value.shape,
    location: backend,
    read: () => (disposed ? Promise.reject(coreError("disposed", { what: "result" })) : readFrom(value, backend)),
    dispose: () => {
      if (disposed) return;
      disposed = true;
      kept.delete(handle);
      value.release();
    },
  };
  kept.set(handle, value);
  return handle;
}
