import path from "node:path";
import { coreError, decodeNpy, isVitrineError, parseTarget, readTarget, type Engine, type Input, type InputItem, type Model, type ParameterHost, type Picture, type Target, type Targets, type Tensor } from "@vitrine/core";
import { expandInputs, readWholeFile } from "@vitrine/files-node";
import { imageType, readImageHeader } from "@vitrine/image";
import { cliError } from "../errors.js";
import { readJson } from "./files.js";
import { inputPath, modelPath, openModel } from "./models.js";
import { shellWord } from "./shell.js";

/** What was given as `--input`, ready for `engine.run`. */
export interface GivenInput {
  readonly input: Input;
  /** For captions: the file's name. */
  readonly label: string;
}

/** Reads one file for what it is: a picture, a `.npy` tensor or a text; its content decides, not its name. */
export async function readValue(engine: Engine, file: string): Promise<Picture | Tensor | string> {
  const bytes = await readWholeFile(file);
  if (imageType(bytes) !== undefined) {
    readImageHeader(bytes, path.basename(file));
    const codec = engine.imageCodecs[0];
    if (!codec) throw coreError("input-reader-missing", { input: path.basename(file), kind: "image" });
    return codec.decode(bytes, path.basename(file));
  }
  if (file.endsWith(".npy") || (bytes[0] === 0x93 && bytes[1] === 0x4e)) return decodeNpy(bytes, path.basename(file));
  if (/\.(png|jpe?g|webp|gif|bmp|tiff?|heic|avif)$/i.test(file)) readImageHeader(bytes, path.basename(file));
  const text = decodeText(bytes);
  if (text === undefined) throw cliError("input-unrecognised", { path: file });
  return text;
}

function decodeText(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return text.includes("\0") ? undefined : text;
  } catch {
    return undefined;
  }
}

/** `--input X`, `--input NAME=X`, repeated: one value, a batch of pictures, or one value per named input. */
export async function readInputs(engine: Engine, model: Model, texts: readonly string[]): Promise<GivenInput> {
  if (texts.length === 0) return { input: undefined, label: "input" };
  const names = model.inputs.map((input) => input.name);
  const named: Record<string, string[]> = {};
  const plain: string[] = [];
  for (const text of texts) {
    const at = text.indexOf("=");
    const name = at > 0 ? text.slice(0, at) : "";
    if (names.includes(name)) (named[name] ??= []).push(text.slice(at + 1));
    else if (at > 0 && !(await expandInputs([text]).then((files) => files.length > 0, () => false))) throw coreError("input-unknown", { input: name, known: names });
    else plain.push(text);
  }
  if (plain.length === 0) {
    const input: Record<string, unknown> = {};
    for (const [name, patterns] of Object.entries(named)) input[name] = (await readBatch(engine, patterns)).input;
    return { input, label: Object.values(named).flat().map((file) => path.basename(file)).join(", ") };
  }
  if (Object.keys(named).length > 0) throw coreError("input-ambiguous", { known: names });
  return readBatch(engine, plain);
}

async function readBatch(engine: Engine, patterns: readonly string[]): Promise<GivenInput> {
  const files = await expandInputs(patterns.map(inputPath));
  const values = [];
  for (const file of files) values.push(await readValue(engine, file));
  const label = files.map((file) => path.basename(file)).join(", ");
  if (values.length === 1) return { input: values[0], label };
  const tensor = values.findIndex((value) => typeof value === "string" || "dtype" in value);
  if (tensor >= 0) throw cliError("usage", { message: `Several inputs were given, and \`${files[tensor]}\` is no picture.`, hint: "A batch of tensors is one .npy file." });
  return { input: values, label };
}

/** `--target`: one, one per sample, or a JSON file of them. */
export async function readTargets(texts: readonly string[]): Promise<Targets | undefined> {
  if (texts.length === 0) return undefined;
  const targets: Target[] = [];
  for (const text of texts) {
    if (!text.endsWith(".json")) {
      targets.push(parseTarget(text));
      continue;
    }
    const list = await readJson(text);
    for (const item of Array.isArray(list) ? (list as unknown[]) : [list]) targets.push(readTarget(await withDirections(item, path.dirname(text))));
  }
  return targets.length === 1 ? targets[0] : targets;
}

/** Directions may be files, found beside the file that names them. */
async function withDirections(item: unknown, folder: string): Promise<unknown> {
  if (typeof item !== "object" || item === null) return item;
  const { kind, direction, terms } = item as Readonly<Record<string, unknown>>;
  if (kind === "direction" && typeof direction === "string") return { ...item, direction: decodeNpy(await readWholeFile(path.resolve(folder, direction)), direction) };
  if (kind !== "sum" || !Array.isArray(terms)) return item;
  const read = [];
  for (const term of terms as unknown[]) read.push(typeof term === "object" && term !== null && "target" in term ? { ...term, target: await withDirections(term.target, folder) } : term);
  return { ...item, terms: read };
}

/** What method parameters that name files are read by. */
export function parameterHost(engine: Engine, model: Model, modelOptions: Parameters<typeof openModel>[2]): ParameterHost {
  return {
    tensor: async (file) => decodeNpy(await readWholeFile(file), path.basename(file)),
    inputs: async (patterns) => {
      const files = await expandInputs(patterns.map(inputPath));
      return files.map((file): InputItem & { readonly file: string } => ({ label: path.basename(file), file, open: () => readValue(engine, file) }));
    },
    models: async (patterns) => {
      const files = await expandInputs(patterns.map(modelPath), { extensions: engine.formats.flatMap((format) => format.extensions) });
      const models = [];
      // Checkpoints are prepared as the model itself where they bring no description of their own.
      for (const file of files) models.push(await openModel(engine, file, modelOptions).then((opened) => withSpecOf(engine, opened, model, file)));
      return models;
    },
  };
}

async function withSpecOf(engine: Engine, opened: Model, like: Model, file: string): Promise<Model> {
  if (Object.keys(opened.spec.inputs).length > 0 || Object.keys(like.spec.inputs).length === 0) return opened;
  const bytes = await readWholeFile(file);
  await opened.dispose();
  return engine.load({ name: path.basename(file), bytes }, { spec: like.spec });
}

/** Core knows files by their names; the command that a person pastes needs the paths as they were typed. */
export function pasteable(error: unknown, model: string, inputs: readonly string[]): unknown {
  if (!isVitrineError(error, "preprocessing-unknown")) return error;
  const fields = error.fields as { input: string; shape: readonly (number | string | null)[] };
  return coreError("preprocessing-unknown", { ...fields, command: `vitrine init ${shellWord(model)} --input ${inputs.map(shellWord).join(" --input ")}` }, error);
}
