import type { Colours, HeatmapView, Picture, View } from "@vitrine/core";
import type { Key } from "../legend/keys.js";
import { outline } from "../legend/keys.js";
import { pictureOf, shrink } from "../picture/picture.js";
import { toDataUri } from "../picture/png.js";
import { renderError } from "../errors.js";
import { stack, type Block, type ImageMark, type Mark, type Shown } from "../scene/mark.js";
import { tensorOf, type Scene } from "../scene/scene.js";
import { textLine, type Pen } from "../scene/text.js";
import { showCount } from "../text/numbers.js";

/** Pictures smaller than this are pixels that somebody wants to see (filters); larger ones are photographs. */
const photograph = 48;
const tallest = 448;
/** A pixel of a map is never drawn larger. */
const largestPixel = 48;
/** A row of a map is never drawn thinner. */
const thinnest = 24;

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The picture of a key. @throws `view-tensor-missing`, `view-tensor-shape` */
export function pictureFor(scene: Pick<Scene, "tensors">, view: View, key: string): Picture {
  const tensor = tensorOf(scene, view, key);
  const [, , channels] = tensor.shape;
  if (tensor.dtype !== "uint8" || tensor.shape.length !== 3 || (channels !== 3 && channels !== 4)) {
    throw renderError("view-tensor-shape", { view: view.title, tensor: key, dtype: tensor.dtype, shape: tensor.shape, expected: "a picture: uint8 [height, width, 3 or 4]" });
  }
  return pictureOf(tensor);
}

/** The size to show a grid of `columns` × `rows` pixels in: whole half pixels for each where that costs little room. */
export function fitInto({ width: columns, height: rows }: Size, width: number, height = tallest): Size {
  const scale = Math.min(width / columns, height / rows, largestPixel);
  const even = Math.floor(2 * scale) / 2;
  const used = even >= 0.5 && even > 0.88 * scale ? even : scale;
  const shown = { width: columns * used, height: rows * used };
  // A series is one row: give it the whole width, and some height.
  if (shown.height < thinnest && rows < columns) return { width: shown.width, height: Math.min(height, Math.max(thinnest, rows * 4)) };
  if (shown.width < thinnest && columns < rows) return { width: Math.min(width, Math.max(thinnest, columns * 4)), height: shown.height };
  return shown;
}

/** A picture in its place. */
export function photo(picture: Picture, { width, height }: Size, x = 0, y = 0): ImageMark {
  const smooth = Math.max(picture.width, picture.height) >= photograph;
  return { kind: "image", x, y, width, height, href: toDataUri(smooth ? shrink(picture, 2 * width, 2 * height) : picture), smooth };
}

/** Pixels on the longer side of a photograph in a page: one size, so that a page holds each only once. */
const inPage = 480;

/** The input, beside a map or below it: for a page the same raster in every figure. */
export function inputPhoto({ theme }: Pen, picture: Picture, size: Size): ImageMark {
  if (theme !== "page") return photo(picture, size);
  const scale = Math.min(1, inPage / Math.max(picture.width, picture.height));
  const smooth = Math.max(picture.width, picture.height) >= photograph;
  return { kind: "image", x: 0, y: 0, ...size, href: toDataUri(shrink(picture, scale * picture.width, scale * picture.height)), smooth };
}

/** How the image of a map is drawn: pixels as pixels, and for the look `page` turned over on a dark one, telling what it shows. */
export function mapMark({ theme }: Pen, colours: Colours, shows?: Shown): Pick<ImageMark, "smooth" | "turns" | "shows"> {
  if (theme !== "page") return { smooth: false };
  return { smooth: false, ...(colours !== "picture" && { turns: true }), ...(shows && { shows }) };
}

/** A hairline around what might be as pale as the page. */
export function frame(pen: Pen, { width, height }: Size): Mark {
  return { kind: "rect", x: 0.5, y: 0.5, width: width - 1, height: height - 1, stroke: pen.tokens.hairline };
}

/** Marks of one size with a line of words above them. */
export function labelled(pen: Pen, label: string, size: Size, marks: readonly Mark[]): Block {
  return stack([textLine(pen, label, { width: size.width }), { ...size, marks }], 4);
}

type Outlines = HeatmapView["outlines"];
/** More boxes hide the picture, more labels are not looked up. */
const mostOutlines = 200;
const mostLabels = 12;

/** Hues by an outline's label: outlines that mean the same look the same. */
function huesOf(pen: Pen, outlines: Outlines): ReadonlyMap<string, string> {
  const labels = [...new Set(outlines?.map(({ label }) => label))];
  const hues = pen.tokens.hues.slice(1);
  return new Map(labels.map((label, i) => [label, hues[i] ?? pen.tokens.ink]));
}

/** Boxes given in pixels of `of`, over something shown in `size`: each on a rim of the page's colour, to stand out from any picture. */
export function outlineMarks(pen: Pen, outlines: Outlines, of: Size, size: Size): Mark[] {
  const hues = huesOf(pen, outlines);
  return (outlines ?? []).slice(0, mostOutlines).flatMap(({ box: [y, x, height, width], label }): Mark[] => {
    const [left, right] = [x, x + width].map((value) => Math.min(Math.max((value * size.width) / of.width, 1), size.width - 1)) as [number, number];
    const [top, bottom] = [y, y + height].map((value) => Math.min(Math.max((value * size.height) / of.height, 1), size.height - 1)) as [number, number];
    if (!(right > left && bottom > top)) return [];
    const box = { kind: "rect", x: left, y: top, width: right - left, height: bottom - top } as const;
    return [
      { ...box, stroke: pen.tokens.page, strokeWidth: 4 },
      { ...box, stroke: hues.get(label) ?? pen.tokens.ink, strokeWidth: 2 },
    ];
  });
}

export function outlineKeys(pen: Pen, outlines: Outlines): Key[] {
  const hues = [...huesOf(pen, outlines)];
  const listed: Key[] = hues.slice(0, mostLabels).map(([label, hue]) => ({ swatch: outline(hue), label }));
  const left = (outlines?.length ?? 0) - mostOutlines;
  if (hues.length > mostLabels) listed.push({ swatch: [], label: `and ${showCount(hues.length - mostLabels)} more` });
  return left > 0 ? [...listed, { swatch: [], label: `${showCount(left)} more boxes are not drawn` }] : listed;
}
