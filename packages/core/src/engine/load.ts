import { coreError } from "../errors/catalogue.js";
import type { Format, ModelSource } from "../format/format.js";
import type { Graph } from "../graph/graph.js";
import type { InputReader, ModelSpec } from "../input/spec.js";
import { batchAxis, fixedBatch, isBatchName, layoutOf } from "../model/batch.js";
import { LoadedModel, type ModelParts } from "../model/loaded-model.js";
import type { Model } from "../model/model.js";
import { foldConstantIf } from "../passes/constant-if.js";
import { constantNodesToConstants } from "../passes/constant-nodes.js";
import { freeBatch, type FreedBatch } from "../passes/free-batch.js";
import { applyPasses } from "../passes/pass.js";
import { widenToFloat32 } from "../passes/widen.js";
import type { ProgramCache } from "../runtime/program-cache.js";
import type { Runtime, ShapeLookup } from "../runtime/runtime.js";
import { sha256 } from "./sha256.js";

export interface LoadContext {
  readonly formats: readonly Format[];
  readonly runtime: Runtime;
  readonly programs: ProgramCache;
  readonly readers: readonly InputReader[];
  readonly spec: ModelSpec;
  /** Told once, when the model is disposed. */
  readonly onDispose?: (model: Model) => void;
}

/** How many bytes a format gets to recognise a file by. */
const headBytes = 256;

/** What every graph goes through once it is read. */
const passes = [constantNodesToConstants, foldConstantIf, widenToFloat32];

/** File bytes → format → canonical graph → model. */
export async function loadModel(source: ModelSource, context: LoadContext): Promise<Model> {
  const bytes = await source.read();
  const head = bytes.subarray(0, headBytes);
  const format = context.formats.find((candidate) => candidate.recognises(source.name, head));
  if (!format) throw coreError("format-unknown", { name: source.name, formats: context.formats.map((known) => known.title) });
  const file = await format.read({ name: source.name, read: () => Promise.resolve(bytes), sibling: (path) => source.sibling(path) });
  const { graph, notices } = applyPasses(file.graph, passes);
  let digest: Promise<string> | undefined;
  const parts: Omit<ModelParts, "graph" | "batchReason"> = {
    runtime: context.runtime,
    programs: context.programs,
    file: { name: source.name, sha256: () => (digest ??= sha256(bytes)) },
    origin: file.origin,
    metadata: file.metadata,
    notices: [...file.notices, ...notices],
    spec: context.spec,
    readers: context.readers,
  };
  const freed = await withFreeBatch(graph, parts);
  return new LoadedModel({ ...parts, graph: freed.graph, batchReason: freed.reason, ...(context.onDispose && { onDispose: context.onDispose }) });
}

/** Frees a batch fixed at 1: by the shapes that the file declares where they suffice, else by observed ones. */
async function withFreeBatch(graph: Graph, parts: Omit<ModelParts, "graph" | "batchReason">): Promise<Pick<FreedBatch, "graph" | "reason">> {
  if (fixedBatch(graph, parts.spec) !== 1 && !mayBeTime(graph, parts.spec)) return { graph, reason: undefined };
  const given = Object.fromEntries(
    graph.inputs.flatMap((input): [string, number | undefined][] => {
      const spec = parts.spec.inputs[input.name];
      return layoutOf(spec) === undefined ? [] : [[input.name, batchAxis(input, spec)]];
    }),
  );
  const byDeclaration = freeBatch(graph, declaredShapes(graph), given);
  if (byDeclaration.freed || known(byDeclaration)) return named(byDeclaration);
  const probe = new LoadedModel({ ...parts, graph, batchReason: undefined });
  try {
    const values = graph.nodes.flatMap((node) => node.outputs.filter((name) => name !== ""));
    const shapes = await probe.shapes(values);
    return named(freeBatch(graph, (value) => shapes.get(value), given));
  } catch {
    // A model whose shapes cannot be observed yet (sizes that depend on the input, a node that this runtime refuses) keeps its batch.
    return byDeclaration;
  } finally {
    await probe.dispose();
  }
}

/** Whether what is taken for the batch could be the time of a recurrent layer: an open first axis that nobody has called a batch. */
function mayBeTime(graph: Graph, spec: ModelSpec): boolean {
  if (!graph.nodes.some(({ op, domain }) => domain === "" && (op === "LSTM" || op === "GRU" || op === "RNN"))) return false;
  return graph.inputs.some((input) => layoutOf(spec.inputs[input.name]) === undefined && (input.shape?.length ?? 0) > 1 && batchAxis(input, undefined) === 0 && !isBatchName(input.shape![0]!));
}

const known = ({ axes }: FreedBatch): boolean => Object.keys(axes).length > 0;

/** Calls the axes along which samples were followed by a batch's name, so that they are taken for it. */
function named(found: FreedBatch): FreedBatch {
  const inputs = found.graph.inputs.map((input) => {
    const axis = found.axes[input.name];
    const dim = axis === undefined ? undefined : input.shape?.[axis];
    if (axis === undefined || typeof dim === "number" || isBatchName(dim ?? null)) return input;
    return { ...input, shape: input.shape!.map((old, i) => (i === axis ? "N" : old)) };
  });
  return { ...found, graph: { ...found.graph, inputs } };
}

function declaredShapes(graph: Graph): ShapeLookup {
  const declared = new Map([...graph.values.values(), ...graph.inputs, ...graph.outputs].map((info) => [info.name, info.shape]));
  return (value) => {
    const shape = graph.constants.get(value)?.shape ?? declared.get(value);
    return shape?.every((dim) => typeof dim === "number") ? (shape as readonly number[]) : undefined;
  };
}
