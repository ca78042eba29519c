import { isVitrineError, type Findings } from "@vitrine/core";
import { drawFailure, drawView, viewKeys, type Figure, type Theme } from "@vitrine/render";
import { rasterise } from "./rasterise.js";

export interface DrawReportOptions {
  readonly theme: Theme;
  /** In CSS pixels. */
  readonly width?: number;
  /** Pixels of a PNG for each CSS pixel. Default 2. */
  readonly scale?: number;
  readonly signal?: AbortSignal;
}

export interface DrawnView {
  readonly svg: string;
  readonly png: Uint8Array;
  readonly figure: Figure;
  /** Why the view could not be drawn; the picture then says so. */
  readonly failure?: Error;
}

/**
 * Draws every view of findings, in their order, by the keys that `viewKeys` gives them. A view that cannot be drawn becomes a
 * picture that says why, so that one mistake does not cost the others; its error is in `failure`.
 */
export async function drawReport(findings: Pick<Findings, "tensors" | "views">, options: DrawReportOptions): Promise<Record<string, DrawnView>> {
  const { theme, width, scale, signal } = options;
  const draw = { theme, ...(width !== undefined && { width }) };
  const keys = viewKeys(findings.views);
  const drawn: Record<string, DrawnView> = {};
  for (const [i, view] of findings.views.entries()) {
    signal?.throwIfAborted();
    let figure: Figure;
    let failure: Error | undefined;
    try {
      figure = drawView(view, findings, draw);
    } catch (error) {
      if (!isVitrineError(error)) throw error;
      failure = error;
      figure = drawFailure(view, `${error.message} ${error.hint ?? ""}`, draw);
    }
    const png = await rasterise(figure.svg, { ...(scale !== undefined && { scale }), ...(signal && { signal }) });
    drawn[keys[i]!] = { svg: figure.svg, png, figure, ...(failure && { failure }) };
  }
  return drawn;
}
