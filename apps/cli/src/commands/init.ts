import { access, writeFile, rename } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline/promises";
import { className, finalSoftmax, GraphBuilder, isVitrineError, read, toFloat32, topK, type Engine, type FindingTensor, type ImageSpec, type Model, type ModelSpec, type Picture, type View } from "@vitrine/core";
import { presetNames, presetTitle } from "@vitrine/image";
import { cliError } from "../errors.js";
import { readInputs } from "../host/inputs.js";
import { link } from "../host/link.js";
import { modelPath, openModel, presetFor, sidecarPaths, sourceOf } from "../host/models.js";
import { print, printJson } from "../host/output.js";
import { saveReport } from "../host/save.js";
import { columns, plain } from "../host/show.js";

export interface InitFlags {
  readonly input: readonly string[];
  readonly use?: string | undefined;
  readonly labels?: string | undefined;
  readonly out?: string | undefined;
  readonly json?: boolean | undefined;
}

interface Candidate {
  readonly name: string;
  readonly title: string;
  readonly spec: ModelSpec;
  readonly top: readonly { readonly index: number; readonly label: string; readonly value: number }[];
  /** What the network gets, as a picture. */
  readonly thumbnail: Picture | undefined;
}

/**
 * `vitrine init MODEL --input photo.jpg`: shows for each usual preprocessing the five strongest classes and what the network gets,
 * and writes the one that a person chooses. Nothing is guessed.
 */
export async function init(engine: Engine, modelText: string, flags: InitFlags): Promise<void> {
  const base = await engine.load(sourceOf(modelText));
  const candidates: Candidate[] = [];
  const refused: string[] = [];
  for (const name of presetNames) {
    try {
      candidates.push(await tryCandidate(engine, modelText, base, name, flags));
    } catch (error) {
      // A preset that does not fit the model's shape is no candidate; why is said.
      if (!isVitrineError(error) || !["preset-shape", "preprocess-inapplicable"].includes(error.code)) throw error;
      refused.push(`${name}: ${error.message}`);
    }
  }
  if (candidates.length === 0) throw cliError("preprocess-inapplicable", { name: presetNames.join(", "), why: refused[0] ?? "none could be tried" });
  const file = sidecarPaths(modelPath(modelText))[0]!;
  const sheet = flags.out === undefined ? undefined : await drawSheet(base, candidates, flags.out);
  const chosen = flags.use ?? (await ask(candidates, sheet, flags));
  const candidate = candidates.find(({ name }) => name === chosen);
  if (!candidate) {
    if (chosen !== undefined) throw cliError("preprocess-unknown", { name: chosen, known: candidates.map(({ name }) => name) });
    if (flags.json) return printJson({ candidates: candidates.map(publicCandidate), refused, written: null });
    throw cliError("init-choose", { known: candidates.map(({ name }) => name), command: `vitrine init ${modelText} --input ${flags.input[0] ?? "photo.jpg"}` });
  }
  await writeDescription(file, candidate, base, flags.labels);
  if (flags.json) printJson({ candidates: candidates.map(publicCandidate), refused, written: file });
  else print(`Wrote ${link(path.resolve(file))} (${candidate.title}).`);
}

const publicCandidate = ({ name, title, spec, top }: Candidate) => ({ name, title, spec, top });

async function tryCandidate(engine: Engine, modelText: string, base: Model, name: string, flags: InitFlags): Promise<Candidate> {
  const spec = presetFor(base, name);
  const model = await openModel(engine, modelText, { preprocess: name });
  try {
    const given = await readInputs(engine, model, flags.input);
    const prepared = model.prepare(given.input, given.label);
    const feeds = Object.fromEntries(Object.entries(prepared).map(([key, one]) => [key, one.tensor]));
    const graph = new GraphBuilder(model.graph).build({ outputs: [finalSoftmax(model.graph, model.output.name)?.probabilities ?? model.output.name] });
    const [output] = Object.values(await model.run(graph, feeds));
    const values = toFloat32(await read(output!));
    const [image] = Object.values(prepared);
    return {
      name,
      title: presetTitle(name as Parameters<typeof presetTitle>[0]),
      spec,
      top: topK(values, 5).map(({ index, value }) => ({ index, label: className(model.labels, index), value })),
      thumbnail: image?.toPictures?.(image.tensor)[0],
    };
  } finally {
    await model.dispose();
  }
}

async function drawSheet(model: Model, candidates: readonly Candidate[], out: string): Promise<string | undefined> {
  const tensors: Record<string, FindingTensor> = {};
  const items = candidates.flatMap(({ name, top, thumbnail }) => {
    if (!thumbnail) return [];
    tensors[name] = { meaning: `what the network gets with ${name}`, tensor: { dtype: "uint8", shape: [thumbnail.height, thumbnail.width, 4], data: new Uint8Array(thumbnail.data) } };
    return [{ tensor: name, label: `${name}: ${top[0]?.label ?? ""} ${top[0]?.value.toPrecision(2) ?? ""}` }];
  });
  const view: View = { kind: "image-grid", title: "What the network gets, by preprocessing", caption: "Under each: its strongest class. The right one is where the answer is right.", items, source: model.file.name };
  const { info } = model.runtime;
  const saved = await saveReport(out, { method: "init", model: { file: model.file.name, sha256: await model.file.sha256() }, runtime: `${info.id}:${info.provider}`, target: undefined, params: {}, tensors, facts: {}, views: [view] }, { theme: "light" });
  return saved.pictures[0]?.file === undefined ? undefined : path.join(out, saved.pictures[0].file);
}

async function ask(candidates: readonly Candidate[], sheet: string | undefined, flags: InitFlags): Promise<string | undefined> {
  if (flags.json) return undefined;
  const rows = candidates.map(({ name, title, top }) => [`  ${name}`, title, top.slice(0, 5).map(({ label, value }) => `${plain(label, 24)} ${value.toPrecision(2)}`).join(", ")]);
  print(columns(rows, ["  name", "preprocessing", "five strongest classes"]));
  if (sheet !== undefined) print(`\nWhat the network gets in each: ${link(path.resolve(sheet))}`);
  if (!process.stdin.isTTY || !process.stdout.isTTY) return undefined;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await terminal.question("\nWhich one is right? (name, or nothing to leave it) ");
    return answer.trim() === "" ? undefined : answer.trim();
  } finally {
    terminal.close();
  }
}

/** The description in the form of the contract; an existing file is not overwritten without being told. */
async function writeDescription(file: string, candidate: Candidate, model: Model, labels: string | undefined): Promise<void> {
  const [[input, spec]] = Object.entries(candidate.spec.inputs) as [[string, ImageSpec]];
  const output = candidate.spec.outputs[0]!;
  const found = labels ?? (output.labels && output.labels.length > 0 ? output.labels : undefined);
  const document = { inputs: { [input]: spec }, output: { name: output.name || model.output.name, kind: output.kind, ...(found !== undefined && { labels: found }) } };
  if (await access(file).then(() => true, () => false)) throw cliError("usage", { message: `\`${file}\` is already there.`, hint: "Move it away first; it is never overwritten." });
  const temporary = `${file}.${process.pid}.tmp`;
  await writeFile(temporary, `${JSON.stringify(document, null, 2)}\n`);
  await rename(temporary, file);
}
