import { autodiffPlugin } from "@vitrine/autodiff";
import { createEngine, toFloat32, type Graph, type Method, type ModelSpec, type ParameterInput, type ParameterShape, type Report, type Targets, type Tensor, type Update } from "@vitrine/core";
import { deconv, deconvPlugin } from "@vitrine/method-deconv";
import { graphPlugin, graphSource, referenceRuntime, type TinyModel } from "@vitrine/testing";

export interface RunOptions {
  readonly input?: Readonly<Record<string, Tensor>>;
  readonly samples?: number;
  readonly target?: Targets;
  readonly batch?: number;
  readonly label?: string;
}

type Network = Pick<TinyModel, "graph" | "feeds"> & { readonly spec?: ModelSpec };

/** Runs a method on the reference runtime, on an engine of its own. */
export async function run<P extends ParameterShape>(method: Method<P>, network: Network, params: ParameterInput<P> = {}, { input, samples = 1, target, batch = 8 }: RunOptions = {}): Promise<Report & { readonly updates: readonly Update[] }> {
  const engine = createEngine({ runtime: referenceRuntime, plugins: [graphPlugin, autodiffPlugin, deconvPlugin] });
  try {
    const model = await engine.load(graphSource(network.graph), network.spec && { spec: network.spec });
    const running = engine.run(method, { model, input: input ?? network.feeds(samples), params, batch, ...(target && { target }) });
    const updates: Update[] = [];
    for await (const update of running) updates.push(update);
    return { ...(await running), updates };
  } finally {
    await engine.dispose();
  }
}

/** The plain gradient of one input, by nothing but one run of its own. */
export async function gradientAt(network: Network, input: Readonly<Record<string, Tensor>>, target?: Targets): Promise<Float32Array> {
  const { tensors } = await run(deconv, network, { rule: "plain" }, { input, ...(target && { target }) });
  return toFloat32(tensors["gradient"]!.tensor);
}

export const attribution = (report: Report, key = "attribution"): Float32Array => toFloat32(report.tensors[key]!.tensor);

export const ofGraph = (graph: Graph, feeds: Readonly<Record<string, Tensor>>): Network => ({ graph, feeds: () => ({ ...feeds }) });
