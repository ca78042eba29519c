import type { Graph } from "@vitrine/core";
import { Layout } from "../build/layout.js";
import { finished } from "../build/outputs.js";
import { ScopedBuilder } from "../build/scoped-builder.js";
import { tfjsError } from "../errors.js";
import { Fields, type Json } from "../json/fields.js";
import type { Weights } from "../weights/read.js";
import { NetworkReader } from "./model.js";
import { isNetwork, readNetwork } from "./topology.js";
import { WeightIndex } from "./weight-index.js";

/** What a LayersModel became. */
export interface ReadLayers {
  readonly graph: Graph;
  readonly notices: readonly string[];
  /** "keras 2.2.4-tf": who wrote the topology. */
  readonly writer: string | undefined;
  /** The graph's constants that are made of weights. */
  readonly parameters: ReadonlySet<string>;
}

/** The graph of a LayersModel. */
export function readLayersModel(topology: Json | undefined, weights: Weights, file: string): ReadLayers {
  let fields = Fields.of(topology, "modelTopology", file);
  const version = fields.get("keras_version");
  if (fields.has("model_config")) fields = fields.fields("model_config");
  const kind = fields.string("class_name");
  if (!isNetwork(kind)) throw tfjsError("tfjs-not", { file, why: `its model is a \`${kind}\`; Sequential, Model and Functional are read` });
  const b = new ScopedBuilder();
  const notices: string[] = [];
  const notice = (text: string): void => {
    if (!notices.includes(text)) notices.push(text);
  };
  const context = { b, layout: new Layout(b), weights: new WeightIndex(weights), parameters: new Map<string, string>(), notice };
  const outputs = new NetworkReader(context, file).read(readNetwork(kind, fields.get("config"), fields.path("config"), file), []);
  return { graph: finished(context.layout, outputs.map((output) => ({ ...output, dtype: "float32" }))), notices, writer: typeof version === "string" ? `keras ${version}` : undefined, parameters: new Set(context.parameters.values()) };
}
