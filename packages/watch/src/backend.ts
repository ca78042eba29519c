import { findBackendFactory, getBackend } from "@tensorflow/tfjs-core";

/** The backends to measure on, the first that starts: the one that trains, but wasm, where it is there, before plain JavaScript, which is many times slower. */
export function backendsFor(wanted: string | undefined): readonly string[] {
  if (wanted !== undefined) return [wanted];
  const training = getBackend();
  return training === "cpu" && typeof findBackendFactory("wasm") === "function" ? ["wasm", "cpu"] : [training];
}
