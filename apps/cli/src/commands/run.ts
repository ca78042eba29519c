import path from "node:path";
import { type Engine, type Fact, type Method, type Report } from "@vitrine/core";
import { checkWritable } from "@vitrine/files-node";
import { cliError } from "../errors.js";
import { readParameters } from "../host/flags.js";
import { readJson } from "../host/files.js";
import { parameterHost, pasteable, readInputs, readTargets } from "../host/inputs.js";
import { link } from "../host/link.js";
import { openModel, type ModelOptions } from "../host/models.js";
import { print, printJson } from "../host/output.js";
import { watch } from "../host/progress.js";
import { saveReport, type SavedReport } from "../host/save.js";
import { plain, wrap } from "../host/show.js";
import { setItems } from "../set/items.js";
import { runSet } from "./run-set.js";

export interface RunFlags extends ModelOptions {
  readonly input?: readonly string[] | undefined;
  readonly out?: string | undefined;
  readonly target?: readonly string[] | undefined;
  readonly params?: string | undefined;
  readonly json?: boolean | undefined;
  readonly theme?: "light" | "dark" | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The method's own flags, by parameter name. */
  readonly [parameter: string]: unknown;
}

/** `vitrine run METHOD MODEL --input X --out DIR` */
export async function runMethod(engine: Engine, method: Method, modelText: string, flags: RunFlags): Promise<void> {
  if (flags.out === undefined || flags.out === "") throw cliError("out-missing", { method: method.id });
  const out = flags.out;
  await checkWritable(out);
  const target = await readTargets(flags.target ?? []);
  const model = await openModel(engine, modelText, flags);
  const file = flags.params === undefined ? {} : ((await readJson(flags.params)) as Record<string, unknown>);
  const params = await readParameters(method, flags, file, parameterHost(engine, model, flags));
  const items = method.needsInput === false || method.together === true ? undefined : await setItems(model, flags.input ?? []);
  if (items) return runSet({ engine, method, model, modelText, params, target, flags: { ...flags, out } }, items);
  // What a method does not look at is not read: one script may give all methods the same flags.
  const given = await readInputs(engine, model, method.needsInput === false ? [] : (flags.input ?? []));
  const run = engine.run(method, {
    model,
    input: given.input,
    label: given.label,
    params,
    ...(target !== undefined && { target }),
    ...(flags.signal !== undefined && { signal: flags.signal }),
  });
  const [report] = await Promise.all([run, watch(run, flags.json ?? false)]).catch((error: unknown) => {
    throw pasteable(error, modelText, flags.input ?? []);
  });
  const saved = await saveReport(out, report, { theme: flags.theme ?? "light", signal: flags.signal });
  if (flags.json) printJson(saved.document);
  else print(summarise(method, report, saved));
}

/** What a person reads first: the answer, then the pictures, then the numbers. */
function summarise(method: Method, report: Report, saved: SavedReport): string {
  const target = report.target === undefined ? "" : ` · ${typeof report.target === "string" ? report.target : `${report.target.length} targets`}`;
  const lines = [`${method.title} · ${plain(report.model.file)}${target} · ${report.runtime}`];
  for (const { title, caption, file } of saved.pictures) {
    lines.push("", plain(title, 160));
    if (caption !== undefined && caption !== title) lines.push(...wrap(plain(caption, 600)).map((line) => `  ${line}`));
    if (file !== undefined) lines.push(`  ${link(path.resolve(saved.folder, file))}`);
  }
  const facts = Object.entries(report.facts).filter(([, value]) => typeof value !== "object" && !(typeof value === "string" && value.length > 40));
  if (facts.length > 0) lines.push("", facts.map(([name, value]) => `${words(name)} ${showFact(value)}`).join(" · "));
  for (const notice of [...(report.notices ?? []), ...saved.failures]) lines.push("", ...wrap(`Note: ${plain(notice, 600)}`));
  lines.push("", `${Object.keys(report.tensors).length} tensors and findings.json in ${link(path.resolve(saved.folder))}`);
  return lines.join("\n");
}

const words = (name: string): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

function showFact(value: Fact): string {
  if (typeof value === "number") return String(Number.isInteger(value) ? value : Number(value.toPrecision(4)));
  return plain(typeof value === "string" ? value : JSON.stringify(value));
}
