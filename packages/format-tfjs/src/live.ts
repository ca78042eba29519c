import { constantOf, tensor, type Constant, type ModelFile, type ModelSource, type NumericDType } from "@vitrine/core";
import { fromArtifacts } from "./artifacts.js";
import { tfjsError } from "./errors.js";
import type { Json } from "./json/fields.js";
import { readLayersModel } from "./layers/read.js";

/** A weight of a live model: `tf.LayerVariable`. */
interface LiveWeight {
  readonly originalName?: string;
  readonly name?: string;
  readonly shape?: readonly (number | null)[];
  readonly dtype?: string;
}

/** What is used of a `tf.LayersModel`; TensorFlow.js itself is not imported. */
export interface LiveLayersModel {
  readonly name?: string;
  /** False where the shapes of its weights are not known yet, and of a Sequential until it is first used. */
  readonly built?: boolean;
  build?(inputShape: never): void;
  toJSON(unused?: unknown, returnString?: boolean): unknown;
  readonly weights: readonly LiveWeight[];
  getWeights(): readonly { readonly shape: readonly number[]; readonly dtype: string; data(): Promise<unknown> }[];
}

/** The weights of a model as they were at one moment, in host memory. */
export interface WeightsSnapshot {
  /** By the name that a file would give them, in the model's order. */
  readonly values: ReadonlyMap<string, Constant>;
  readonly bytes: number;
}

/** A model at one moment. */
export interface LiveState extends ModelFile {
  /** The graph's constants that are made of the model's weights; all others are the same at every moment. */
  readonly weights: ReadonlySet<string>;
}

/** A `tf.LayersModel` whose weights change in place while its layers stay what they are. */
export interface LiveNetwork {
  readonly name: string;
  /** Copies the weights as they are now. @throws `tfjs-live`, also where the model was disposed of */
  snapshot(): Promise<WeightsSnapshot>;
  /** The graph with the weights of a moment. Its nodes and all names are the same for every one. */
  at(snapshot: WeightsSnapshot): LiveState;
}

/**
 * Reads the layers of a model in memory once, for whoever looks at its weights again and again.
 * @param name what messages and reports call it
 * @throws `tfjs-live` for what is no model, not built yet or disposed of
 */
export function liveNetwork(model: LiveLayersModel, name = `${model.name ?? "model"}.json`): LiveNetwork {
  const topology = topologyOf(model);
  weightsOf(model);
  return {
    name,
    snapshot: () => snapshotOf(model),
    at: ({ values }) => {
      const { graph, notices, writer, parameters } = readLayersModel(topology, values, name);
      return { graph, notices, metadata: {}, origin: ["TensorFlow.js LayersModel", ...(writer === undefined ? [] : [writer]), "in memory"].join(", "), weights: parameters };
    },
  };
}

/**
 * A `tf.LayersModel` in memory as the source of a model file, for `engine.load`. Its weights are copied as they are now:
 * one that is trained further is read anew, or followed by `liveNetwork`.
 * @throws `tfjs-live` for what is no model, not built yet or disposed of
 */
export async function fromLayersModel(model: LiveLayersModel, name = `${model.name ?? "model"}.json`): Promise<ModelSource> {
  const modelTopology = topologyOf(model);
  const { values } = await snapshotOf(model);
  const weightSpecs = [...values].map(([weight, { shape, dtype }]) => ({ name: weight, shape, dtype }));
  const weightData = [...values.values()].map((value) => value.bytes().buffer as ArrayBuffer);
  return fromArtifacts({ format: "layers-model", modelTopology, weightSpecs, weightData }, name);
}

function topologyOf(model: LiveLayersModel): { readonly [key: string]: Json } {
  const given: Partial<LiveLayersModel> = model;
  if (typeof given.toJSON !== "function" || typeof given.getWeights !== "function" || typeof given.weights !== "object") {
    throw tfjsError("tfjs-live", { why: "it has no toJSON, getWeights and weights" });
  }
  if (given.built === false) built(model);
  const topology = model.toJSON(undefined, false);
  if (typeof topology !== "object" || topology === null) throw tfjsError("tfjs-live", { why: "its toJSON gives no object" });
  // As it would lie in a file: without what is undefined, and cut off from the model's own objects.
  return JSON.parse(JSON.stringify(topology)) as { readonly [key: string]: Json };
}

/** Builds a model, as its first use would. */
function built(model: LiveLayersModel): void {
  let cause: unknown;
  try {
    model.build?.(undefined as never);
  } catch (error) {
    cause = error;
  }
  if (model.built === false) throw tfjsError("tfjs-live", { why: "it is not built yet: the shape of its input is not known" }, cause);
}

async function snapshotOf(model: LiveLayersModel): Promise<WeightsSnapshot> {
  const tensors = weightsOf(model);
  const names = model.weights.map(({ originalName, name }, i) => originalName ?? name ?? String(i));
  if (tensors.length !== names.length) throw tfjsError("tfjs-live", { why: `it has ${names.length} weights and gives ${tensors.length}` });
  // All are asked for before the first arrives: they are of one moment, whatever goes on meanwhile.
  const read = await Promise.all(tensors.map((one) => one.data()));
  const values = new Map<string, Constant>();
  let bytes = 0;
  for (const [i, { shape, dtype }] of tensors.entries()) {
    const [name, data] = [names[i]!, read[i]];
    if (!(data instanceof Float32Array) && !(data instanceof Int32Array) && !(data instanceof Uint8Array)) throw tfjsError("tfjs-live", { why: `its weight \`${name}\` holds ${dtype}` });
    if (values.has(name)) throw tfjsError("tfjs-live", { why: `two of its weights are called \`${name}\`` });
    // Copied: the backend may write on in its own memory.
    const copy = data.slice();
    bytes += copy.byteLength;
    values.set(name, constantOf(tensor(dtype as NumericDType, shape, copy as Float32Array)));
  }
  return { values, bytes };
}

function weightsOf(model: LiveLayersModel): ReturnType<LiveLayersModel["getWeights"]> {
  try {
    return model.getWeights();
  } catch (error) {
    throw tfjsError("tfjs-live", { why: `its weights cannot be read (${error instanceof Error ? error.message : String(error)})` }, error);
  }
}
