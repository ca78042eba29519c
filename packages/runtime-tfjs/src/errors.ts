import { brief, defineErrors, quote } from "@vitrine/core";

/** Every message of this package. */
export const tfjsError = defineErrors({
  "backend-empty": (_: Record<string, never>) => ({ message: "An empty list of backends was given.", hint: "Leave it out, or name at least one: wasm, webgpu, webgl, cpu." }),
  "tfjs-missing": (f: { why: string }) => ({
    message: `@tensorflow/tfjs-core cannot be loaded: ${brief(f.why, 400)}`,
    hint: "Install it beside this package (`npm install @tensorflow/tfjs-core @tensorflow/tfjs-backend-wasm`).",
    kind: "unsupported",
  }),
  "int-range": (f: { value: string; element: string }) => ({
    message: `A value of ${f.value} holds ${f.element}, which tfjs cannot: its integers have 32 bits.`,
    hint: "Choose another runtime with --runtime (onnx-node computes in 64 bits).",
    kind: "unsupported",
  }),
  "int-inexact": (f: { op: string; element: string }) => ({
    message: `${f.op} makes the integer ${f.element}, which is larger than 2^53 and would not be exact.`,
    hint: "Choose another runtime with --runtime (onnx-node computes in 64 bits).",
    kind: "unsupported",
  }),
  "text-unsupported": (f: { value: string }) => ({
    message: `The value ${quote(f.value)} holds texts; the tfjs runtime computes with numbers only.`,
    hint: "Choose another runtime with --runtime.",
    kind: "unsupported",
  }),
  "index-outside": (f: { index: number; size: number; axis: number }) => ({
    message: `The index ${f.index} lies outside an axis (${f.axis}) of size ${f.size}.`,
    hint: "Check the tokens or indices that were fed: they run from 0 to the size less one.",
  }),
  "too-large": (f: { shape: readonly number[] }) => ({
    message: `A value of shape [${f.shape.join(", ")}] would have more elements than tfjs can hold.`,
    hint: "Check the sizes that were fed.",
    kind: "unsupported",
  }),
  "node-failed": (f: { backend: string; op: string; node: string; why: string }) => ({
    message: `tfjs (${f.backend}) cannot compute the ${f.op} node ${quote(f.node)}: ${brief(f.why, 300)}`,
    hint: "Choose another runtime with --runtime, or check the shapes of what was fed.",
    kind: "unsupported",
  }),
  "device-lost": (f: { backend: string; at: string; why: string }) => ({
    message: `The ${f.backend} device was lost at ${brief(f.at, 200)}: ${brief(f.why, 300)}`,
    hint: "Run it again: the next run starts on a fresh device. Smaller batches keep a GPU from running out of memory; results that were left on the lost device are gone.",
    kind: "unsupported",
  }),
});

/** Why a node cannot be computed, in half a sentence; the executor adds where it stands. */
export class Refusal extends Error {
  override readonly name = "Refusal";
}
