import {
  canonicalOpset, coreError, isFloat, read,
  type Constant, type DeviceTensor, type DType, type Graph, type Program, type RunOptions, type Runtime, type RuntimeFactory, type Value, type ValueInfo, type Values,
} from "@vitrine/core";
import { testingError } from "../errors.js";
import { hold, release, type Held } from "./held.js";
import { execute } from "./interpreter.js";
import { supported } from "./operators.js";

export interface ReferenceOptions {
  /**
   * `declared` rounds floating-point results to their own type, as every runtime does.
   * `float64` returns them as they were computed and takes float64 for any floating-point input: what finite differences need.
   */
  readonly results?: "declared" | "float64";
}

/**
 * A runtime that interprets graphs by plain loops in float64: as obvious as it can be, and slow.
 * The others are held against it. Browser-safe.
 */
export function createReferenceRuntime({ results = "declared" }: ReferenceOptions = {}): RuntimeFactory {
  return {
    id: "reference",
    summary: "Interprets graphs by plain loops in float64: obvious and slow, for tests.",
    providers: () => Promise.resolve([{ provider: "cpu", available: true }]),
    create: ({ providers } = {}) => {
      if (providers && !providers.includes("cpu")) {
        return Promise.reject(coreError("provider-unavailable", { runtime: "reference", asked: providers, states: ["It has the provider `cpu` only."] }));
      }
      return Promise.resolve(runtimeOf(results, (providers ?? []).slice(0, providers?.indexOf("cpu"))));
    },
  };
}

/** The reference runtime with results of their own type. */
export const referenceRuntime: RuntimeFactory = createReferenceRuntime();

function runtimeOf(results: "declared" | "float64", passedOver: readonly string[]): Runtime {
  const programs = new Set<Program>();
  let disposed = false;
  return {
    info: {
      id: "reference", provider: "cpu", device: "JavaScript", precision: "float32", threads: 1,
      notices: passedOver.map((provider) => `The provider ${provider} was passed over: the reference runtime has none of that name.`),
    },
    supports: (node) => supported(node),
    compile: async (graph, options) => {
      if (disposed) throw coreError("disposed", { what: "runtime" });
      if (options?.signal?.aborted) throw coreError("cancelled", {});
      if (graph.opset !== canonicalOpset) throw testingError("reference-opset", { opset: graph.opset, expected: canonicalOpset });
      const unsupported = graph.nodes.flatMap((node) => {
        const verdict = supported(node);
        return verdict === true ? [] : [{ op: node.op, node: node.name, why: verdict }];
      });
      if (unsupported.length > 0) throw coreError("node-unsupported", { runtime: "reference", nodes: unsupported });
      const program = programOf(graph, results, () => programs.delete(program));
      programs.add(program);
      return program;
    },
    dispose: async () => {
      disposed = true;
      await Promise.all([...programs].map((program) => program.dispose()));
    },
  };
}

function programOf(graph: Graph, results: "declared" | "float64", onDispose: () => void): Program {
  const constants = new WeakMap<Constant, Held>();
  let bytes = 0;
  for (const constant of graph.constants.values()) bytes += constant.byteLength;
  let disposed = false;
  const run = async (feeds: Values, options: RunOptions = {}): Promise<Record<string, Value>> => {
    if (disposed) throw coreError("disposed", { what: "program" });
    if (options.signal?.aborted) throw coreError("cancelled", {});
    const wanted = options.outputs ?? graph.outputs.map(({ name }) => name);
    const known = graph.outputs.map(({ name }) => name);
    for (const name of [...wanted, ...(options.keep ?? [])]) {
      if (!known.includes(name)) throw coreError("value-unknown", { value: name, near: `Outputs: ${known.join(", ")}.` });
    }
    const given = await readFeeds(graph, feeds, results);
    const values = await execute(graph, given, { signal: options.signal, constants, paused: performance.now() }, wanted);
    return Object.fromEntries(wanted.map((name, i) => {
      const value = values[i]!;
      const dtype: DType = results === "float64" && isFloat(value.dtype) ? "float64" : value.dtype;
      return [name, options.keep?.includes(name) ? kept(value, dtype) : release(value, dtype)];
    }));
  };
  return {
    inputs: graph.inputs.filter(({ name }) => !graph.constants.has(name)),
    outputs: graph.outputs,
    bytes,
    notices: [],
    run,
    dispose: () => {
      disposed = true;
      onDispose();
      return Promise.resolve();
    },
  };
}

async function readFeeds(graph: Graph, feeds: Values, results: "declared" | "float64"): Promise<Map<string, Held>> {
  const missing = graph.inputs.filter(({ name }) => !Object.hasOwn(feeds, name) && !graph.constants.has(name));
  if (missing.length > 0) throw coreError("input-missing", { inputs: missing.map(({ name }) => name) });
  const known = new Map(graph.inputs.map((input) => [input.name, input]));
  const given = new Map<string, Held>();
  for (const [name, value] of Object.entries(feeds)) {
    const declared = known.get(name);
    if (!declared) throw coreError("input-unknown", { input: name, known: [...known.keys()] });
    checkFeed(declared, value, results);
    const tensor = await read(value);
    const { dtype = tensor.dtype } = declared;
    given.set(name, { ...hold(tensor), dtype });
  }
  return given;
}

function checkFeed({ name, dtype, shape }: ValueInfo, value: Value, results: "declared" | "float64"): void {
  const widened = results === "float64" && value.dtype === "float64" && dtype !== undefined && isFloat(dtype);
  if (dtype !== undefined && value.dtype !== dtype && !widened) throw coreError("input-dtype", { input: name, dtype: value.dtype, expected: dtype });
  if (!shape) return;
  const fits = shape.length === value.shape.length && shape.every((dim, axis) => typeof dim !== "number" || dim === value.shape[axis]);
  if (!fits) throw coreError("input-shape", { input: name, shape: value.shape, expected: shape });
}

/** Nothing here is ever on a device; the contract of a kept result holds all the same. */
function kept(value: Held, dtype: DType): DeviceTensor {
  let disposed = false;
  return {
    dtype,
    shape: value.shape,
    location: "reference",
    read: () => (disposed ? Promise.reject(coreError("disposed", { what: "tensor" })) : Promise.resolve(release(value, dtype))),
    dispose: () => {
      disposed = true;
    },
  };
}

