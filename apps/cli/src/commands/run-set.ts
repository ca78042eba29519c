import path from "node:path";
import { isVitrineError, type Engine, type Method, type Model, type Report, type Target, type Targets } from "@vitrine/core";
import { readReport } from "@vitrine/files-node";
import { cliError } from "../errors.js";
import { pasteable, readInputs } from "../host/inputs.js";
import { link } from "../host/link.js";
import { print, printJson } from "../host/output.js";
import { watch } from "../host/progress.js";
import { saveReport } from "../host/save.js";
import { plain, wrap } from "../host/show.js";
import { version } from "../host/version.js";
import { fingerprintOf, inputDigest } from "../set/fingerprint.js";
import { setReport, type SetEntry, type SetFailure } from "../set/gallery.js";
import type { SetItem } from "../set/items.js";
import { thumbnailKeys, thumbnailOf } from "../set/thumbnail.js";
import type { RunFlags } from "./run.js";

/** Where the findings of each input go, in the folder of the set. */
const inputsFolder = "inputs";
/** Nothing that another input could do better. */
const fatal = new Set(["output-unwritable", "write-failed", "preprocessing-unknown", "capability-missing", "disposed"]);

interface SetRun {
  readonly engine: Engine;
  readonly method: Method;
  readonly model: Model;
  readonly modelText: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly target: Targets | undefined;
  readonly flags: RunFlags & { readonly out: string };
}

/**
 * A method on every input of a set, one after the other: findings of each in a folder of its own, and a gallery with statistics over all.
 * What is finished stays when it is stopped; the same command goes on from there, and a bad file does not stop the rest.
 */
export async function runSet(run: SetRun, items: readonly SetItem[]): Promise<void> {
  const { method, model, modelText, params, flags } = run;
  const targets = Array.isArray(run.target) ? (run.target as readonly Target[]) : undefined;
  if (targets && targets.length !== items.length) throw cliError("set-targets", { targets: targets.length, inputs: items.length });
  const targetOf = (index: number): Targets | undefined => targets?.[index] ?? run.target;
  // Once for all inputs of a target: it reads whole files where a parameter names some.
  const keys = new Map<Targets | undefined, Promise<string>>();
  const keyOf = (target: Targets | undefined): Promise<string> => {
    const key = keys.get(target) ?? fingerprintOf({ version, method: method.id, model, params, target });
    keys.set(target, key);
    return key;
  };
  const entries: SetEntry[] = [];
  const failures: SetFailure[] = [];
  let first: unknown;
  for (const [index, item] of items.entries()) {
    const target = targetOf(index);
    const key = await keyOf(target);
    try {
      entries.push(await one(run, item, target, key));
    } catch (error) {
      if (flags.signal?.aborted) {
        if (!flags.json) process.stderr.write(`${entries.length} of ${items.length} inputs are finished; the same command goes on from there.\n`);
        throw error;
      }
      if (!isVitrineError(error) || fatal.has(error.code)) throw pasteable(error, modelText, [item.file]);
      first ??= error;
      failures.push({ file: item.file, code: error.code, message: error.message });
      if (!flags.json) process.stderr.write(`${plain(`${item.file}: ${error.message}`, 400)}\n`);
    }
  }
  if (entries.length === 0) throw cliError("set-failed", { inputs: items.length, why: failures[0]!.message, file: failures[0]!.file }, first);
  const saved = await saveReport(flags.out, setReport(method, model, entries, failures), { theme: flags.theme ?? "light", signal: flags.signal });
  if (flags.json) return printJson(saved.document);
  const taken = entries.filter((entry) => entry.taken).length;
  const lines = [
    `${method.title} · ${plain(model.file.name)} · ${items.length} inputs: ${entries.length - taken} run, ${taken} taken from before, ${failures.length} failed`,
    ...failures.slice(0, 10).flatMap(({ file, message }) => ["", ...wrap(`Failed: ${plain(`${file}: ${message}`, 400)}`)]),
    ...(failures.length > 10 ? [`… and ${failures.length - 10} more, in findings.json`] : []),
    "", ...saved.pictures.flatMap(({ title, file }) => (file === undefined ? [] : [`${title}: ${link(path.resolve(saved.folder, file))}`])),
    `findings.json in ${link(path.resolve(saved.folder))}, those of each input in ${link(path.resolve(saved.folder, inputsFolder))}`,
  ];
  print(lines.join("\n"));
}

async function one({ engine, method, model, params, flags }: SetRun, item: SetItem, target: Targets | undefined, key: string): Promise<SetEntry> {
  const folder = path.join(inputsFolder, item.name);
  const full = path.join(flags.out, folder);
  const input = await inputDigest(item.texts);
  const theme = flags.theme ?? "light";
  const entry = (report: Report, taken: boolean): SetEntry => ({ file: item.file, folder: folder.split(path.sep).join("/"), report, thumbnail: thumbnailOf(report, theme), taken });
  const before = input === undefined ? undefined : await finished(full, key, input);
  if (before) return entry(before, true);
  const given = await readInputs(engine, model, item.texts);
  const running = engine.run(method, { model, input: given.input, label: given.label, params, ...(target !== undefined && { target }), ...(flags.signal && { signal: flags.signal }) });
  const [report] = await Promise.all([running, watch(running, flags.json ?? false)]);
  await saveReport(full, report, { theme, signal: flags.signal, origin: { input: item.file, inputSha256: input ?? null, key } });
  return entry(report, false);
}

/** Findings of an earlier run, where they are whole and of the same things. */
async function finished(folder: string, key: string, input: string): Promise<Report | undefined> {
  try {
    const { origin, ...head } = await readReport(folder, { tensors: () => false });
    if (origin?.["key"] !== key || origin["inputSha256"] !== input) return undefined;
    const keys = thumbnailKeys(head);
    return await readReport(folder, { tensors: (name) => keys.includes(name) });
  } catch (error) {
    if (isVitrineError(error)) return undefined;
    throw error;
  }
}
