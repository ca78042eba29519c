import process from "node:process";
import type * as Ort from "onnxruntime-node";
import { onnxNodeError } from "./errors.js";

export type OrtModule = typeof Ort;

let loading: Promise<OrtModule> | undefined;

/** Loads the native library when it is first needed: it weighs 45 MB. @throws `onnxruntime-missing` */
export function loadOrt(): Promise<OrtModule> {
  return (loading ??= load());
}

async function load(): Promise<OrtModule> {
  try {
    const module = await import("onnxruntime-node");
    // Whatever fails is thrown, and told from there: nothing is printed past it.
    module.env.logLevel = "fatal";
    return module;
  } catch (error) {
    loading = undefined;
    throw onnxNodeError("onnxruntime-missing", { platform: `${process.platform} ${process.arch}`, why: messageOf(error) }, error);
  }
}

/** What onnxruntime says, without the source lines of its own build and without stack traces. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text
    .replace(/\/onnxruntime_src\/\S+(:\d+)?\s*/gu, "")
    .replace(/^Error:\s*/u, "")
    .replace(/\s+/gu, " ")
    .trim();
}
