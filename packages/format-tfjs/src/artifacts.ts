import { memorySource, type ModelSource } from "@vitrine/core";
import { tfjsError } from "./errors.js";

/** `tf.io.ModelArtifacts`, as `tf.io.withSaveHandler` hands them over. */
export interface Artifacts {
  readonly modelTopology?: object | ArrayBuffer;
  readonly format?: string | undefined;
  readonly generatedBy?: string | undefined;
  readonly convertedBy?: string | null | undefined;
  readonly weightSpecs?: readonly object[];
  /** One buffer, or several that are one after the other. */
  readonly weightData?: ArrayBuffer | readonly ArrayBuffer[] | undefined;
  readonly signature?: object;
  readonly userDefinedMetadata?: object;
}

const weightFile = "weights.bin";

/**
 * A model in memory as the source of a model file, for `engine.load`.
 * @param name what messages and reports call it
 * @throws `tfjs-live`
 */
export function fromArtifacts(artifacts: Artifacts, name = "model.json"): ModelSource {
  const { weightData, weightSpecs, modelTopology, ...rest } = artifacts;
  if (typeof modelTopology !== "object" || modelTopology === null || modelTopology instanceof ArrayBuffer) throw tfjsError("tfjs-live", { why: "its artifacts hold no topology as JSON" });
  const parts = (Array.isArray(weightData) ? (weightData as unknown[]) : weightData === undefined ? [] : [weightData]).map((part) => {
    if (!(part instanceof ArrayBuffer)) throw tfjsError("tfjs-live", { why: "its weights are no ArrayBuffer" });
    return new Uint8Array(part);
  });
  const { format, generatedBy, convertedBy, signature, userDefinedMetadata } = rest;
  const paths = parts.length === 1 ? [weightFile] : parts.map((_, i) => `${i}-${weightFile}`);
  const json = { format, generatedBy, convertedBy, signature, userDefinedMetadata, modelTopology, weightsManifest: [{ paths, weights: weightSpecs ?? [] }] };
  return memorySource(name, new TextEncoder().encode(JSON.stringify(json)), Object.fromEntries(parts.map((part, i) => [paths[i]!, part])));
}

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
  toJSON(unused?: unknown, returnString?: boolean): unknown;
  readonly weights: readonly LiveWeight[];
  getWeights(): readonly { readonly shape: readonly number[]; readonly dtype: string; data(): Promise<unknown> }[];
}

/**
 * A `tf.LayersModel` in memory as the source of a model file, for `engine.load`. Its weights are copied as they are now:
 * one that is trained further is read anew.
 * @throws `tfjs-live` for what is no model, or not built yet
 */
export async function fromLayersModel(model: LiveLayersModel, name?: string): Promise<ModelSource> {
  const given: Partial<LiveLayersModel> = model;
  if (typeof given.toJSON !== "function" || typeof given.getWeights !== "function" || typeof given.weights !== "object") {
    throw tfjsError("tfjs-live", { why: "it has no toJSON, getWeights and weights" });
  }
  const modelTopology = model.toJSON(undefined, false);
  if (typeof modelTopology !== "object" || modelTopology === null) throw tfjsError("tfjs-live", { why: "its toJSON gives no object" });
  const tensors = model.getWeights();
  if (tensors.length !== model.weights.length) throw tfjsError("tfjs-live", { why: `it has ${model.weights.length} weights and gives ${tensors.length}` });
  const weightSpecs: object[] = [];
  const weightData: ArrayBuffer[] = [];
  for (const [i, tensor] of tensors.entries()) {
    const { originalName, name: unique } = (model.weights as readonly LiveWeight[])[i]!;
    const data = await tensor.data();
    if (!(data instanceof Float32Array) && !(data instanceof Int32Array) && !(data instanceof Uint8Array)) throw tfjsError("tfjs-live", { why: `its weight \`${originalName ?? unique ?? i}\` holds ${tensor.dtype}` });
    weightSpecs.push({ name: originalName ?? unique ?? String(i), shape: tensor.shape, dtype: tensor.dtype });
    // Copied: the backend may write on in its own memory.
    weightData.push(data.slice().buffer as ArrayBuffer);
  }
  return fromArtifacts({ format: "layers-model", modelTopology, weightSpecs, weightData }, name ?? `${model.name ?? "model"}.json`);
}
