import type { Findings, View } from "@vitrine/core";
import { renderError } from "./errors.js";
import { panel } from "./figure/panel.js";
import { emptyBlock, placed, stack, type Block, type Mark } from "./scene/mark.js";
import type { Exhibit, Scene } from "./scene/scene.js";
import { svgDocument, type Rasters } from "./scene/svg.js";
import { paragraph } from "./scene/text.js";
import { cleanLine } from "./text/clean.js";
import { measureText, type Measure } from "./text/measure.js";
import { figureWidth, looks, margin, type Look } from "./tokens.js";
import { checkNesting, drawKind } from "./views/kinds.js";

export interface DrawOptions {
  /** `page`: for an inline SVG in an HTML page, which says what the colours are and may change them. */
  readonly theme: Look;
  /** Only the exhibit and its legend, without margins: the page around it writes title, notices, caption and source. Default false. */
  readonly bare?: boolean;
  /** The clean picture stands beside this figure: maps over it stand alone, and it has no label of its own. Default false. */
  readonly pictureShown?: boolean;
  /** For the look `page`: pixels of a layer's maps for each CSS pixel, 0.1 to 2. Default 1. */
  readonly density?: number;
  /** In CSS pixels, 320 to 4096. Default 736. */
  readonly width?: number;
  /** Default: the widths of the bundled font, which every platform shares. */
  readonly measure?: Measure;
}

/** A drawn view: an SVG document that stands for itself, with title, legend and caption. */
export interface Figure {
  /** Without ids, styles, scripts or references to anything outside; of the look `page`, with classes and `data-` of what maps show. */
  readonly svg: string;
  /** In CSS pixels. */
  readonly width: number;
  readonly height: number;
  /** As text, for who reads rather than sees; harmless as text, not yet escaped for HTML. */
  readonly title: string;
  readonly description: string;
  /** What is unusual about the values, in sentences. In the SVG too, unless it is bare. */
  readonly notices: readonly string[];
  /** What is good to know about them. */
  readonly remarks: readonly string[];
  /**
   * For the look `page`: rasters that the page holds once, as `<symbol id viewBox="0 0 1 1" preserveAspectRatio="none">` with an
   * image of 1 × 1, by the ids under which the SVG uses them. Ids are hashes of the content: figures share what is the same.
   */
  readonly rasters: Readonly<Record<string, string>>;
}

/**
 * Draws a view of findings. Every figure has the same parts: a title, what is shown, a legend with range and unit, what is
 * unusual about the values, the caption, and the line that says what it was made of.
 *
 * @throws `view-tensor-missing`, `view-tensor-shape`, `view-sample`, `view-field`, `view-kind`, `view-depth`, `view-count`, `view-malformed`, `figure-width`
 */
export function drawView(view: View, findings: Pick<Findings, "tensors">, options: DrawOptions): Figure {
  const { theme, width = figureWidth, measure = measureText, bare = false, pictureShown = false, density = 1 } = options;
  if (!(Number.isInteger(width) && width >= 320 && width <= 4096)) throw renderError("figure-width", { width });
  const scene: Scene = { theme, tokens: looks[theme], measure, width: bare ? width : width - 2 * margin, tensors: findings.tensors, depth: 0, agreed: pictureShown ? { onePicture: true } : {}, density: Math.min(Math.max(density, 0.1), 2), draw: drawKind };
  try {
    checkNesting(view);
    const exhibit = drawKind(view, scene);
    return bare ? bareFigure(view, exhibit, scene) : figure(view, exhibit, scene);
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    // Views come from files and from methods of strangers, which no compiler has seen.
    throw renderError("view-malformed", { kind: String(view.kind), view: String(view.title), reason: error.message }, error);
  }
}

/** A figure that says why a view could not be drawn, in its place and with its title. */
export function drawFailure(view: View, why: string, options: DrawOptions): Figure {
  const title = cleanLine(typeof view.title === "string" ? view.title : "") || "Untitled";
  return drawView({ kind: "text", title, text: `This picture could not be drawn.\n${why}`, ...(typeof view.source === "string" && { source: view.source }) }, { tensors: {} }, options);
}

/** A source line breaks between its parts, not within them. */
function together(source: string): string {
  return source.split(" · ").map((part) => part.replaceAll(" ", "\u00a0")).join("\u00a0· ");
}

/** The words of a figure, harmless. */
function wordsOf(view: View, { description, notices = [], remarks = [] }: Exhibit): Pick<Figure, "title" | "description" | "notices" | "remarks"> {
  return { title: cleanLine(view.title), description: cleanLine(description), notices: notices.map(cleanLine), remarks: remarks.map(cleanLine) };
}

const byId = (rasters: Rasters): Record<string, string> => Object.fromEntries(Array.from(rasters, ([href, id]) => [id, href]));

function bareFigure(view: View, exhibit: Exhibit, scene: Scene): Figure {
  const all = stack([exhibit.body, exhibit.legend ?? emptyBlock], 16);
  const [width, height] = [scene.width, Math.ceil(all.height / 4) * 4];
  const words = wordsOf(view, exhibit);
  const rasters: Rasters = new Map();
  const svg = svgDocument({ width, height, page: scene.tokens.page, ...words, marks: all.marks, bare: true, ...(scene.theme === "page" && { rasters }) });
  return { svg, width, height, ...words, rasters: byId(rasters) };
}

function figure(view: View, exhibit: Exhibit, scene: Scene): Figure {
  const body = panel(view, exhibit, scene);
  const source = view.source === undefined ? emptyBlock : paragraph(scene, together(view.source), scene.width, 4);
  const rule: Block = source.height === 0 ? emptyBlock : { width: scene.width, height: 1, marks: [{ kind: "path", x: 0, y: 0, d: `M0 .5H${scene.width}`, stroke: scene.tokens.hairline, strokeWidth: 1 }] };
  const all = stack([body, stack([rule, source], 12)], 16);
  const width = scene.width + 2 * margin;
  const height = Math.ceil((all.height + 2 * margin) / 4) * 4;
  const marks: Mark[] = [placed(all, margin, margin)];
  const words = wordsOf(view, exhibit);
  const rasters: Rasters = new Map();
  const svg = svgDocument({ width, height, page: scene.tokens.page, ...words, marks, ...(scene.theme === "page" && { rasters }) });
  return { svg, width, height, ...words, rasters: byId(rasters) };
}
