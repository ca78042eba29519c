import type { Format, Plugin } from "@vitrine/core";
import { readOnnx } from "./read/model.js";
import { writeModelFile } from "./write/model.js";

/** ONNX as a format of the engine. */
export const onnxFormat: Format = {
  id: "onnx",
  title: "ONNX",
  extensions: [".onnx"],
  recognises: (name, head) => name.toLowerCase().endsWith(".onnx") || startsAsModel(head),
  read: readOnnx,
  write: writeModelFile,
};

/** Registers the format. */
export const onnxPlugin: Plugin = {
  name: "@vitrine/format-onnx",
  register: (registry) => registry.format(onnxFormat),
};

/** Every exporter writes the IR version first (field 1, a small number), then the producer (2), the graph (7) or the opsets (8). */
function startsAsModel(head: Uint8Array): boolean {
  const [tag, version = 0, next = 0] = head;
  return tag === 0x08 && version >= 1 && version <= 32 && (next === 0x12 || next === 0x3a || next === 0x42);
}
