import { isVitrineError, lower, read, subgraphsOf, type Graph, type Program, type Runtime, type RuntimeFactory, type RuntimeOptions, type ShapeLookup, type Tensor } from "@vitrine/core";
import { expectClose } from "../assert.js";
import { operatorCases } from "../cases/index.js";
import type { OperatorCase } from "../cases/case.js";
import { tinyModels } from "../models/index.js";
import { referenceRuntime } from "../reference/runtime.js";
import { runtimeContract } from "./runtime-contract.js";
import { once, runSuite, violated, type Skipped, type Suite, type SuiteCase, type SuiteReport } from "./suite.js";

export interface RuntimeSuiteOptions {
  /** What the runtime is created with: providers, threads. */
  readonly runtime?: RuntimeOptions;
  /** Relative L2 that results may differ by from the reference, at least (default 1e-5). A device of lower precision says so here. */
  readonly tolerance?: number;
  /** More cases, in the form of the built-in ones. */
  readonly cases?: readonly OperatorCase[];
  /** Only cases whose name it accepts: a slow device runs fewer. */
  readonly only?: (name: string) => boolean;
}

/**
 * What every runtime holds: its contract, each operator, and the tiny models, against the reference runtime.
 * A node that `supports` refuses is lowered as core does it; where no lowering helps, the case does not apply, and says why.
 */
export function runtimeSuite(factory: RuntimeFactory, options: RuntimeSuiteOptions = {}): Suite {
  const open = once(() => factory.create(options.runtime));
  const least = options.tolerance ?? 1e-5;
  const cases: SuiteCase[] = [
    ...runtimeContract(factory, open, options.runtime),
    ...[...operatorCases(), ...(options.cases ?? [])].map((each): SuiteCase => ({
      name: `operator › ${each.name}`,
      run: () => holdsAgainstReference(open, each.graph, [each.feeds], Math.max(each.tolerance, least)),
    })),
    ...tinyModels().map(({ name, graph, feeds }): SuiteCase => ({
      name: `model › ${name}`,
      run: () => holdsAgainstReference(open, graph, isFixed(graph) ? [feeds()] : [feeds(), feeds(3)], least),
    })),
  ];
  return {
    title: `runtime ${factory.id}`,
    cases: cases.filter(({ name }) => options.only?.(name) ?? true),
    dispose: async () => (await open()).dispose(),
  };
}

/** Runs the suite and reports, for authors of runtimes. */
export function testRuntime(factory: RuntimeFactory, options?: RuntimeSuiteOptions): Promise<SuiteReport> {
  return runSuite(runtimeSuite(factory, options));
}

const isFixed = (graph: Graph): boolean => graph.inputs.every(({ shape }) => shape?.every((dim) => typeof dim === "number"));

/** What the reference makes of a graph, and the shapes of everything in it. */
async function byReference(graph: Graph, feeds: Readonly<Record<string, Tensor>>): Promise<{ readonly results: Readonly<Record<string, Tensor>>; readonly shapes: ShapeLookup }> {
  const inner = graph.nodes.flatMap((node) => node.outputs).filter((name) => name !== "");
  const observed: Graph = { ...graph, outputs: inner.map((name) => ({ name, dtype: undefined, shape: undefined })) };
  const runtime = await referenceRuntime.create();
  const values = await (await runtime.compile(observed)).run(feeds);
  const results: Record<string, Tensor> = {};
  for (const [name, value] of Object.entries(values)) results[name] = await read(value);
  return { results, shapes: (name) => (results[name] ?? feeds[name] ?? graph.constants.get(name))?.shape };
}

async function holdsAgainstReference(open: () => Promise<Runtime>, graph: Graph, sets: readonly Readonly<Record<string, Tensor>>[], tolerance: number): Promise<Skipped | void> {
  const runtime = await open();
  let program: Program | undefined;
  try {
    for (const feeds of sets) {
      const { results, shapes } = await byReference(graph, feeds);
      if (!program) {
        const compiled = await compileLowered(runtime, graph, shapes);
        if ("skipped" in compiled) return compiled;
        program = compiled;
      }
      const ours = await program.run(feeds);
      const names = graph.outputs.map(({ name }) => name);
      if (String(Object.keys(ours)) !== String(names)) throw violated("every output is returned, in order", `it returned ${Object.keys(ours).join(", ")}, and ${names.join(", ")} is expected`);
      for (const name of names) expectClose(await read(ours[name]!), results[name]!, tolerance, `\`${name}\` of ${describe(graph)}`);
    }
  } finally {
    await program?.dispose();
  }
}

async function compileLowered(runtime: Runtime, graph: Graph, shapes: ShapeLookup): Promise<Program | Skipped> {
  let lowered: Graph;
  try {
    lowered = lower(graph, runtime, shapes).graph;
  } catch (error) {
    if (isVitrineError(error, "node-unsupported")) return { skipped: error.message };
    throw error;
  }
  // What it says it supports, it has to compile.
  return runtime.compile(lowered);
}

function describe(graph: Graph): string {
  const ops = graph.nodes.flatMap((node) => [node.op, ...subgraphsOf(node).flatMap(({ graph: inner }) => inner.nodes.map(({ op }) => op))]);
  return ops.length > 3 ? graph.name : ops.join(", ");
}
