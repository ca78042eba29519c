import { access } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseModelSpec, type Engine, type Model, type ModelSource, type ModelSpec } from "@vitrine/core";
import { fileSource } from "@vitrine/files-node";
import { imagenetLabels, presetNames, presetSpec } from "@vitrine/image";
import { findZooModel, findZooSample, zooCheckpoints, zooModels, zooSamples } from "@vitrine/zoo";
import { cliError } from "../errors.js";
import { readJson } from "./files.js";

export interface ModelOptions {
  readonly spec?: string | undefined;
  readonly preprocess?: string | undefined;
}

/** The path of a model as a person names it: a file, or `zoo:NAME`. */
export function modelPath(text: string): string {
  if (!text.startsWith("zoo:")) return text;
  const name = text.slice(4);
  const found = findZooModel(name);
  if (!found) throw cliError("zoo-unknown", { what: "model", name, known: [...zooModels, ...zooCheckpoints].map((model) => model.name) });
  return fileURLToPath(found.file);
}

/** The path of an input as a person names it: a file, folder or glob, or `zoo:NAME` for a bundled picture. */
export function inputPath(text: string): string {
  if (!text.startsWith("zoo:")) return text;
  const name = text.slice(4);
  const found = findZooSample(name);
  if (!found) throw cliError("zoo-unknown", { what: "picture", name, known: zooSamples.map((sample) => sample.name) });
  return fileURLToPath(found.picture);
}

/** Where the description of a model is looked for: `NAME.vitrine.json` beside it, with or without the model's own ending. */
export function sidecarPaths(model: string): string[] {
  const { dir, name, base } = path.parse(model);
  return [path.join(dir, `${name}.vitrine.json`), path.join(dir, `${base}.vitrine.json`)];
}

export function sourceOf(text: string): ModelSource {
  return fileSource(modelPath(text));
}

/** Reads a model with what is known of its inputs: `--preprocess`, else `--spec`, else the file beside it, else its own metadata. */
export async function openModel(engine: Engine, text: string, options: ModelOptions = {}): Promise<Model> {
  const file = modelPath(text);
  const source = fileSource(file);
  const described = await findSpec(file, options.spec);
  if (described && options.preprocess === undefined) return engine.load(source, { spec: described });
  const bytes = await source.read();
  const again: ModelSource = { name: source.name, read: () => Promise.resolve(bytes), sibling: (name) => source.sibling(name) };
  const plain = await engine.load(again);
  const spec = options.preprocess === undefined ? await metadataSpec(plain, file) : presetFor(plain, options.preprocess, described);
  if (!spec) return plain;
  await plain.dispose();
  return engine.load(again, { spec });
}

async function findSpec(model: string, given: string | undefined): Promise<ModelSpec | undefined> {
  if (given !== undefined) return readSpec(given);
  for (const candidate of sidecarPaths(model)) {
    if (await access(candidate).then(() => true, () => false)) return readSpec(candidate);
  }
  return undefined;
}

async function readSpec(file: string): Promise<ModelSpec> {
  return parseModelSpec(await readJson(file), file, { readSibling: (name) => fileSource(file).sibling(name) });
}

/** Models may carry their description with them, as JSON under the key `vitrine`. */
async function metadataSpec(model: Model, file: string): Promise<ModelSpec | undefined> {
  const text = model.metadata["vitrine"];
  if (text === undefined) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw cliError("json-invalid", { path: `${file} (metadata \`vitrine\`)`, why: error instanceof Error ? error.message : String(error) }, error);
  }
  return parseModelSpec(json, file, { readSibling: (name) => fileSource(file).sibling(name) });
}

/** The description that a preset makes for the model's only picture input. */
export function presetFor(model: Model, name: string, described?: ModelSpec): ModelSpec {
  if (!presetNames.includes(name as (typeof presetNames)[number])) throw cliError("preprocess-unknown", { name, known: presetNames });
  const pictures = model.inputs.filter((input) => input.shape?.length === 4 || input.shape?.length === 3);
  const [input, ...more] = pictures.length > 0 ? pictures : model.inputs;
  if (!input?.shape) throw cliError("preprocess-inapplicable", { name, why: "it has no input of a known shape" });
  if (more.length > 0) throw cliError("preprocess-inapplicable", { name, why: `several inputs could be the picture: ${pictures.map((one) => one.name).join(", ")}` });
  const labels = described?.outputs[0]?.labels ?? imagenetLabelsFor(model);
  const output = described?.outputs[0] ?? { name: model.output.name, kind: model.output.kind ?? ("logits" as const) };
  return { inputs: { ...described?.inputs, [input.name]: presetSpec(name, input.shape, input.name) }, outputs: [{ ...output, ...(labels && { labels }) }] };
}

/** ImageNet's labels for an output of 1000 classes, or of 1001 with a background class first. */
function imagenetLabelsFor(model: Model): readonly string[] | undefined {
  const declared = model.graph.outputs.find((output) => output.name === model.output.name)?.shape;
  const classes = declared?.filter((dim) => typeof dim === "number" && dim > 1)[0];
  if (classes === 1000) return imagenetLabels;
  return classes === 1001 ? ["background", ...imagenetLabels] : undefined;
}

