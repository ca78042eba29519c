import { loadGraphModel } from "@tensorflow/tfjs-converter";
import { seededRandom, tensor, type ModelFile, type Tensor } from "@vitrine/core";
import { checkGraph, expectClose } from "@vitrine/testing";
import { fromArtifacts, readTfjs } from "../src/index.js";
import { run, tf } from "./tf.js";

/** Attributes of a NodeDef in short: texts, whole numbers, truth values and lists as they are, types as `DT_…`. */
type ShortAttribute = string | number | boolean | readonly number[] | readonly string[] | { readonly f: number } | { readonly shape: readonly number[] } | { readonly func: string };

const base64 = (text: string): string => btoa(text);

function attribute(value: ShortAttribute): object {
  if (typeof value === "string") return value.startsWith("DT_") ? { type: value } : { s: base64(value) };
  if (typeof value === "number") return { i: String(value) };
  if (typeof value === "boolean") return { b: value };
  if ("f" in value) return { f: value.f };
  if ("func" in value) return { func: { name: value.func, attr: {} } };
  if ("shape" in value) return { shape: { dim: value.shape.map((size) => ({ size: String(size) })) } };
  if (value.length > 0 && typeof value[0] === "string") return { list: { s: (value as readonly string[]).map(base64) } };
  return { list: { i: (value as readonly number[]).map(String) } };
}

/** A node in short: operator, inputs, attributes. */
export type ShortNode = readonly [op: string, inputs: readonly string[], attributes?: Readonly<Record<string, ShortAttribute>> | undefined];

export interface ShortGraph {
  readonly inputs: Readonly<Record<string, { readonly shape: readonly number[]; readonly feed?: readonly number[]; readonly dtype?: Type; readonly below?: number; readonly positive?: boolean }>>;
  readonly weights?: Readonly<Record<string, { readonly shape: readonly number[]; readonly values?: readonly number[]; readonly dtype?: Type }>>;
  readonly nodes: Readonly<Record<string, ShortNode>>;
  readonly outputs: readonly string[];
  readonly functions?: Readonly<Record<string, ShortFunction>>;
}

/** A function of the library; inside it, results are `node:name:index`. */
export interface ShortFunction {
  readonly inputs: Readonly<Record<string, Type>>;
  readonly weights?: NonNullable<ShortGraph["weights"]>;
  readonly nodes: ShortGraph["nodes"];
  readonly results: readonly string[];
}

type Type = "float32" | "int32" | "bool";
const typeNames: Readonly<Record<Type, string>> = { float32: "DT_FLOAT", int32: "DT_INT32", bool: "DT_BOOL" };
const sizeOf = (shape: readonly number[]): number => shape.reduce((product, dim) => product * dim, 1);

/** `tf.io.ModelArtifacts` of a graph in short, as a converter writes them. */
export function artifactsOfGraph(graph: ShortGraph, seed = 1): tf.io.ModelArtifacts {
  const random = seededRandom(seed);
  const specs: tf.io.WeightsManifestEntry[] = [];
  const parts: Uint8Array[] = [];
  const node: object[] = Object.entries(graph.inputs).map(([name, { shape, dtype = "float32" }]) => ({ name, op: "Placeholder", attr: { dtype: { type: typeNames[dtype] }, shape: attribute({ shape }) } }));
  const weigh = (to: object[], weights: NonNullable<ShortGraph["weights"]>): void => {
    for (const [name, { shape, values, dtype = "float32" }] of Object.entries(weights)) {
      to.push({ name, op: "Const", attr: { dtype: { type: typeNames[dtype] } } });
      specs.push({ name, shape: [...shape], dtype });
      const numbers = values ?? Array.from({ length: sizeOf(shape) }, () => random.uniform() * 1.2 - 0.6);
      const data = dtype === "int32" ? Int32Array.from(numbers) : dtype === "bool" ? Uint8Array.from(numbers) : Float32Array.from(numbers);
      parts.push(new Uint8Array(data.buffer));
    }
  };
  const write = (to: object[], nodes: ShortGraph["nodes"]): void => {
    for (const [name, [op, inputs, attributes = {}]] of Object.entries(nodes)) {
      const usual = op === "Conv3D" ? { dilations: [1, 1, 1, 1, 1] } : /Conv/.test(op) ? { dilations: [1, 1, 1, 1] } : {};
      to.push({ name, op, input: inputs, attr: Object.fromEntries(Object.entries({ T: "DT_FLOAT", ...usual, ...attributes }).map(([key, value]) => [key, attribute(value)])) });
    }
  };
  weigh(node, graph.weights ?? {});
  write(node, graph.nodes);
  const library = Object.entries(graph.functions ?? {}).map(([name, { inputs, weights, nodes, results }]) => {
    const nodeDef: object[] = [];
    weigh(nodeDef, weights ?? {});
    write(nodeDef, nodes);
    const arg = (key: string, type: Type): object => ({ name: key, type: typeNames[type] });
    return {
      signature: { name, inputArg: Object.entries(inputs).map(([key, type]) => arg(key, type)), outputArg: results.map((_, i) => arg(`out${i}`, "float32")) },
      nodeDef, ret: Object.fromEntries(results.map((result, i) => [`out${i}`, result])),
    };
  });
  const weightData = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    weightData.set(part, at);
    at += part.length;
  }
  const signature = {
    inputs: Object.fromEntries(Object.entries(graph.inputs).map(([name, { dtype = "float32", shape }]) => [name, { name: `${name}:0`, dtype: typeNames[dtype], tensorShape: { dim: shape.map((size) => ({ size: String(size) })) } }])),
    outputs: Object.fromEntries(graph.outputs.map((name) => [name, { name: name.includes(":") ? name : `${name}:0` }])),
  };
  return { format: "graph-model", generatedBy: "2.15.0", convertedBy: "TensorFlow.js Converter v4.22.0", modelTopology: { node, versions: { producer: 1 }, ...(library.length > 0 && { library: { function: library } }) }, signature, weightSpecs: specs, weightData: weightData.buffer } as tf.io.ModelArtifacts;
}

/** Our reading of the graph, run by onnxruntime, against TensorFlow.js's own executor. */
export async function checkGraphModel(graph: ShortGraph, limit = 1e-5): Promise<ModelFile> {
  const artifacts = artifactsOfGraph(graph);
  const model = await loadGraphModel(tf.io.fromMemory(artifacts as never));
  const file = await readTfjs(fromArtifacts(artifacts));
  const problems = checkGraph(file.graph);
  if (problems.length > 0) throw new Error(problems.join("\n"));
  const random = seededRandom(3);
  const feeds: Record<string, Tensor> = {};
  const given: Record<string, tf.Tensor> = {};
  for (const [name, { shape, feed, dtype = "float32", below, positive }] of Object.entries(graph.inputs)) {
    const full = shape.map((size) => (size < 0 ? 2 : size));
    const values = feed ?? Array.from({ length: sizeOf(full) }, () => (dtype === "float32" ? (positive ? random.uniform() + 0.1 : random.uniform() * 2 - 1) : random.below(below ?? 2)));
    const data = dtype === "int32" ? Int32Array.from(values) : dtype === "bool" ? Uint8Array.from(values) : Float32Array.from(values);
    feeds[name] = tensor(dtype, full, data as never) as Tensor;
    given[name] = tf.tensor(data, full, dtype);
  }
  const needed = Object.fromEntries(file.graph.inputs.map(({ name }) => [name, feeds[name]!]));
  const results = await run(file.graph, needed);
  const executed = await model.executeAsync(given, [...graph.outputs]);
  const expected = Array.isArray(executed) ? executed : [executed];
  expected.forEach((one, i) => {
    const actual = results[file.graph.outputs[i]!.name]!;
    const dtype = one.dtype as Type;
    expectClose(actual, tensor(dtype, one.shape, one.dataSync() as never) as Tensor, limit, graph.outputs[i]!);
  });
  return file;
}
