import { isVitrineError, type Findings, type View } from "@vitrine/core";
import { drawFailure, drawView, viewKeys, type DrawOptions, type Figure, type Theme } from "@vitrine/render";
import { rasterise } from "./rasterise.js";

/** Rasterised at the same time, each in a thread of its own; also a bound on memory. */
const atOnce = 4;

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
  const finished = new Map<string, DrawnView>();
  const running = new Set<Promise<void>>();
  try {
    for (const [i, view] of findings.views.entries()) {
      signal?.throwIfAborted();
      const { figure, failure } = drawOrTell(view, findings, draw);
      const task: Promise<void> = rasterise(figure.svg, { ...(scale !== undefined && { scale }), ...(signal && { signal }) })
        .then((png) => void finished.set(keys[i]!, { svg: figure.svg, png, figure, ...(failure && { failure }) }))
        .finally(() => running.delete(task));
      running.add(task);
      if (running.size === atOnce) await Promise.race(running);
    }
    await Promise.all(running);
  } finally {
    await Promise.allSettled(running);
  }
  return Object.fromEntries(keys.map((key) => [key, finished.get(key)!]));
}

function drawOrTell(view: View, findings: Pick<Findings, "tensors">, options: DrawOptions): { figure: Figure; failure?: Error } {
  try {
    return { figure: drawView(view, findings, options) };
  } catch (failure) {
    if (!isVitrineError(failure)) throw failure;
    return { figure: drawFailure(view, `${failure.message} ${failure.hint ?? ""}`, options), failure };
  }
}
