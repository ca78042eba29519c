import { className, type Fact, type FindingTensor, type Method, type Model, type Report, type Tensor, type View } from "@vitrine/core";

/** What is kept of one input's findings. */
export interface SetEntry {
  readonly file: string;
  /** Of its findings, in the set's. */
  readonly folder: string;
  readonly report: Pick<Report, "target" | "facts" | "params" | "runtime" | "model">;
  readonly thumbnail: Tensor | undefined;
  /** Its findings are of an earlier run. */
  readonly taken: boolean;
}

export interface SetFailure {
  readonly file: string;
  readonly code: string;
  readonly message: string;
}

/** So many are drawn; all are in the facts. */
const mostPictures = 60;
const mostRows = 100;

/** The findings of a set: a gallery, a row for each input, and statistics over all. */
export function setReport(method: Method, model: Model, entries: readonly SetEntry[], failures: readonly SetFailure[]): Report {
  const tensors: Record<string, FindingTensor> = {};
  const pictured = entries.filter(({ thumbnail }) => thumbnail !== undefined).slice(0, mostPictures);
  const items = pictured.map(({ file, folder, report, thumbnail }) => {
    const key = `gallery/${folder}`;
    tensors[key] = { tensor: thumbnail!, axes: ["row", "column", "colour"], meaning: `what ${method.id} found of ${file}, as a small picture` };
    return { tensor: key, label: [baseName(file), saidOf(model, report.target)].filter((text) => text !== "").join(": ") };
  });
  const columns = numericFacts(entries);
  const statistics = columns.filter((name) => !indices.has(name)).map((name) => statisticsOf(name, entries.map(({ report }) => numberOf(report.facts[name])).filter((value) => value !== undefined)));
  const all = `${entries.length} ${entries.length === 1 ? "input" : "inputs"}`;
  const views: View[] = [
    ...(items.length === 0 ? [] : [{ kind: "image-grid", title: `${method.title}, input by input`, items, caption: `${items.length < entries.length ? `The first ${items.length} of ${all}` : all}. Each picture has its own scale; the findings of each are in its folder.` } as const]),
    {
      kind: "table", title: "Each input",
      caption: entries.length > mostRows ? `The first ${mostRows} of ${all}; findings.json has all.` : `${all}.`,
      columns: [{ title: "input" }, { title: "target" }, ...columns.slice(0, 4).map((name) => ({ title: words(name), numeric: true }))],
      rows: entries.slice(0, mostRows).map(({ file, report }) => [baseName(file), saidOf(model, report.target) || null, ...columns.slice(0, 4).map((name) => numberOf(report.facts[name]) ?? null)]),
    },
    ...(statistics.length === 0 ? [] : [{
      kind: "table", title: "Over the set", caption: `Of ${all}.`,
      columns: [{ title: "fact" }, ...["mean", "deviation", "least", "median", "most"].map((title) => ({ title, numeric: true }))],
      rows: statistics.map(({ name, mean, deviation, least, median, most }) => [words(name), mean, deviation, least, median, most]),
    } as const]),
    ...(failures.length === 0 ? [] : [{
      kind: "table", title: "Inputs that failed", columns: [{ title: "input" }, { title: "why" }], rows: failures.slice(0, mostRows).map(({ file, message }) => [baseName(file), message]),
    } as const]),
  ];
  const [first] = entries;
  const targets = entries.map(({ report }) => report.target).filter((target) => target !== undefined).map((target) => (typeof target === "string" ? target : target.join(" ")));
  return {
    method: method.id,
    model: first!.report.model, runtime: first!.report.runtime, params: first!.report.params,
    target: targets.length === 0 ? undefined : new Set(targets).size === 1 ? targets[0] : targets,
    tensors,
    facts: {
      inputs: entries.length + failures.length,
      finished: entries.length,
      takenFromBefore: entries.filter(({ taken }) => taken).length,
      failed: failures.map((failure): Fact => ({ ...failure })),
      statistics: Object.fromEntries(statistics.map(({ name, ...numbers }): [string, Fact] => [name, numbers])),
      perInput: entries.map(({ file, folder, report }): Fact => ({ input: file, folder, target: report.target === undefined ? null : [report.target].flat(), facts: report.facts })),
    },
    views: views.map((view) => ({ ...view, source: `${first!.report.model.file} · ${method.title} · ${first!.report.runtime}` })),
  };
}

const baseName = (file: string): string => file.split(/[\\/]/).at(-1) ?? file;

/** "golden retriever" for `class:207`. */
function saidOf(model: Model, target: Report["target"]): string {
  const texts = target === undefined ? [] : [target].flat();
  return texts.slice(0, 3).map((text) => {
    const index = /^class:(\d+)$/.exec(text)?.[1];
    return index === undefined ? text : className(model.labels, Number(index));
  }).join(", ");
}

const numberOf = (fact: Fact | undefined): number | undefined => (typeof fact === "number" && Number.isFinite(fact) ? fact : undefined);

/** Facts that are one number for each input and say something of it: how long it took says nothing. */
function numericFacts(entries: readonly SetEntry[]): readonly string[] {
  const names = new Set(entries.flatMap(({ report }) => Object.entries(report.facts).filter(([name, fact]) => numberOf(fact) !== undefined && !/seconds$/i.test(name)).map(([name]) => name)));
  return [...names].filter((name) => entries.length === 1 || new Set(entries.map(({ report }) => numberOf(report.facts[name]))).size > 1);
}

function statisticsOf(name: string, values: readonly number[]) {
  const sorted = [...values].sort((a, b) => a - b);
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  const deviation = Math.sqrt(sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / sorted.length);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return { name, count: sorted.length, mean, deviation, least: sorted[0]!, median, most: sorted.at(-1)! };
}

/** Facts that number something: their mean says nothing. */
const indices: ReadonlySet<string> = new Set(["unit", "sample", "index", "class", "seed"]);

const words = (name: string): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
