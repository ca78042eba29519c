import { readFileSync } from "node:fs";
import { cast, encodeNpy, viewSchemaVersion, type FindingTensor, type NumericDType, type Report, type View } from "@vitrine/core";
import { FileNames } from "./file-names.js";
import { writeFiles, type FileToWrite } from "./output-folder.js";
import { plainParameters, toPlain, type Json } from "./plain.js";

/** The file that names all others, and is written last. */
export const reportFile = "findings.json";

/** Packages are released together: this one's version is Vitrine's. */
const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string };

export interface WriteReportOptions {
  /** PNG files, one per view of the report in its order; undefined where a view has none. */
  readonly pictures?: readonly (Uint8Array | undefined)[];
  readonly signal?: AbortSignal;
  /** What the report was made from, for whoever wants to know whether it has to be made again. */
  readonly origin?: Readonly<Record<string, Json>> | undefined;
}

export interface WrittenReport {
  /** What `findings.json` holds. */
  readonly document: Json;
  /** Name of the picture's file, for each view of the report. */
  readonly viewFiles: readonly (string | undefined)[];
}

/**
 * Writes a report as the command line's contract says: `findings.json` and, beside it, one `.npy` per tensor and one PNG per view.
 * A folder that is there already is written into; files of an earlier run under other names stay.
 * @throws `output-unwritable`, `write-failed`, `npy-dtype` for tensors of strings, `cancelled`; no half-written file stays
 */
export async function writeReport(folder: string, report: Report, options: WriteReportOptions = {}): Promise<WrittenReport> {
  const names = new FileNames();
  const files: FileToWrite[] = [];
  const tensors = Object.entries(report.tensors).map(([key, found]): [string, Json | undefined] => {
    const name = names.give(key, ".npy");
    const tensor = storable(found.tensor);
    files.push({ name, bytes: () => encodeNpy(tensor) });
    return [key, toPlain({ file: name, shape: tensor.shape, dtype: tensor.dtype, value: found.value, meaning: found.meaning, axes: found.axes })];
  });
  const viewFiles = report.views.map((view, i) => {
    const png = options.pictures?.[i];
    if (!png) return undefined;
    const name = names.give(subjectOf(view), ".png");
    files.push({ name, bytes: () => png });
    return name;
  });
  const document = toPlain({
    vitrine: version,
    schemaVersion: viewSchemaVersion,
    method: report.method,
    model: report.model,
    runtime: report.runtime,
    target: report.target,
    params: plainParameters(report.params),
    origin: options.origin,
    tensors: Object.fromEntries(tensors),
    views: report.views.map((view, i) => ({ ...view, file: viewFiles[i] })),
    facts: report.facts,
    notices: report.notices,
  }) as Json;
  files.push({ name: reportFile, bytes: () => new TextEncoder().encode(`${JSON.stringify(document, null, 2)}\n`) });
  await writeFiles(folder, files, options.signal);
  return { document, viewFiles };
}

/** bfloat16, which NumPy lacks, is widened; everything else is kept. */
function storable(tensor: FindingTensor["tensor"]): FindingTensor["tensor"] {
  return tensor.dtype === "bfloat16" ? cast<Extract<NumericDType, "float32">>(tensor, "float32") : tensor;
}

/** What a view's picture is called after: the tensor that it draws, else its title. */
function subjectOf(view: View): string {
  return "tensor" in view && typeof view.tensor === "string" ? view.tensor : view.title;
}
