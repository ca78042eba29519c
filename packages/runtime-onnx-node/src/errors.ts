import { brief, defineErrors, quote } from "@vitrine/core";

/** Every message of this package. */
export const onnxNodeError = defineErrors({
  "providers-empty": (_: Record<string, never>) => ({ message: "An empty list of providers was given.", hint: "Leave it out for the CPU, or name at least one: cpu, webgpu, cuda." }),
  "threads-invalid": (f: { threads: unknown }) => ({
    message: `${quote(f.threads)} is no number of threads.`,
    hint: "Give a whole number from 1 to 1024, or leave it out for one per core.",
  }),
  "onnxruntime-missing": (f: { platform: string; why: string }) => ({
    message: `onnxruntime-node cannot be loaded on ${f.platform}: ${brief(f.why, 400)}`,
    hint: "Reinstall it for this machine (`npm install onnxruntime-node`), or use the runtime of another package.",
    kind: "unsupported",
  }),
});
