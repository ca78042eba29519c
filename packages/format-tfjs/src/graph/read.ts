import type { Graph } from "@vitrine/core";
import { tfjsError } from "../errors.js";
import type { Fields } from "../json/fields.js";
import type { Weights } from "../weights/read.js";

export function readGraphModel(fields: Fields, weights: Weights): { graph: Graph; notices: readonly string[]; writer: string | undefined } {
  throw tfjsError("tfjs-graph", { file: fields.file, why: `${weights.size} weights` });
}
