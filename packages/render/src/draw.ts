import type { Findings, View } from "@vitrine/core";
import { renderError } from "./errors.js";
import { panel } from "./figure/panel.js";
import { emptyBlock, placed, stack, type Block, type Mark } from "./scene/mark.js";
import type { Scene } from "./scene/scene.js";
import { svgDocument } from "./scene/svg.js";
import { paragraph } from "./scene/text.js";
import { cleanLine } from "./text/clean.js";
import { measureText, type Measure } from "./text/measure.js";
import { figureWidth, margin, tokens, type Theme } from "./tokens.js";
import { checkNesting, drawKind } from "./views/kinds.js";

export interface DrawOptions {
  readonly theme: Theme;
  /** In CSS pixels, 320 to 4096. Default 736. */
  readonly width?: number;
  /** Default: the widths of the bundled font, which every platform shares. */
  readonly measure?: Measure;
}

/** A drawn view: an SVG document that stands for itself, with title, legend and caption. */
export interface Figure {
  /** Without ids, styles, scripts or references to anything outside. */
  readonly svg: string;
  /** In CSS pixels. */
  readonly width: number;
  readonly height: number;
  /** As text, for who reads rather than sees; harmless as text, not yet escaped for HTML. */
  readonly title: string;
  readonly description: string;
}

/**
 * Draws a view of findings. Every figure has the same parts: a title, what is shown, a legend with range and unit, what is
 * unusual about the values, the caption, and the line that says what it was made of.
 *
 * @throws `view-tensor-missing`, `view-tensor-shape`, `view-sample`, `view-field`, `view-kind`, `view-depth`, `view-count`, `view-malformed`, `figure-width`
 */
export function drawView(view: View, findings: Pick<Findings, "tensors">, options: DrawOptions): Figure {
  const { theme, width = figureWidth, measure = measureText } = options;
  if (!(Number.isInteger(width) && width >= 320 && width <= 4096)) throw renderError("figure-width", { width });
  const scene: Scene = { theme, tokens: tokens[theme], measure, width: width - 2 * margin, tensors: findings.tensors, depth: 0, agreed: {}, draw: drawKind };
  try {
    checkNesting(view);
    const exhibit = drawKind(view, scene);
    return figure(view, panel(view, exhibit, scene), exhibit.description, scene);
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

function figure(view: View, body: Block, description: string, scene: Scene): Figure {
  const source = view.source === undefined ? emptyBlock : paragraph(scene, together(view.source), scene.width, 4);
  const rule: Block = source.height === 0 ? emptyBlock : { width: scene.width, height: 1, marks: [{ kind: "path", x: 0, y: 0, d: `M0 .5H${scene.width}`, stroke: scene.tokens.hairline, strokeWidth: 1 }] };
  const all = stack([body, stack([rule, source], 12)], 16);
  const width = scene.width + 2 * margin;
  const height = Math.ceil((all.height + 2 * margin) / 4) * 4;
  const marks: Mark[] = [placed(all, margin, margin)];
  const title = cleanLine(view.title);
  const words = cleanLine(description);
  return { svg: svgDocument({ width, height, page: scene.tokens.page, title, description: words, marks }), width, height, title, description: words };
}
