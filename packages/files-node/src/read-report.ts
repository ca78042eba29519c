import path from "node:path";
import { brief, decodeNpy, isVitrineError, viewSchemaVersion, type Fact, type FindingTensor, type Report, type View } from "@vitrine/core";
import * as v from "valibot";
import { fileError } from "./errors.js";
import { readWholeFile } from "./read-file.js";
import { reportFile } from "./write-report.js";

/** A report as it was written, with its tensors, and the names of its pictures. */
export interface StoredReport extends Report {
  /** The version that wrote it. */
  readonly vitrine: string;
  /** Name of the picture's file, for each view. */
  readonly viewFiles: readonly (string | undefined)[];
  /** What it was made from, as its writer told. */
  readonly origin: Readonly<Record<string, unknown>> | undefined;
}

export interface ReadReportOptions {
  /** Which tensors are read, by their keys; default all. The others are left out. */
  readonly tensors?: (key: string) => boolean;
}

/** A name in the report's own folder: it comes from a file that anybody may have written. */
const name = v.pipe(v.string("takes the name of a file"), v.regex(/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,254}$/, "takes the name of a file in the same folder"));
const text = v.string("takes a text");
const record = v.record(v.string(), v.unknown(), "takes an object");
const stored = v.object({
  vitrine: text,
  schemaVersion: v.pipe(v.number("takes a number"), v.maxValue(viewSchemaVersion, `is from a newer version than this one, which knows up to ${viewSchemaVersion}`)),
  method: text,
  model: v.object({ file: text, sha256: text }, "takes the model's file and sha256"),
  runtime: text,
  target: v.optional(v.union([text, v.array(text)], "takes a text or a list of texts")),
  params: record,
  origin: v.optional(record),
  tensors: v.record(
    v.string(),
    v.object({ file: name, shape: v.array(v.number(), "takes a list of numbers"), dtype: text, value: v.optional(text), meaning: text, axes: v.optional(v.array(text)) }, "takes a tensor's entry"),
    "takes an object of tensors",
  ),
  views: v.array(v.looseObject({ kind: text, title: text, file: v.optional(name) }, "takes a view"), "takes a list of views"),
  facts: record,
  notices: v.optional(v.array(text)),
});

/**
 * Reads a report that `writeReport` wrote, its tensors included where they are wanted.
 * @throws `report-missing`, `report-invalid`, and those of reading a `.npy` file
 */
export async function readReport(folder: string, { tensors: wanted }: ReadReportOptions = {}): Promise<StoredReport> {
  const file = path.join(folder, reportFile);
  const bytes = await readWholeFile(file).catch((error: unknown) => {
    throw isVitrineError(error, "file-missing") ? fileError("report-missing", { folder }, error) : error;
  });
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw fileError("report-invalid", { file, at: "", why: `it is no JSON (${error instanceof Error ? brief(error.message) : "unknown"})` }, error);
  }
  const { success, issues, output } = v.safeParse(stored, json, { abortEarly: true });
  if (!success) throw fileError("report-invalid", { file, at: v.getDotPath(issues[0]) ?? "", why: issues[0].message });
  const tensors: [string, FindingTensor][] = [];
  for (const [key, entry] of Object.entries(output.tensors)) {
    if (wanted && !wanted(key)) continue;
    const tensor = decodeNpy(await readWholeFile(path.join(folder, entry.file)), entry.file);
    if (tensor.dtype !== entry.dtype || tensor.shape.join() !== entry.shape.join()) {
      throw fileError("report-invalid", { file, at: `tensors.${brief(key)}`, why: `is ${entry.dtype} [${entry.shape.join(", ")}] here and ${tensor.dtype} [${tensor.shape.join(", ")}] in ${entry.file}` });
    }
    tensors.push([key, { tensor, meaning: entry.meaning, ...(entry.value !== undefined && { value: entry.value }), ...(entry.axes && { axes: entry.axes }) }]);
  }
  return {
    vitrine: output.vitrine,
    method: output.method,
    model: output.model,
    runtime: output.runtime,
    target: output.target,
    params: output.params,
    origin: output.origin,
    tensors: Object.fromEntries(tensors),
    // Views are drawn by kind, unknown ones by their fallback: a renderer checks what it uses of them.
    views: output.views.map(({ file: _, ...view }) => view) as unknown as View[],
    viewFiles: output.views.map((view) => view.file),
    facts: output.facts as Readonly<Record<string, Fact>>,
    ...(output.notices && { notices: output.notices }),
  };
}
