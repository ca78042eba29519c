import { coreError, ProgramLife, requestedOutputs, throwIfCancelled, type DeviceTensor, type DType, type Graph, type Program, type RunOptions, type Tensor, type Value, type ValueInfo, type Values } from "@vitrine/core";
import type { InferenceSession } from "onnxruntime-node";
import { checkedFeeds } from "./feeds.js";
import { messageOf, type OrtModule } from "./load-ort.js";
import { placementNotice, type PlacementWatch } from "./placement.js";
import { fromOrt, toOrt } from "./tensors.js";

export interface ProgramParts {
  readonly ort: OrtModule;
  readonly session: InferenceSession;
  readonly graph: Graph;
  readonly provider: string;
  readonly runtime: string;
  readonly watch: PlacementWatch | undefined;
  /** Called once when the program is disposed. */
  readonly released: () => void;
}

/** One onnxruntime session. Its native runs are synchronous, so overlapping ones take turns. */
export class OrtProgram implements Program {
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly bytes: number;
  readonly #parts: ProgramParts;
  readonly #life = new ProgramLife();
  #notices: readonly string[] = [];

  constructor(parts: ProgramParts) {
    this.#parts = parts;
    this.inputs = parts.graph.inputs.map((info) => completed(info, parts.session.inputMetadata));
    this.outputs = parts.graph.outputs.map((info) => completed(info, parts.session.outputMetadata));
    this.bytes = estimatedBytes(parts.graph);
  }

  /** Complete after the first run, which shows where the nodes were placed. */
  get notices(): readonly string[] {
    return this.#notices;
  }

  run(feeds: Values, options: RunOptions = {}): Promise<Record<string, Value>> {
    return this.#life.run(() => {
      throwIfCancelled(options.signal);
      return this.#run(feeds, requestedOutputs(this.outputs, options), options);
    });
  }

  dispose(): Promise<void> {
    return this.#life.end(() => this.#release());
  }

  async #run(feeds: Values, names: readonly string[], { signal, keep = [] }: RunOptions): Promise<Record<string, Value>> {
    const { ort, session, runtime } = this.#parts;
    const checked = await checkedFeeds(this.inputs, feeds);
    throwIfCancelled(signal);
    if (names.length === 0) return {};
    let results: InferenceSession.ReturnType;
    try {
      results = await session.run(Object.fromEntries(Object.entries(checked).map(([name, value]) => [name, toOrt(ort, value)])), names);
    } catch (error) {
      throw coreError("run-failed", { runtime, why: messageOf(error) }, error);
    } finally {
      this.#watchPlacement();
    }
    // The native call cannot be interrupted; what it computed for somebody who has left is dropped.
    throwIfCancelled(signal);
    return Object.fromEntries(
      names.map((name): [string, Value] => {
        const value = fromOrt(results[name]!);
        return [name, keep.includes(name) ? kept(value) : value];
      }),
    );
  }

  #watchPlacement(): void {
    const { watch, session, provider } = this.#parts;
    if (!watch?.open) return;
    const notice = placementNotice(provider, watch.finish(session));
    if (notice !== undefined) this.#notices = [notice];
  }

  async #release(): Promise<void> {
    this.#parts.watch?.finish(this.#parts.session);
    await this.#parts.session.release();
    this.#parts.released();
  }
}

/** What the graph does not say of a value, as onnxruntime has inferred it. */
function completed(info: ValueInfo, metadata: readonly InferenceSession.ValueMetadata[]): ValueInfo {
  const found = metadata.find(({ name }) => name === info.name);
  if (!found?.isTensor || (info.dtype !== undefined && info.shape !== undefined)) return info;
  // onnxruntime gives an empty list for a scalar and for an unknown rank alike.
  const shape = found.shape.length === 0 ? undefined : found.shape.map((dim) => (dim === "" ? null : dim));
  return { name: info.name, dtype: info.dtype ?? (found.type as DType), shape: info.shape ?? shape };
}

/**
 * onnxruntime-node returns everything in host memory: its binding offers GPU buffers as outputs, but ends the process
 * when one is read (1.30.0). So "kept" is a handle on host memory, the same to the caller.
 */
function kept(value: Tensor): DeviceTensor {
  let held: Tensor | undefined = value;
  return {
    dtype: value.dtype,
    shape: value.shape,
    location: "host",
    read: () => (held ? Promise.resolve(held) : Promise.reject(coreError("disposed", { what: "result" }))),
    dispose: () => {
      held = undefined;
    },
  };
}

/** Bytes of what a session holds beside its weights, however small its graph. */
const sessionBytes = 256 * 1024;

/**
 * A session keeps its own copy of the weights and another repacked for its kernels: ten convolutions of 94 MB together
 * took 113 to 201 MB a session (1.30.0, cpu).
 */
const copiesOfWeights = 2;

function estimatedBytes(graph: Graph): number {
  let weights = 0;
  for (const constant of graph.constants.values()) weights += constant.byteLength;
  return sessionBytes + copiesOfWeights * weights;
}
