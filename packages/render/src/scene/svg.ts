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
function shownBy({ shows }: Pick<ImageMark, "shows">): Attributes {
  if (!shows) return {};
  switch (shows.kind) {
    case "map":
      return { "data-map": shows.tensor, "data-rows": shows.rows, "data-columns": shows.columns };
    case "layer":
      return { "data-map": shows.tensor };
    case "unit":
      return { "data-unit": shows.unit };
    case "units":
      return { "data-map": shows.tensor, "data-unit": shows.first, "data-count": shows.count };
  }
}

/** Ids of rasters that a page holds once, by their data URIs. */
export type Rasters = Map<string, string>;

/** A shorter data URI is written where it is shown. */
const worthwhile = 400;

/** An id of a raster's content, so that the same raster has the same id in every figure: two hashes of 32 bits (FNV-1a, and its like), and the length. */
function rasterId(href: string): string {
  let [a, b] = [0x811c9dc5, 0x01000193];
  for (let i = 0; i < href.length; i++) {
    const code = href.charCodeAt(i);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ code, 0x9e3779b1) ^ (b >>> 15);
  }
  return `r${(a >>> 0).toString(36)}${(b >>> 0).toString(36)}${href.length.toString(36)}`;
}

/** A mark as SVG, its coordinates made absolute: no transforms but for upright text. */
function toSvg(mark: Mark, dx: number, dy: number, rasters?: Rasters): string {
  const x = mark.x + dx;
  const y = mark.y + dy;
  switch (mark.kind) {
    case "group": {
      const inner = mark.children.map((child) => toSvg(child, x, y, rasters)).join("");
      if (mark.title === undefined && mark.href === undefined && !mark.turns && !mark.shows) return inner;
      const title = mark.title === undefined ? "" : element("title", {}, escapeXml(cleanLine(mark.title)));
      return element(mark.href === undefined ? "g" : "a", { href: mark.href, class: mark.turns ? "map" : undefined, "image-rendering": mark.pixels ? "pixelated" : undefined, ...shownBy(mark) }, title + inner);
    }
    case "clip":
      // A picture within the picture clips without an id; it does so by itself, but a rasteriser may want to be told.
      return element("svg", { x, y, width: mark.width, height: mark.height, overflow: mark.shows ? undefined : "hidden", ...shownBy(mark) }, mark.children.map((child) => toSvg(child, 0, 0, rasters)).join(""));
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
    case "image": {
      const how = { x, y, width: mark.width, height: mark.height, "image-rendering": mark.smooth ? undefined : "pixelated", class: mark.turns ? "map" : undefined, ...shownBy(mark) };
      if (!rasters || mark.href.length < worthwhile) return element("image", { ...how, preserveAspectRatio: "none", href: mark.href });
      // Hundreds of windows look onto one raster: its id is found once.
      const id = rasters.get(mark.href) ?? rasterId(mark.href);
      rasters.set(mark.href, id);
      return element("use", { ...how, href: `#${id}` });
    }
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
  /** Where rasters go that the page holds; absent: into the document. */
  readonly rasters?: Rasters;
}

/** A whole SVG document without ids, styles or scripts, so that it may stand in any page. */
export function svgDocument({ width, height, page, title, description, marks, bare = false, rasters }: SvgDocument): string {
  return element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg", width, height, viewBox: `0 0 ${round(width)} ${round(height)}`,
      "font-family": fontFamily, role: "img", "aria-label": bare ? [title, description].filter((part) => part !== "").join(". ").slice(0, 1000) : title,
    },
    (bare ? "" : element("title", {}, escapeXml(title)) + (description === "" ? "" : element("desc", {}, escapeXml(description))) + element("rect", { width, height, fill: page })) +
      marks.map((mark) => toSvg(mark, 0, 0, rasters)).join(""),
  );
}
