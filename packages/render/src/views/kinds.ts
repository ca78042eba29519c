import type { CustomView, View } from "@vitrine/core";
import { renderError } from "../errors.js";
import type { Exhibit, Scene } from "../scene/scene.js";
import { drawBars } from "./bars.js";
import { drawSideBySide, drawUnitPage } from "./compare.js";
import { drawCurve } from "./curve.js";
import { drawHeatmap } from "./heatmap.js";
import { drawHistogram } from "./histogram.js";
import { drawImage, drawImageGrid } from "./image.js";
import { drawLabelMap } from "./label-map.js";
import { drawLayerGrid } from "./layer-grid.js";
import { drawMatrix } from "./matrix.js";
import { drawScatter } from "./scatter.js";
import { drawTable } from "./table.js";
import { drawLink, drawText } from "./text.js";
import { drawTextTrace } from "./text-trace.js";

type Known = Exclude<View, CustomView>;

/** How each kind is drawn: complete by its type. */
const kinds: { readonly [K in Known["kind"]]: (view: Extract<Known, { kind: K }>, scene: Scene) => Exhibit } = {
  heatmap: drawHeatmap,
  image: drawImage,
  "image-grid": drawImageGrid,
  "layer-grid": drawLayerGrid,
  histogram: drawHistogram,
  curve: drawCurve,
  bars: drawBars,
  scatter: drawScatter,
  matrix: drawMatrix,
  "label-map": drawLabelMap,
  table: drawTable,
  text: drawText,
  "text-trace": drawTextTrace,
  "side-by-side": drawSideBySide,
  "unit-page": drawUnitPage,
  link: drawLink,
};

/** Deeper and more than any page is read. */
const deepest = 3;
const most = 256;

/** Views within a view, its fallback among them. */
const within = (view: View): readonly View[] => ("views" in view ? view.views : "fallback" in view ? [view.fallback] : []);

/** Checks, before anything is drawn, that a view holds no endless number of views. @throws `view-depth`, `view-count` */
export function checkNesting(view: View): void {
  let level: readonly View[] = [view];
  for (let depth = 0, count = 0; level.length > 0; depth++) {
    count += level.length;
    if (depth > deepest) throw renderError("view-depth", { view: view.title, depth: deepest });
    if (count > most) throw renderError("view-count", { view: view.title, count: most });
    level = level.flatMap(within);
  }
}

const isKnown = (view: View): view is Known => Object.hasOwn(kinds, view.kind);

/** Draws a view by its kind; a kind of somebody else's by its fallback. @throws `view-kind` and what the kind throws */
export function drawKind(view: View, scene: Scene): Exhibit {
  if (isKnown(view)) return (kinds[view.kind] as (view: Known, scene: Scene) => Exhibit)(view, scene);
  const fallback = (view as Partial<CustomView>).fallback;
  if (typeof fallback !== "object" || !isKnown(fallback)) throw renderError("view-kind", { kind: view.kind });
  return drawKind(fallback, scene);
}
