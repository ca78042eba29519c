import { coreError, GraphBuilder, isDeviceTensor, read, type Feeds, type Input, type Model, type Report, type Tensor } from "@vitrine/core";
import { diffError } from "./errors.js";
import { findingsOf } from "./findings.js";
import { distance, type Distance } from "./measure.js";
import { pairLayers, portions, type Pair } from "./pairs.js";

export interface DiffOptions {
  /** Relative L2 difference of a layer above which the two are said to part. Default 1e-4, what is asked of activations at float32. */
  readonly tolerance?: number;
  /** Only these layers of the first model; default all. */
  readonly layers?: readonly string[];
  /** What the input is called in captions. */
  readonly label?: string;
  readonly signal?: AbortSignal;
  /** Values of layers that are held at once, of each model, in bytes (default 128 MiB). */
  readonly bytes?: number;
  /** Told after every portion of layers. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** What was measured on one layer. */
export interface LayerDifference extends Distance {
  readonly pair: Pair;
}

/** Both values of a layer, for its maps. */
export interface Shown {
  readonly difference: LayerDifference;
  readonly first: Tensor;
  readonly second: Tensor;
}

/**
 * Runs one input through two models of one network and compares every layer: two runtimes or providers of the same file, a float and a
 * quantised export, two checkpoints. The first model is the reference.
 *
 * Findings: `relativeL2`, `largest` and `cosine` ([layers], in the order of the first model), and of the layer that is shown (the first above
 * the tolerance, else the worst) `first/NAME`, `second/NAME` and `difference/NAME`, the second minus the first.
 * @throws `diff-nothing-common`, `diff-tolerance`, `cancelled`, and what the models throw
 */
export async function diffModels(first: Model, second: Model, input: Input, options: DiffOptions = {}): Promise<Report> {
  const { tolerance = 1e-4, layers, label = "input", signal, bytes = 2 ** 27, onProgress } = options;
  if (!(tolerance >= 0)) throw diffError("diff-tolerance", { tolerance });
  const feeds = [feedsOf(first, input, label), feedsOf(second, input, label)] as const;
  const { pairs, unmatched } = await pairLayers(first, second, feeds, layers);
  const differences: LayerDifference[] = [];
  // Only one layer is shown: its values are kept when it is met, and nothing else is.
  let shown: Shown | undefined;
  for (const portion of portions(pairs, bytes)) {
    const values = [await capture(first, feeds[0], portion.map((pair) => pair.first.value), signal), await capture(second, feeds[1], portion.map((pair) => pair.second.value), signal)] as const;
    portion.forEach((pair, i) => {
      const [a, b] = [values[0][i]!, values[1][i]!];
      const difference = { pair, ...distance(a, b) };
      differences.push(difference);
      const parted = shown !== undefined && shown.difference.relativeL2 > tolerance;
      if (!parted && (shown === undefined || difference.relativeL2 > shown.difference.relativeL2)) shown = { difference, first: a, second: b };
    });
    onProgress?.(differences.length, pairs.length);
  }
  const sha256 = await first.file.sha256();
  return {
    ...findingsOf({ first, second, differences, unmatched, shown: shown!, tolerance, sameFile: sha256 === (await second.file.sha256()) }),
    method: "diff",
    model: { file: first.file.name, sha256 },
    runtime: runtimeName(first),
    target: undefined,
    params: { tolerance, against: { file: second.file.name, runtime: runtimeName(second) } },
  };
}

export const runtimeName = ({ runtime: { info } }: Model): string => `${info.id}:${info.provider}`;

const feedsOf = (model: Model, input: Input, label: string): Feeds => Object.fromEntries(Object.entries(model.prepare(input, label)).map(([name, { tensor }]) => [name, tensor]));

/** Values of layers, on the host, in the order asked for. */
async function capture(model: Model, feeds: Feeds, values: readonly string[], signal: AbortSignal | undefined): Promise<Tensor[]> {
  if (signal?.aborted) throw coreError("cancelled", {});
  const graph = new GraphBuilder(model.graph).build({ outputs: [...values] });
  const results = await model.run(graph, feeds, { ...(signal && { signal }) });
  return Promise.all(
    graph.outputs.map(async ({ name }) => {
      const value = results[name]!;
      const host = await read(value);
      if (isDeviceTensor(value)) value.dispose();
      return host;
    }),
  );
}
