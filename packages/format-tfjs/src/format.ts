import type { Format, Plugin } from "@vitrine/core";
import { readTfjs } from "./read.js";

/** TensorFlow.js models as a format of the engine. */
export const tfjsFormat: Format = {
  id: "tfjs",
  title: "TensorFlow.js",
  extensions: [".json"],
  recognises: (name, head) => name.toLowerCase().endsWith(".json") || startsAsModel(head),
  read: readTfjs,
};

/** Registers the format. */
export const tfjsPlugin: Plugin = {
  name: "@vitrine/format-tfjs",
  register: (registry) => registry.format(tfjsFormat),
};

/** Every writer begins with one of these keys. */
function startsAsModel(head: Uint8Array): boolean {
  return /^\uFEFF?\s*\{\s*"(modelTopology|format|weightsManifest|generatedBy|convertedBy)"\s*:/.test(new TextDecoder().decode(head));
}
