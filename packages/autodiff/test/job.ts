import { createEngine, defineMethod, type Graph, type Job, type ModelSpec, type Plugin, type RuntimeFactory, type Targets, type Tensor } from "@vitrine/core";
import { createReferenceRuntime, graphPlugin, graphSource } from "@vitrine/testing";
import { autodiffPlugin } from "../src/index.js";

export interface JobOptions {
  readonly target?: Targets;
  readonly spec?: ModelSpec;
  /** Samples that are run at once. */
  readonly batch?: number;
  readonly plugins?: readonly Plugin[];
  readonly runtime?: RuntimeFactory;
}

/** What a method sees, handed to a test: `work` runs as a method does, on a model loaded from `graph`. */
export async function asMethod<T>(graph: Graph, input: Readonly<Record<string, Tensor>>, { plugins = [autodiffPlugin], runtime = createReferenceRuntime(), spec, ...request }: JobOptions, work: (job: Job) => Promise<T>): Promise<T> {
  let result: { readonly value: T } | undefined;
  const probe = defineMethod({
    id: "probe", title: "Probe", summary: "Hands its job to a test.", citations: [], params: {},
    // eslint-disable-next-line require-yield
    async *run(job) {
      result = { value: await work(job as unknown as Job) };
      return { tensors: {}, facts: {}, views: [] };
    },
  });
  const engine = createEngine({ runtime, plugins: [graphPlugin, ...plugins] });
  try {
    const model = await engine.load(graphSource(graph, "tiny"), spec ? { spec } : {});
    await engine.run(probe, { model, input, ...request });
    return result!.value;
  } finally {
    await engine.dispose();
  }
}
