import "@tensorflow/tfjs-backend-cpu";
// tfjs-layers uses the methods of tensors in places, as the union package provides them.
import "@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js";
import * as tf from "@tensorflow/tfjs-core";
import * as layers from "@tensorflow/tfjs-layers";
import { memorySource, seededRandom, tensor, type Graph, type ModelFile, type ModelSource, type Program, type Tensor } from "@vitrine/core";
import { onnxNode } from "@vitrine/runtime-onnx-node";
import { checkGraph, expectClose } from "@vitrine/testing";
import { fromArtifacts, readTfjs } from "../src/index.js";

export { layers, tf };
export type SymbolicTensor = layers.SymbolicTensor;

/** What TensorFlow.js would write, kept in memory. */
export async function artifactsOf(model: layers.LayersModel): Promise<tf.io.ModelArtifacts> {
  let saved: tf.io.ModelArtifacts | undefined;
  await model.save(tf.io.withSaveHandler((artifacts) => {
    saved = artifacts;
    return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: "JSON" } });
  }));
  return saved!;
}

/** Random weights, variances positive, so that nothing is hidden by zeros and ones. */
export function randomize(model: layers.LayersModel, seed = 1): layers.LayersModel {
  const random = seededRandom(seed);
  const values = model.weights.map((weight) => {
    const size = weight.shape.reduce<number>((product, dim) => product * (dim ?? 1), 1);
    const positive = weight.originalName.endsWith("variance");
    return tf.tensor(Float32Array.from({ length: size }, () => (positive ? 0.3 + random.uniform() : random.uniform() * 1.2 - 0.6)), weight.shape as number[]);
  });
  if (values.length > 0) model.setWeights(values);
  return model;
}

export async function run(graph: Graph, feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>> {
  const runtime = await onnxNode({ threads: 1 }).create();
  let program: Program | undefined;
  try {
    program = await runtime.compile(graph);
    return (await program.run(feeds)) as Record<string, Tensor>;
  } finally {
    await program?.dispose();
    await runtime.dispose();
  }
}

export interface CheckOptions {
  /** Shapes of the inputs, batch included; by default the model's with a batch of 2 and open sizes of 5. */
  readonly shapes?: readonly (readonly number[])[];
  /** Draws whole numbers below this. */
  readonly below?: number;
  readonly limit?: number;
  readonly seed?: number;
  /** Feeds. */
  readonly dtype?: "float32" | "int32";
}

/** Our reading of the model, run by onnxruntime, against TensorFlow.js's own predict. */
export async function check(model: layers.LayersModel, options: CheckOptions = {}): Promise<ModelFile> {
  randomize(model, options.seed);
  return compare(model, fromArtifacts(await artifactsOf(model)), options);
}

export async function compare(model: layers.LayersModel, source: ModelSource, options: CheckOptions = {}): Promise<ModelFile> {
  const { below, limit = 1e-5 } = options;
  const file = await readTfjs(source);
  const problems = checkGraph(file.graph);
  if (problems.length > 0) throw new Error(problems.join("\n"));
  const random = seededRandom(7);
  const data = file.graph.inputs.map((input, i): Tensor<"float32"> => {
    const shape = options.shapes?.[i] ?? input.shape!.map((dim, axis) => (typeof dim === "number" ? dim : axis === 0 ? 2 : 5));
    const size = shape.reduce((product, dim) => product * dim, 1);
    return tensor("float32", shape, Float32Array.from({ length: size }, () => (below === undefined ? random.uniform() * 2 - 1 : Math.floor(random.uniform() * below))));
  });
  const feeds = Object.fromEntries(file.graph.inputs.map(({ name, dtype }, i) => [name, dtype === "int32" ? tensor("int32", data[i]!.shape, Int32Array.from(data[i]!.data)) : data[i]!]));
  const results = await run(file.graph, feeds);
  const given = data.map(({ data: values, shape }) => tf.tensor(values, [...shape]));
  const outputs = model.predict(given.length === 1 ? given[0]! : given, { batchSize: data[0]!.shape[0]! });
  const expected = (Array.isArray(outputs) ? outputs : [outputs]).map((output) => tensor("float32", output.shape, output.dataSync() as Float32Array));
  const actual = file.graph.outputs.map(({ name }) => results[name]!);
  if (actual.length !== expected.length) throw new Error(`${actual.length} outputs, and ${expected.length} are expected`);
  expected.forEach((one, i) => expectClose(actual[i]!, one, limit, `output ${i}`));
  return file;
}

/** A model of one path through the layers. */
export const chain = (...list: readonly layers.layers.Layer[]): layers.LayersModel => layers.sequential({ layers: [...list] });

export const countOf = (graph: Graph, op: string): number => graph.nodes.filter((node) => node.op === op).length;

export { memorySource };
