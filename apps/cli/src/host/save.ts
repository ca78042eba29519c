import type { Report } from "@vitrine/core";
import { writeReport } from "@vitrine/files-node";
import { drawReport } from "@vitrine/render-node";

export interface SavedPicture {
  readonly title: string;
  readonly caption: string | undefined;
  /** Relative to the folder. */
  readonly file: string | undefined;
}

export interface SavedReport {
  readonly folder: string;
  /** What `findings.json` holds. */
  readonly document: unknown;
  readonly pictures: readonly SavedPicture[];
  /** What could not be drawn, and why. */
  readonly failures: readonly string[];
}

export interface SaveOptions {
  readonly theme: "light" | "dark";
  readonly signal?: AbortSignal | undefined;
  /** The only view that is drawn, by its place; default all. */
  readonly only?: number | undefined;
  /** What the report was made from; stands in `findings.json`. */
  readonly origin?: Readonly<Record<string, string | null>> | undefined;
}

/** Draws the views of a report and writes all of it into `folder`; nothing half-written stays when it is interrupted. */
export async function saveReport(folder: string, report: Report, { theme, signal, only, origin }: SaveOptions): Promise<SavedReport> {
  const cancel = signal && { signal };
  const wanted = report.views.map((_, i) => only === undefined || i === only);
  const drawn = Object.values(await drawReport({ ...report, views: report.views.filter((_, i) => wanted[i]) }, { theme, ...cancel }));
  let next = 0;
  const pictures = wanted.map((is) => (is ? drawn[next++]?.png : undefined));
  const { document, viewFiles } = await writeReport(folder, report, { pictures, origin, ...cancel });
  return {
    folder,
    document,
    pictures: report.views.map(({ title, caption }, i) => ({ title, caption, file: viewFiles[i] })),
    failures: drawn.flatMap(({ failure }) => (failure ? [failure.message] : [])),
  };
}
