import { env, InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { memorySource, tensor, type Graph, type ModelFile, type NumericDType, type Tensor } from "@vitrine/core";
import { readOnnx, writeOnnx, type WrittenModel } from "../src/index.js";
import { oldGraph, type ModelInShort } from "./old-model.js";

env.logLevel = "fatal";

/** Runs a model on onnxruntime's cpu, unoptimised: what the standard says, without what fusions round differently. */
export async function runOnOrt(model: WrittenModel | Uint8Array, feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>> {
  const { bytes, external } = model instanceof Uint8Array ? { bytes: model, external: [] } : model;
  const session = await InferenceSession.create(bytes, {
    graphOptimizationLevel: "disabled",
    logSeverityLevel: 4,
    intraOpNumThreads: 1,
    ...(external.length > 0 ? { externalData: [...external] } : {}),
  });
  try {
    const given = Object.fromEntries(Object.entries(feeds).filter(([name]) => session.inputNames.includes(name)).map(([name, value]) => [name, toOrt(value)]));
    const results = await session.run(given);
    return Object.fromEntries(Object.entries(results).map(([name, value]) => [name, fromOrt(value)]));
  } finally {
    await session.release();
  }
}

function toOrt(value: Tensor): OrtTensor {
  return new OrtTensor(value.dtype as "float32", value.data as Float32Array, value.shape);
}

function fromOrt(value: OrtTensor): Tensor {
  const data = value.type === "float16" ? new Uint16Array((value.data as Uint16Array).buffer, (value.data as Uint16Array).byteOffset, value.data.length) : value.data;
  return tensor(value.type as NumericDType, value.dims, data as Float32Array);
}

/** The bytes of a model in short, at its own opset. */
export function oldBytes(model: ModelInShort): Uint8Array {
  return writeOnnx(oldGraph(model)).bytes;
}

export async function readBytes(bytes: Uint8Array, name = "model.onnx"): Promise<ModelFile> {
  return readOnnx(memorySource(name, bytes));
}

export interface SideBySide {
  readonly before: Readonly<Record<string, Tensor>>;
  readonly after: Readonly<Record<string, Tensor>>;
  readonly graph: Graph;
}

/** Runs a model as it is, and read, upgraded and written again. */
export async function sideBySide(model: ModelInShort): Promise<SideBySide> {
  const bytes = oldBytes(model);
  const { graph } = await readBytes(bytes);
  return { before: await runOnOrt(bytes, model.inputs), after: await runOnOrt(writeOnnx(graph), model.inputs), graph };
}
