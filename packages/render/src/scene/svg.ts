import { fontFamily } from "../tokens.js";
import { cleanLine, escapeXml } from "../text/clean.js";
import type { ImageMark, Mark } from "./mark.js";

type Attributes = Readonly<Record<string, string | number | undefined>>;

const round = (value: number): number => Math.round(value * 100) / 100;

function element(name: string, attributes: Attributes, content = ""): string {
  let text = `<${name}`;
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined) text += ` ${key}="${typeof value === "number" ? round(value) : escapeXml(value)}"`;
  }
  return content === "" ? `${text}/>` : `${text}>${content}</${name}>`;
}

/** What a page's script reads. Given on figures of the look `page` only. */
function shownBy({ shows }: ImageMark): Attributes {
  if (!shows) return {};
  switch (shows.kind) {
    case "map":
      return { "data-map": shows.tensor, "data-rows": shows.rows, "data-columns": shows.columns };
    case "unit":
      return { "data-map": shows.tensor, "data-unit": shows.unit };
    case "units":
      return { "data-map": shows.tensor, "data-unit": shows.first, "data-count": shows.count };
  }
}

/** A mark as SVG, its coordinates made absolute: no transforms but for upright text. */
function toSvg(mark: Mark, dx: number, dy: number): string {
  const x = mark.x + dx;
  const y = mark.y + dy;
  switch (mark.kind) {
    case "group": {
      const inner = mark.children.map((child) => toSvg(child, x, y)).join("");
      if (mark.title === undefined && mark.href === undefined) return inner;
      const title = mark.title === undefined ? "" : element("title", {}, escapeXml(cleanLine(mark.title)));
      return element(mark.href === undefined ? "g" : "a", { href: mark.href }, title + inner);
    }
    case "clip":
      // A picture within the picture clips without an id.
      return element("svg", { x, y, width: mark.width, height: mark.height, overflow: "hidden" }, mark.children.map((child) => toSvg(child, 0, 0)).join(""));
    case "text":
      return element(
        "text",
        {
          x, y, "font-size": mark.size, "font-weight": mark.weight === 400 ? undefined : mark.weight, fill: mark.fill,
          "text-anchor": mark.anchor === "start" ? undefined : mark.anchor,
          transform: mark.upwards ? `rotate(-90 ${round(x)} ${round(y)})` : undefined,
          textLength: mark.length, lengthAdjust: "spacingAndGlyphs",
        },
        escapeXml(mark.text),
      );
    case "rect":
      return element("rect", {
        x, y, width: mark.width, height: mark.height, rx: mark.corner, fill: mark.fill ?? "none",
        stroke: mark.stroke, "stroke-width": mark.strokeWidth, "stroke-dasharray": mark.dash,
      });
    case "path":
      return element("path", {
        d: mark.d, transform: x === 0 && y === 0 ? undefined : `translate(${round(x)} ${round(y)})`, fill: mark.fill ?? "none", "shape-rendering": mark.crisp ? "crispEdges" : undefined,
        stroke: mark.stroke, "stroke-width": mark.strokeWidth, "stroke-dasharray": mark.dash, "stroke-linejoin": mark.stroke && "round",
      });
    case "circle":
      return element("circle", { cx: x, cy: y, r: mark.radius, fill: mark.fill, "fill-opacity": mark.opacity });
    case "image":
      return element("image", {
        x, y, width: mark.width, height: mark.height, preserveAspectRatio: "none",
        "image-rendering": mark.smooth ? undefined : "pixelated", class: mark.turns ? "map" : undefined, ...shownBy(mark), href: mark.href,
      });
  }
}

export interface SvgDocument {
  readonly width: number;
  readonly height: number;
  readonly page: string;
  readonly title: string;
  readonly description: string;
  readonly marks: readonly Mark[];
  /** The page around it says its title and shows its colour: only the alternative text is left. */
  readonly bare?: boolean;
}

/** A whole SVG document without ids, styles or scripts, so that it may stand in any page. */
export function svgDocument({ width, height, page, title, description, marks, bare = false }: SvgDocument): string {
  return element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg", width, height, viewBox: `0 0 ${round(width)} ${round(height)}`,
      "font-family": fontFamily, role: "img", "aria-label": bare ? [title, description].filter((part) => part !== "").join(". ").slice(0, 1000) : title,
    },
    (bare ? "" : element("title", {}, escapeXml(title)) + (description === "" ? "" : element("desc", {}, escapeXml(description))) + element("rect", { width, height, fill: page })) +
      marks.map((mark) => toSvg(mark, 0, 0)).join(""),
  );
}
