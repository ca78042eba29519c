import type { Dim, Graph, ValueInfo } from "../graph/graph.js";
import type { ShapeLookup } from "../runtime/runtime.js";
import type { BatchFlow } from "./batch/flow.js";
import { traceBatch, type BatchObstacle, type BatchTrace } from "./batch/trace.js";
import { withoutDead } from "./rewrite.js";

export interface FreedBatch {
  /** The graph itself where nothing was freed. */
  readonly graph: Graph;
  /** True where a batch that was fixed at 1 is free now. */
  readonly freed: boolean;
  /** Why it could not be freed, naming operator and node; undefined where it was, or was free already. */
  readonly reason: string | undefined;
  /** The batch axis of every input and output, as followed through the graph; undefined for one that all samples share. Empty where the samples could not be followed. */
  readonly axes: Readonly<Record<string, number | undefined>>;
}

/** More combinations of axes than this are not tried. */
const mostHypotheses = 256;

/**
 * Frees a batch that the inputs fix at 1, where every operator provably treats samples independently: they are followed
 * along one axis from the inputs to the outputs, Reshape and its like are rewritten, and states, tokens and grids that
 * the file holds for one sample are repeated. Where one step is not understood, nothing is freed.
 *
 * @param shapes shapes of values for one sample, declared or observed; Reshape can rarely be followed without
 * @param given the batch axis of inputs where it is known (a model's own description says so); others are found: the axis of size 1 or open size along which the samples can be followed
 */
export function freeBatch(graph: Graph, shapes: ShapeLookup = () => undefined, given: Readonly<Record<string, number | undefined>> = {}): FreedBatch {
  let furthest: BatchObstacle | undefined;
  const candidates = graph.inputs.map((input) => candidateAxes(input, given));
  for (const choice of combinations(candidates)) {
    const axes = new Map(graph.inputs.flatMap((input, i): [string, number][] => (choice[i] === undefined ? [] : [[input.name, choice[i]]])));
    if (axes.size === 0) continue;
    const result = traceBatch(graph, axes, shapes);
    if ("reason" in result) {
      if (!furthest || result.reached > furthest.reached) furthest = result;
      continue;
    }
    const known = Object.fromEntries([...graph.inputs, ...graph.outputs].map(({ name }) => [name, batchOf(result, name)?.axis]));
    const fixed = graph.inputs.some(({ name, shape }) => axes.has(name) && shape?.[axes.get(name)!] === 1);
    return fixed ? { graph: rewritten(graph, result, axes), freed: true, reason: undefined, axes: known } : { graph, freed: false, reason: undefined, axes: known };
  }
  const isFixed = graph.inputs.some((input) => input.shape?.every((dim) => typeof dim === "number") ?? false);
  const reason = furthest?.reason ?? "no input has a dimension of 1 that could hold the samples";
  return { graph, freed: false, reason: isFixed ? reason : undefined, axes: {} };
}

const named = /^(n|none|batch.*|unk__0)$/i;

/** Where an input may hold the samples, the likeliest first; undefined for "nowhere". */
function candidateAxes(input: ValueInfo, given: Readonly<Record<string, number | undefined>>): (number | undefined)[] {
  if (Object.hasOwn(given, input.name)) return [given[input.name]];
  const shape = input.shape ?? [];
  const open = shape.flatMap((dim, axis) => (dim === 1 || typeof dim !== "number" ? [axis] : []));
  // Sequences may hold time first; of a picture's axes only the first is ever the batch, even if it has one channel.
  if (open[0] === 0 && shape.length > 3) return [0, undefined];
  const likely = open.filter((axis) => typeof shape[axis] === "string" && named.test(shape[axis]));
  return [...new Set([...likely, ...open, undefined])];
}

/** Every choice of one from each list, those with early entries first. */
function* combinations<T>(lists: readonly (readonly T[])[]): Generator<T[]> {
  const indices = lists.map(() => 0);
  for (let tried = 0; tried < mostHypotheses; tried++) {
    yield lists.map((list, i) => list[indices[i]!]!);
    let at = lists.length - 1;
    while (at >= 0 && ++indices[at]! === lists[at]!.length) indices[at--] = 0;
    if (at < 0) return;
  }
}

function batchOf(trace: BatchTrace, name: string): BatchFlow | undefined {
  const flow = trace.flows.get(name);
  return flow?.kind === "batch" ? flow : undefined;
}

function rewritten(graph: Graph, trace: BatchTrace, axes: ReadonlyMap<string, number>): Graph {
  const symbol = symbolOf(graph, axes);
  const free = (info: ValueInfo): ValueInfo => {
    const flow = batchOf(trace, info.name);
    if (!flow || !info.shape || typeof info.shape[flow.axis] !== "number") return info;
    // A size that is a multiple of the batch has no name of its own.
    const dim: Dim = flow.outer * flow.inner === 1 ? symbol : null;
    return { ...info, shape: info.shape.map((old, axis) => (axis === flow.axis ? dim : old)) };
  };
  return withoutDead({
    ...graph,
    inputs: graph.inputs.map(free),
    outputs: graph.outputs.map(free),
    values: new Map([...graph.values].map(([name, info]) => [name, free(info)])),
    nodes: trace.nodes,
    constants: trace.constants,
  });
}

/** The name that an input already has for its batch, else a free one. */
function symbolOf(graph: Graph, axes: ReadonlyMap<string, number>): string {
  const known = new Set<Dim>();
  for (const { name, shape } of [...graph.inputs, ...graph.outputs, ...graph.values.values()]) {
    const own = axes.has(name) ? shape?.[axes.get(name)!] : undefined;
    if (typeof own === "string") return own;
    for (const dim of shape ?? []) known.add(dim);
  }
  let symbol = "N";
  for (let i = 1; known.has(symbol); i++) symbol = `N_${i}`;
  return symbol;
}
