import { seededRandom, sizeOf, tensor, type Graph, type ModelFile, type RuntimeFactory, type Tensor } from "@vitrine/core";
import { tfjs } from "@vitrine/runtime-tfjs";
import { expectClose, referenceRuntime } from "@vitrine/testing";
import { checkGraphModel, type ShortGraph } from "./graph-def.js";
import { run } from "./tf.js";

async function runOn(factory: RuntimeFactory, graph: Graph, feeds: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>> {
  const runtime = await factory.create();
  try {
    const program = await runtime.compile(graph);
    const results = (await program.run(feeds)) as Record<string, Tensor>;
    await program.dispose();
    return results;
  } finally {
    await runtime.dispose();
  }
}

function feedsOf(graph: Graph, { inputs }: ShortGraph): Record<string, Tensor> {
  const random = seededRandom(3);
  return Object.fromEntries(graph.inputs.map(({ name }): [string, Tensor] => {
    const { shape, feed, dtype = "float32", below = 2, positive } = inputs[name]!;
    const full = shape.map((size) => (size < 0 ? 2 : size));
    const values = feed ?? Array.from({ length: sizeOf(full) }, () => (dtype !== "float32" ? random.below(below) : positive ? random.uniform() + 0.1 : random.uniform() * 2 - 1));
    const data = dtype === "int32" ? Int32Array.from(values) : dtype === "bool" ? Uint8Array.from(values) : Float32Array.from(values);
    return [name, tensor(dtype, full, data as never) as Tensor];
  }));
}

/** `checkGraphModel`, and the graph on the other runtimes against onnxruntime. */
export async function checkOnRuntimes(graph: ShortGraph, limit = 1e-5): Promise<ModelFile> {
  const file = await checkGraphModel(graph, limit);
  await checkRuntimes(file.graph, feedsOf(file.graph, graph), limit);
  return file;
}

/** The graph on all runtimes. Returns what onnxruntime computes. */
export async function checkRuntimes(graph: Graph, feeds: Readonly<Record<string, Tensor>>, limit = 1e-5): Promise<Readonly<Record<string, Tensor>>> {
  const expected = await run(graph, feeds);
  for (const factory of [referenceRuntime, tfjs({ backend: "cpu" })]) {
    const results = await runOn(factory, graph, feeds);
    for (const [name, value] of Object.entries(expected)) expectClose(results[name]!, value, limit, `${name} on ${factory.id}`);
  }
  return expected;
}
