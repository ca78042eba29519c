import { brief, coreError } from "../errors/catalogue.js";
import { isVitrineError } from "../errors/vitrine-error.js";
import type { ImageSpec, InputSpec, ModelSpec, OutputSpec, TextSpec } from "./spec.js";
import { flawOfFile, flawOfInput, flawOfOutput, type Flaw } from "./spec-schema.js";

export interface SpecFiles {
  /** Reads a file that the description names (labels, vocabulary), beside it: `ModelSource.sibling`. */
  readSibling(path: string): Promise<Uint8Array>;
}

type Path = readonly (string | number)[];
type Fail = (path: Path, why: string, cause?: unknown) => Error;

/**
 * The description of a model, `MODEL.vitrine.json`, with the files of labels and vocabularies that it names read in.
 * @param json the file's content, parsed
 * @param fileName for messages
 * @throws `spec-invalid`, which names the place in the file (`inputs.data_0.mean[1]`), what stands there and what was expected
 */
export async function parseModelSpec(json: unknown, fileName: string, files: SpecFiles): Promise<ModelSpec> {
  const fail: Fail = (path, why, cause) => coreError("spec-invalid", { file: fileName, at: showPath(path), why }, cause);
  const check = (flaw: Flaw | undefined): void => {
    if (flaw) throw fail(flaw.path, flaw.why);
  };
  check(flawOfFile(json));
  const { inputs = {}, output = [] } = json as { inputs?: object; output?: unknown };
  const read: [string, InputSpec][] = [];
  for (const [name, given] of Object.entries(inputs) as [string, unknown][]) {
    const at = ["inputs", name];
    check(flawOfInput(given, at));
    const spec = given as InputSpec;
    if (spec.kind === "image") checkImage(spec as ImageSpec, at, fail);
    read.push([name, spec.kind === "text" ? await readText(spec as WrittenText, at, files, fail) : spec]);
  }
  const many = Array.isArray(output);
  const outputs: OutputSpec[] = [];
  for (const [i, given] of (many ? (output as unknown[]) : [output]).entries()) {
    const at = many ? ["output", i] : ["output"];
    check(flawOfOutput(given, at));
    outputs.push(await readOutput(given as WrittenOutput, at, files, fail));
  }
  return { inputs: Object.fromEntries(read), outputs };
}

/** `inputs.data_0.mean[1]`; names that are no identifiers stand in brackets. */
function showPath(path: Path): string {
  const parts = path.map((key, i) => (typeof key === "number" ? `[${key}]` : /^[A-Za-z_]\w*$/.test(key) ? `${i > 0 ? "." : ""}${key}` : `[${JSON.stringify(brief(key, 60))}]`));
  return parts.join("") || "the top";
}

function checkImage(spec: ImageSpec, at: Path, fail: Fail): void {
  const channels = spec.channels === "gray" ? 1 : 3;
  for (const key of ["mean", "std"] as const) {
    if (spec[key].length !== channels) throw fail([...at, key], `it has ${spec[key].length} numbers, and \`channels\` is ${spec.channels}: it takes ${channels}`);
  }
}

interface WrittenText extends Omit<TextSpec, "vocabulary"> {
  readonly vocabulary: unknown;
}

async function readText(spec: WrittenText, at: Path, files: SpecFiles, fail: Fail): Promise<TextSpec> {
  const place = [...at, "vocabulary"];
  const vocabulary = typeof spec.vocabulary === "string" ? parseJson(await readFile(spec.vocabulary, place, files, fail), spec.vocabulary, place, fail) : spec.vocabulary;
  const symbols = symbolsOf(vocabulary);
  if (typeof symbols === "string") throw fail(place, typeof spec.vocabulary === "string" ? `\`${brief(spec.vocabulary)}\`: ${symbols}` : symbols);
  if (spec.layout.includes("V") !== (spec.encoding === "one-hot")) throw fail([...at, "layout"], `it is \`${spec.layout}\`: one-hot symbols have an axis V, indices have none, and \`encoding\` is ${spec.encoding}`);
  return { ...spec, vocabulary: symbols };
}

/** Symbols by index; or what is wrong, in words. */
function symbolsOf(vocabulary: unknown): readonly string[] | string {
  if (typeof vocabulary !== "object" || vocabulary === null) return "it takes a list of symbols, or an object from symbol to index";
  if (Array.isArray(vocabulary)) {
    const strange = vocabulary.findIndex((symbol) => typeof symbol !== "string");
    if (strange >= 0) return `symbol ${strange} is \`${brief(vocabulary[strange])}\` and takes a text`;
    const symbols = vocabulary as readonly string[];
    const seen = new Map<string, number>();
    for (const [i, symbol] of symbols.entries()) {
      const first = seen.get(symbol);
      if (first !== undefined) return `the symbol ${JSON.stringify(brief(symbol))} stands at ${first} and again at ${i}`;
      seen.set(symbol, i);
    }
    return symbols.length > 0 ? symbols : "it has no symbols";
  }
  const entries = Object.entries(vocabulary as Readonly<Record<string, unknown>>);
  const symbols = new Array<string | undefined>(entries.length).fill(undefined);
  for (const [symbol, index] of entries) {
    if (typeof index !== "number" || !Number.isInteger(index) || index < 0 || index >= entries.length) {
      return `the index of ${JSON.stringify(brief(symbol))} is \`${brief(index)}\`; ${entries.length} symbols have the indices 0 to ${entries.length - 1}`;
    }
    if (symbols[index] !== undefined) return `${JSON.stringify(brief(symbols[index]))} and ${JSON.stringify(brief(symbol))} both have the index ${index}`;
    symbols[index] = symbol;
  }
  return symbols.length > 0 ? (symbols as string[]) : "it has no symbols";
}

interface WrittenOutput extends Omit<OutputSpec, "labels"> {
  readonly labels?: string | readonly string[];
  readonly labelOffset?: number;
}

async function readOutput({ name, kind, labels, labelOffset }: WrittenOutput, at: Path, files: SpecFiles, fail: Fail): Promise<OutputSpec> {
  if (labels === undefined) {
    if (labelOffset !== undefined) throw fail([...at, "labelOffset"], "there are no `labels` that it could shift");
    return { name, kind };
  }
  const place = [...at, "labels"];
  const own = typeof labels === "string" ? labelsOf(await readFile(labels, place, files, fail), labels, place, fail) : labels;
  if (own.length === 0) throw fail(place, "there are no labels in it");
  return { name, kind, labels: [...new Array<string>(labelOffset ?? 0).fill("background"), ...own] };
}

/** A JSON array, or one label a line, without the WordNet id that may stand before it. */
function labelsOf(content: string, name: string, place: Path, fail: Fail): readonly string[] {
  if (content.trimStart().startsWith("[")) {
    const list = parseJson(content, name, place, fail);
    if (!Array.isArray(list) || !list.every((label): label is string => typeof label === "string")) throw fail(place, `\`${brief(name)}\` holds a list that is not one of texts`);
    return list;
  }
  const lines = content.replace(/\s+$/, "").split(/\r?\n/);
  return lines.length === 1 && lines[0] === "" ? [] : lines.map((line) => line.trim().replace(/^n\d{8}[\s,:]+/, ""));
}

async function readFile(name: string, place: Path, files: SpecFiles, fail: Fail): Promise<string> {
  let bytes: Uint8Array;
  try {
    bytes = await files.readSibling(name);
  } catch (error) {
    if (!isVitrineError(error)) throw error;
    throw fail(place, error.code === "source-missing" ? `the file \`${brief(name)}\` is not beside it` : error.message.replace(/\.$/, ""), error);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw fail(place, `\`${brief(name)}\` is no UTF-8 text`, error);
  }
}

function parseJson(content: string, name: string, place: Path, fail: Fail): unknown {
  try {
    return JSON.parse(content) as unknown;
  } catch (error) {
    throw fail(place, `\`${brief(name)}\` is no JSON: ${error instanceof Error ? brief(error.message) : "it cannot be read"}`, error);
  }
}
