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
