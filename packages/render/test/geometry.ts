import { measureText } from "../src/text/measure.js";
import type { Weight } from "../src/tokens.js";

export interface TextBox {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const number = (attributes: string, name: string, otherwise: number): number => {
  const found = new RegExp(`(?:^| )${name}="([^"]*)"`, "u").exec(attributes)?.[1];
  return found === undefined ? otherwise : Number(found);
};

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };
const unescapeXml = (text: string): string => text.replace(/&(amp|lt|gt|quot|#39);/gu, (_, name: string) => entities[name]!);

/** From the baseline: as far as letters of the bundled font reach up (capitals with marks aside) and down. */
const [ascent, descent] = [0.74, 0.21];

/** The boxes that the texts of an SVG take, found in the document itself. */
export function textBoxes(svg: string): TextBox[] {
  return Array.from(svg.matchAll(/<text ([^>]*)>([^<]*)<\/text>/gu), ([, attributes = "", content = ""]) => {
    const text = unescapeXml(content);
    const size = number(attributes, "font-size", 16);
    const width = measureText(text, size, number(attributes, "font-weight", 400) as Weight);
    const [x, y] = [number(attributes, "x", 0), number(attributes, "y", 0)];
    const anchor = /text-anchor="(\w+)"/u.exec(attributes)?.[1];
    const start = anchor === "end" ? width : anchor === "middle" ? width / 2 : 0;
    if (attributes.includes("rotate(-90")) return { text, x: x - ascent * size, y: y - width + start, width: (ascent + descent) * size, height: width };
    return { text, x: x - start, y: y - ascent * size, width, height: (ascent + descent) * size };
  });
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Boxes of a kind of element whose coordinates are absolute. */
export function boxesOf(svg: string, element: "image" | "rect" | "use"): Box[] {
  return Array.from(svg.matchAll(new RegExp(`<${element} ([^>]*)/>`, "gu")), ([, attributes = ""]) => ({
    x: number(attributes, "x", 0), y: number(attributes, "y", 0), width: number(attributes, "width", 0), height: number(attributes, "height", 0),
  }));
}

/** Half a pixel of rounding is no overlap. */
const tolerance = 0.5;
export const overlap = (a: Box, b: Box): boolean =>
  a.x + a.width > b.x + tolerance && b.x + b.width > a.x + tolerance && a.y + a.height > b.y + tolerance && b.y + b.height > a.y + tolerance;
export const inside = (inner: Box, outer: Box): boolean =>
  inner.x >= outer.x - tolerance && inner.y >= outer.y - tolerance && inner.x + inner.width <= outer.x + outer.width + tolerance && inner.y + inner.height <= outer.y + outer.height + tolerance;
