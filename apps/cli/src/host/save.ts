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
}

/** Draws every view of a report and writes all of it into `folder`; nothing half-written stays when it is interrupted. */
export async function saveReport(folder: string, report: Report, { theme, signal }: SaveOptions): Promise<SavedReport> {
  const cancel = signal && { signal };
  const drawn = Object.values(await drawReport(report, { theme, ...cancel }));
  const { document, viewFiles } = await writeReport(folder, report, { pictures: drawn.map(({ png }) => png), ...cancel });
  return {
    folder,
    document,
    pictures: report.views.map(({ title, caption }, i) => ({ title, caption, file: viewFiles[i] })),
    failures: drawn.flatMap(({ failure }) => (failure ? [failure.message] : [])),
  };
}
