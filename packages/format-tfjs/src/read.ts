import { brief, isVitrineError, type ModelFile, type ModelSource } from "@vitrine/core";
import { tfjsError } from "./errors.js";
import { readGraphModel } from "./graph/read.js";
import { Fields, isObject, type Json } from "./json/fields.js";
import { parseModel } from "./json/parse.js";
import { readLayersModel } from "./layers/read.js";
import { readManifest } from "./weights/manifest.js";
import { readWeights } from "./weights/read.js";

/**
 * Reads a TensorFlow.js model, a LayersModel or a GraphModel: its graph as ONNX operators at the canonical opset, inputs and outputs
 * with their axes as the file has them (channels last), weights as views into the shards.
 * @throws a VitrineError for anything that is no sound model; never another error
 */
export async function readTfjs(source: ModelSource): Promise<ModelFile> {
  const file = source.name;
  const json = parseModel(await source.read(), file);
  const fields = new Fields(json, "", file);
  const topology = json["modelTopology"];
  const isGraph = kindOf(fields, topology) === "graph-model";
  const weights = await readWeights(readManifest(fields.array("weightsManifest", []), "weightsManifest", file), source);
  try {
    const { graph, notices, writer } = isGraph ? readGraphModel(fields, weights) : readLayersModel(topology, weights, file);
    return { graph, metadata: metadataOf(json["userDefinedMetadata"]), origin: originOf(fields, isGraph, writer), notices };
  } catch (cause) {
    if (isVitrineError(cause)) throw cause;
    // A hole in the checks above, which a fuzz test looks for. Whoever opens a file still gets an error that names it.
    throw tfjsError("tfjs-unexpected", { file, why: cause instanceof Error ? cause.message : String(cause) }, cause);
  }
}

/** As the file says, or, in files before TensorFlow.js 1.0, as its topology looks. */
function kindOf(fields: Fields, topology: Json | undefined): "graph-model" | "layers-model" {
  const format = fields.get("format");
  if (format === "graph-model" || format === "layers-model") return format;
  if (format !== undefined && format !== "tfjs-layers-model" && format !== "tfjs-graph-model") fields.fail("format", "layers-model or graph-model");
  return isObject(topology) && Array.isArray(topology["node"]) ? "graph-model" : "layers-model";
}

function metadataOf(json: Json | undefined): Record<string, string> {
  const metadata = Object.create(null) as Record<string, string>;
  if (!isObject(json)) return metadata;
  for (const [key, value] of Object.entries(json)) metadata[key] = typeof value === "string" ? value : JSON.stringify(value);
  return metadata;
}

/** "TensorFlow.js LayersModel, keras 2.2.4-tf, TensorFlow.js Converter v1.3.1.1". */
function originOf(fields: Fields, isGraph: boolean, writer: string | undefined): string {
  const texts = ["generatedBy", "convertedBy"].map((key) => fields.get(key)).filter((text): text is string => typeof text === "string" && text !== "");
  const others = writer !== undefined && texts.some((text) => text.toLowerCase() === writer.toLowerCase().replace("keras ", "keras v")) ? [] : writer === undefined ? [] : [writer];
  return [`TensorFlow.js ${isGraph ? "GraphModel" : "LayersModel"}`, ...others, ...texts.map((text) => brief(text, 80))].join(", ");
}
