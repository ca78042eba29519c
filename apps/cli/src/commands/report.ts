import path from "node:path";
import { coreError, sampleCount, showTarget, type Engine, type Model, type PreparedInput, type Report, type ReportContext, type ReportSection, type Targets } from "@vitrine/core";
import { checkWritable, namesSet, writeFiles } from "@vitrine/files-node";
import { renderReport, saysWhere, type Entry, type LeftOut, type ReportDocument, type Section } from "@vitrine/report";
import { findZooModel, zooCheckpoints } from "@vitrine/zoo";
import { cliError } from "../errors.js";
import { showSeconds } from "../host/duration.js";
import { parameterHost, pasteable, readInputs, readTargets, type GivenInput } from "../host/inputs.js";
import { link } from "../host/link.js";
import { openModel, type ModelOptions } from "../host/models.js";
import { print, printJson } from "../host/output.js";
import { watch } from "../host/progress.js";
import { saveReport } from "../host/save.js";
import { plain, wrap } from "../host/show.js";
import { shellWord } from "../host/shell.js";
import { version } from "../host/version.js";
import { measureAnswer, type Measured } from "../report/answer.js";
import { onlyGroup } from "../report/only-group.js";
import { busyness, secondsToDraw } from "../report/drawing.js";
import { choose, partsOf, reasonOf, tooLong, type Choice, type Chosen, type PlannedPart } from "../report/plan.js";
import { codeOf, commandOf, type Asked } from "../report/recipe.js";
import { summariseInput, summariseModel } from "../report/summaries.js";

export interface ReportFlags extends ModelOptions {
  readonly input?: readonly string[] | undefined;
  readonly out?: string | undefined;
  readonly target?: readonly string[] | undefined;
  readonly checkpoints?: readonly string[] | undefined;
  /** Seconds. */
  readonly budget: number;
  readonly theme?: "light" | "dark" | undefined;
  readonly json?: boolean | undefined;
  readonly signal: AbortSignal;
  readonly runtime?: string | undefined;
  readonly plugin?: readonly string[] | undefined;
  readonly config?: string | undefined;
}

/** The page, and what a script reads of it; written last. */
const pageFile = "report.html";
const dataFile = "report.json";

const questions: Readonly<Record<ReportSection, string>> = {
  saw: "What did each layer see?",
  decided: "What decided?",
  learned: "What did it learn?",
  training: "How did it get there?",
  trust: "How far to trust this?",
};

/** How many times its estimate a part gets at least, while there is time. */
const generous = 4;

interface Setting {
  readonly engine: Engine;
  readonly model: Model;
  readonly given: GivenInput;
  readonly context: ReportContext;
  readonly asked: Asked;
  readonly flags: ReportFlags & { readonly out: string };
  /** Seconds since the command began. */
  elapsed(): number;
}

interface Done {
  readonly choice: Choice;
  readonly entry: Entry;
  /** Of its data, in the report's. */
  readonly folder: string;
}

interface Missing {
  readonly part: PlannedPart;
  readonly leftOut: LeftOut;
}

/** `vitrine report MODEL --input X --out DIR`: every method that is installed, on one page, within a budget of time. */
export async function report(engine: Engine, modelText: string, flags: ReportFlags): Promise<void> {
  const began = performance.now();
  const elapsed = (): number => (performance.now() - began) / 1000;
  const { out } = flags;
  if (out === undefined || out === "") throw cliError("out-missing", { method: "the report" });
  await checkWritable(out);
  const texts = flags.input ?? [];
  for (const text of texts) if (await namesSet(text.replace(/^[^=/\\]+=/, ""))) throw cliError("report-set", { pattern: text, model: modelText });
  const targets: Targets = (await readTargets(flags.target ?? [])) ?? { kind: "top" };
  const model = await openModel(engine, modelText, flags);
  const given = await readInputs(engine, model, texts);
  const prepared = prepare(model, given, modelText, texts);
  const samples = Object.keys(prepared).length === 0 ? 1 : sampleCount(prepared, model.batch);
  const checkpointTexts = flags.checkpoints ?? checkpointsOf(modelText);
  const checkpoints = checkpointTexts.length === 0 ? [] : ((await parameterHost(engine, model, flags).models(checkpointTexts.flatMap((text) => text.split(",")))) as Model[]);
  const setting: Setting = {
    engine, model, given, elapsed,
    flags: { ...flags, out },
    context: { model, inputs: prepared, samples, targets, checkpoints },
    asked: { model: modelText, inputs: texts, targets: flags.target ?? [], checkpoints: checkpointTexts, flags: flagsOf(flags) },
  };

  const measured = await measure(setting);
  const busy = busyness();
  const drawing = (pace: number): number => secondsToDraw(flags.budget, busy, pace);
  const parts = await partsOf(engine, setting.context, measured);
  const plan = choose(parts, flags.budget - drawing(1) - elapsed());
  if (!flags.json) process.stderr.write(`${showPlan(setting, measured, plan)}\n`);

  const done: Done[] = [];
  const missing: Missing[] = plan.leftOut.map(({ part, why }) => missingFrom(setting, part, why));
  const pace = new Pace();
  for (const [i, choice] of plan.made.entries()) {
    const before = elapsed();
    const outcome = await make(setting, choice, plan.made.slice(i + 1), flags.budget - drawing(pace.factor), pace.factor);
    if (!("entry" in outcome)) missing.push(outcome);
    else {
      done.push(outcome);
      pace.add(outcome.choice.way.estimate, elapsed() - before);
    }
  }
  await finish(setting, measured, parts, plan, done, missing);
}

function prepare(model: Model, given: GivenInput, modelText: string, texts: readonly string[]): Readonly<Record<string, PreparedInput>> {
  if (given.input === undefined) return {};
  try {
    return model.prepare(given.input, given.label);
  } catch (error) {
    throw pasteable(error, modelText, texts);
  }
}

/** A bundled network brings the points of its training along. */
function checkpointsOf(modelText: string): readonly string[] {
  if (!modelText.startsWith("zoo:")) return [];
  const training = findZooModel(modelText.slice(4))?.training;
  return zooCheckpoints.filter((checkpoint) => checkpoint.training === training).map(({ name }) => `zoo:${name}`);
}

function flagsOf({ spec, preprocess, runtime, plugin, config }: ReportFlags): Asked["flags"] {
  const one = (flag: string, value: string | undefined): readonly (readonly [string, string])[] => (value === undefined ? [] : [[flag, value]]);
  return [...one("--spec", spec), ...one("--preprocess", preprocess), ...one("--runtime", runtime), ...one("--config", config), ...(plugin ?? []).map((file) => ["--plugin", file] as const)];
}

/** The answer and the speed. A network that cannot be run still has weights to look at. */
async function measure({ engine, model, given, flags }: Setting): Promise<Measured & { readonly failure?: string }> {
  const nothing = { answer: undefined, secondsPerPass: NaN, secondsToCompile: 0 };
  if (given.input === undefined) return nothing;
  try {
    return await measureAnswer(engine, { model, input: given.input, label: given.label, signal: flags.signal });
  } catch (error) {
    if (flags.signal.aborted) throw error;
    return { ...nothing, failure: reasonOf(error) };
  }
}

/** How much slower things go than they were measured to: a machine has other work too. */
class Pace {
  #expected = 0;
  #taken = 0;

  add(expected: number | undefined, taken: number): void {
    if (expected === undefined) return;
    this.#expected += expected;
    this.#taken += taken;
  }

  /** 1 to 4. Trusted once it rests on more than a second. */
  get factor(): number {
    return this.#taken < 1 || this.#expected === 0 ? 1 : Math.min(4, Math.max(1, this.#taken / this.#expected));
  }
}

/** Runs a method on its share of the time, and writes its data. */
async function make(setting: Setting, { part, way }: Choice, later: readonly Choice[], deadline: number, pace: number): Promise<Done | Missing> {
  const { engine, model, given, flags, context } = setting;
  const left = deadline - setting.elapsed();
  // What came before may have taken longer than was thought.
  const fitting = part.ways.slice(part.ways.indexOf(way)).find(({ estimate = 0 }) => estimate * pace <= left);
  if (!fitting || left <= 0) return missingFrom(setting, part, tooLong(part.ways.at(-1)!, Math.max(0, left), pace));
  const unknown = later.filter((one) => one.way.estimate === undefined).length;
  const own = fitting.estimate === undefined ? left / (unknown + 1) : left - pace * later.reduce((sum, one) => sum + (one.way.estimate ?? 0), 0);
  // What is cut off is lost: rather does a later part, of which nothing is done yet, fall out.
  const share = Math.max(0.05, Math.min(left, Math.max(own, generous * pace * (fitting.estimate ?? 0))));
  const began = setting.elapsed();
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), share * 1000);
  const params = fitting.params ?? {};
  try {
    const run = engine.run(part.method, { model, input: given.input, label: given.label, target: context.targets, params, signal: AbortSignal.any([flags.signal, limit.signal]) });
    const [made] = await Promise.all([run, watch(run, flags.json ?? false)]);
    const found: Report = fitting.group === undefined ? made : onlyGroup(made, fitting.group);
    const folder = path.join(...folderOf(part));
    // The page has all pictures; the first that shows more than the input itself comes before it.
    const only = Math.max(0, found.views.findIndex(({ kind }) => kind !== "image" && kind !== "text"));
    const saved = await saveReport(path.join(flags.out, folder), found, { theme: flags.theme ?? "light", signal: flags.signal, only });
    const seconds = setting.elapsed() - began;
    if (!flags.json) {
      const picture = saved.pictures[only]?.file;
      process.stderr.write(`${part.title}: ${showSeconds(seconds)}${picture !== undefined ? ` · ${link(path.resolve(saved.folder, picture))}` : ""}\n`);
    }
    const shown: Report = fitting.less === undefined ? found : { ...found, notices: [fitting.less, ...(found.notices ?? [])] };
    return {
      choice: { part, way: fitting }, folder,
      entry: {
        title: part.title, summary: part.method.summary, citations: part.method.citations, report: shown, seconds, open: false,
        command: commandOf(setting.asked, part.method, params, path.join(flags.out, folder)), code: codeOf(setting.asked, part.method, params),
      },
    };
  } catch (error) {
    if (flags.signal.aborted) throw error;
    const why = limit.signal.aborted ? `It was stopped after ${showSeconds(setting.elapsed() - began)}, its share of the budget.` : reasonOf(error);
    if (!flags.json) process.stderr.write(`${plain(`${part.title}: left out. ${why}`, 200)}\n`);
    return missingFrom(setting, part, why);
  } finally {
    clearTimeout(timer);
  }
}

/** Where a part's data go: parts of one method have folders of their own. */
function folderOf({ method, section }: PlannedPart): readonly string[] {
  return section === "training" ? [`${method.id}-training`] : [method.id];
}

/** The command of what is left out does it in its best way: whoever pastes it has the time. */
function missingFrom({ asked, flags }: Setting, part: PlannedPart, why: string): Missing {
  const params = part.ways[0]?.params ?? {};
  return { part, leftOut: { title: part.title, why, command: commandOf(asked, part.method, params, path.join(flags.out, ...folderOf(part))) } };
}

async function finish(setting: Setting, measured: Measured & { readonly failure?: string }, parts: readonly PlannedPart[], plan: Chosen, done: readonly Done[], missing: readonly Missing[]): Promise<void> {
  const { model, given, context, flags, asked, elapsed } = setting;
  const hasInput = Object.keys(context.inputs).length > 0;
  const feeds = hasInput ? Object.fromEntries(Object.entries(context.inputs).map(([name, { tensor }]) => [name, tensor])) : undefined;
  const summary = await summariseModel(model, feeds);
  const order = (part: PlannedPart): number => parts.indexOf(part);
  const sections = (Object.keys(questions) as ReportSection[]).map((id): Section => ({
    id,
    question: questions[id],
    // As methods are installed, not as they were run.
    entries: ledByMap(done.filter(({ choice }) => choice.part.section === id).sort((a, b) => order(a.choice.part) - order(b.choice.part)).map(({ entry }) => entry)).map((entry, i) => ({ ...entry, open: i === 0 })),
    leftOut: missing.filter(({ part }) => part.section === id).sort((a, b) => order(a.part) - order(b.part)).map(({ leftOut }) => leftOut),
  }));
  const document: ReportDocument = {
    model: measured.failure === undefined ? summary : { ...summary, notices: [...summary.notices, `It could not be run on this input: ${measured.failure}`] },
    ...(hasInput && { input: summariseInput(given, model, context.inputs, context.samples) }),
    ...(measured.answer && { answer: measured.answer }),
    sections,
    time: { budget: flags.budget, spent: elapsed() },
    command: reportCommand(asked, flags),
    version,
  };
  const { html, notices } = await renderReport(document);
  if (flags.signal.aborted) throw coreError("cancelled", {});
  const page = new TextEncoder().encode(html);
  const data = {
    vitrine: version, report: pageFile, bytes: page.length,
    model: document.model,
    input: document.input === undefined ? null : { label: document.input.label, samples: context.samples },
    target: (Array.isArray(context.targets) ? context.targets : [context.targets]).map((target) => showTarget(target as never)),
    answer: measured.answer ?? null,
    budget: flags.budget, seconds: elapsed(),
    plan: {
      secondsPerPass: finite(measured.secondsPerPass),
      parts: plan.made.map(({ part, way }) => ({ method: part.method.id, title: part.title, section: part.section, passes: finite(way.passes), estimate: finite(way.estimate), less: way.less ?? null })),
    },
    sections: sections.map(({ id, question, entries, leftOut }) => ({
      id, question,
      entries: entries.map((entry) => {
        const { folder, choice } = done.find((one) => one.entry.command === entry.command && one.entry.title === entry.title)!;
        return { method: choice.part.method.id, title: entry.title, folder, seconds: entry.seconds, command: entry.command, open: entry.open, facts: entry.report.facts, notices: entry.report.notices ?? [] };
      }),
      leftOut,
    })),
    notices,
  };
  const json = new TextEncoder().encode(`${JSON.stringify(data, null, 2)}\n`);
  await writeFiles(flags.out, [{ name: pageFile, bytes: () => page }, { name: dataFile, bytes: () => json }], flags.signal);
  if (flags.json) return printJson(data);
  print(showEnd(setting, document, page.length, notices));
}

/** The first whose first view is a map leads: where the one that is asked for first was left out, a map says more of where than any other picture; else the first that says where at all. */
function ledByMap(entries: readonly Entry[]): readonly Entry[] {
  const lead = entries.find(({ report: { views } }) => views[0]?.kind === "heatmap") ?? entries.find(({ report: { views, tensors } }) => views[0] && saysWhere(views[0], tensors));
  return lead === undefined ? entries : [lead, ...entries.filter((entry) => entry !== lead)];
}

const finite = (value: number | undefined): number | null => (value !== undefined && Number.isFinite(value) ? value : null);

function reportCommand(asked: Asked, flags: ReportFlags & { readonly out: string }): string {
  const words = ["vitrine", "report", asked.model];
  for (const input of asked.inputs) words.push("--input", input);
  for (const target of asked.targets) words.push("--target", target);
  for (const text of flags.checkpoints ?? []) words.push("--checkpoints", text);
  for (const [flag, value] of asked.flags) words.push(flag, value);
  if (flags.budget !== 60) words.push("--budget", `${flags.budget}s`);
  return [...words, "--out", flags.out].map(shellWord).join(" ");
}

/** What will be done, before it is. */
function showPlan({ model, flags, elapsed }: Setting, { secondsPerPass, failure }: Measured & { readonly failure?: string }, { made, leftOut }: Chosen): string {
  const speed = Number.isFinite(secondsPerPass) ? ` One pass of ${plain(model.file.name)} takes ${secondsPerPass >= 0.1 ? showSeconds(secondsPerPass) : `${(1000 * secondsPerPass).toPrecision(2)} ms`}.` : "";
  const lines = [`Plan for ${showSeconds(flags.budget)}, of which ${showSeconds(elapsed())} are spent.${speed}`];
  if (failure !== undefined) lines.push(...wrap(plain(`The network could not be run on this input: ${failure}`, 600)));
  made.forEach(({ part, way }, i) => {
    lines.push(`  ${i + 1}. ${part.title}, ${way.estimate === undefined ? "as long as there is time" : `about ${showSeconds(Math.max(0.1, way.estimate))}`}${way.less === undefined ? "" : `. ${way.less}`}`);
  });
  for (const { part, why } of leftOut) lines.push(`  Left out: ${plain(`${part.title}. ${why}`, 300)}`);
  return lines.join("\n");
}

function showEnd({ flags, elapsed }: Setting, document: ReportDocument, bytes: number, notices: readonly string[]): string {
  const { answer } = document;
  const says = answer === undefined ? "" : answer.kind === "classes" ? ` says ${plain(answer.top[0]!.label)} (${answer.unit === "probability" ? `${(100 * answer.top[0]!.score).toPrecision(3)} %` : answer.top[0]!.score.toPrecision(3)})` : ` says ${answer.value.toPrecision(4)}`;
  // Several methods often lack the same thing.
  const reasons = new Map<string, LeftOut[]>();
  for (const left of document.sections.flatMap(({ leftOut }) => leftOut)) reasons.set(left.why, [...(reasons.get(left.why) ?? []), left]);
  const lines = [
    `${plain(document.model.file)}${says} · ${document.sections.reduce((sum, { entries }) => sum + entries.length, 0)} parts in ${showSeconds(elapsed())}`,
    ...[...reasons].flatMap(([why, left]) => ["", ...wrap(plain(`Left out: ${left.map(({ title }) => title).join(", ")}. ${why}`, 800)), ...left.map(({ command }) => `  ${command}`)]),
    ...notices.flatMap((notice) => ["", ...wrap(`Note: ${plain(notice, 600)}`)]),
    "", `${link(path.resolve(flags.out, pageFile))} (${(bytes / 1e6).toPrecision(2)} MB)`,
  ];
  return lines.join("\n");
}
