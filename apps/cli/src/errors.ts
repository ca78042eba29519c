import { defineErrors, didYouMean, quote } from "@vitrine/core";

/** Every message of the command line. */
export const cliError = defineErrors({
  "usage": (f: { message: string; hint?: string }) => ({ message: f.message, ...(f.hint === undefined ? {} : { hint: f.hint }) }),
  "file-missing": (f: { path: string; what: string }) => ({ message: `There is no ${f.what} ${quote(f.path)}.`, hint: "Check the path; it is taken from the folder that you are in." }),
  "file-unreadable": (f: { path: string; why: string }) => ({ message: `${quote(f.path)} cannot be read: ${f.why}.` }),
  "json-invalid": (f: { path: string; why: string }) => ({ message: `${quote(f.path)} is not valid JSON: ${f.why}` }),
  "zoo-unknown": (f: { what: "model" | "picture"; name: string; known: readonly string[] }) => ({
    message: `There is no bundled ${f.what} ${quote(f.name)}.`,
    hint: [didYouMean(f.name, f.known), `Bundled: ${f.known.map((name) => `zoo:${name}`).join(", ")}.`].filter(Boolean).join(" "),
  }),
  "runtime-syntax": (f: { runtime: string; known: readonly string[] }) => ({
    message: `${quote(f.runtime)} names no runtime.`,
    hint: [didYouMean(f.runtime.split(":")[0]!, f.known), `Write RUNTIME or RUNTIME:PROVIDER, for example ${f.known.map((id) => `${id}:cpu`).join(", ")}.`].filter(Boolean).join(" "),
  }),
  "diff-sides": (f: { runtimes: readonly string[] }) => ({
    message: f.runtimes.length > 2 ? `${f.runtimes.length} runtimes were given, and two things are compared.` : "There is nothing to compare: one model, and not two runtimes.",
    hint: "Give --runtime twice (--runtime onnx-node:cpu --runtime tfjs:wasm), or a second model.",
  }),
  "plugin-invalid": (f: { path: string; why: string }) => ({
    message: `${quote(f.path)} is no plugin: ${f.why}.`,
    hint: "A plugin file exports as default what `defineMethod` or `definePlugin` returns.",
  }),
  "config-invalid": (f: { path: string; why: string }) => ({ message: `${quote(f.path)} is no configuration: ${f.why}.`, hint: "Export as default an object with `plugins` and, if you like, `runtime`." }),
  "input-unrecognised": (f: { path: string }) => ({ message: `${quote(f.path)} is neither a picture (PNG, JPEG, WebP), a .npy tensor nor a text file.` }),
  "input-none": (f: { pattern: string }) => ({ message: `${quote(f.pattern)} matches no file.` }),
  "out-missing": (f: { method: string }) => ({ message: `Where to write the findings of ${f.method} was not said.`, hint: "Give --out DIR." }),
  "duration-syntax": (f: { flag: string; given: string }) => ({ message: `${f.flag} takes a time, and got ${quote(f.given)}.`, hint: "Write seconds or minutes: 60s, 2m, 500ms." }),
  "report-set": (f: { pattern: string; model: string }) => ({
    message: `A report is about one input, and ${quote(f.pattern)} names a set.`,
    hint: "Give one file to `vitrine report`; `vitrine run METHOD MODEL --input FOLDER --out DIR` explains each input of a set.",
  }),
  "set-targets": (f: { targets: number; inputs: number }) => ({
    message: `${f.targets} targets were given for a set of ${f.inputs} inputs.`,
    hint: "Give one target for all, or one for each in the order of the files' names.",
  }),
  "set-failed": (f: { inputs: number; file: string; why: string }) => ({ message: `None of the ${f.inputs} inputs could be run. ${quote(f.file)}: ${f.why}`, hint: "Check what the folder or glob names." }),
  "preprocess-unknown": (f: { name: string; known: readonly string[] }) => ({
    message: `There is no preprocessing ${quote(f.name)}.`,
    hint: [didYouMean(f.name, f.known), `Known: ${f.known.join(", ")}.`].filter(Boolean).join(" "),
  }),
  "preprocess-inapplicable": (f: { name: string; why: string }) => ({
    message: `The preprocessing ${quote(f.name)} does not fit this model: ${f.why}.`,
    hint: "Describe the inputs in a file and give it with --spec.",
  }),
  "init-choose": (f: { known: readonly string[]; command: string }) => ({
    message: "None of the candidates was chosen, and nothing is guessed silently.",
    hint: `Write the right one with: ${f.command} --use ${f.known[0] ?? "NAME"} (one of ${f.known.join(", ")}).`,
  }),
});
