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
}

/** Draws every view of a report and writes all of it into `folder`. */
export async function saveReport(folder: string, report: Report, theme: "light" | "dark"): Promise<SavedReport> {
  const drawn = await drawReport(report, { theme });
  const { document, viewFiles } = await writeReport(folder, report, { pictures: drawn.map((figure) => figure.png) });
  return { folder, document, pictures: report.views.map((view, i) => ({ title: view.title, caption: view.caption, file: viewFiles[i] })) };
}
