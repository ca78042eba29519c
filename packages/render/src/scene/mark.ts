import type { Weight } from "../tokens.js";

/**
 * What a figure is made of: a tree of plain data that is written as SVG today and may be handed to a component tomorrow.
 * Coordinates are CSS pixels, relative to the group around them. Colours are written as they are.
 */
export type Mark = GroupMark | ClipMark | TextMark | RectMark | PathMark | CircleMark | ImageMark;

export interface GroupMark {
  readonly kind: "group";
  readonly x: number;
  readonly y: number;
  readonly children: readonly Mark[];
  /** Shown on hover, read aloud: the whole of what is cut or coded inside. */
  readonly title?: string;
  /** Makes it a link; the address has been checked. */
  readonly href?: string;
  /** Drawn for a light page, and turned over by a dark one: see `Look`. */
  readonly turns?: boolean;
  /** Pixels of images in it are drawn as pixels. */
  readonly pixels?: boolean;
  /** What its windows show, for a page that tells it on hover. */
  readonly shows?: Shown;
}

/** What leaves the box is not seen. Holds no text. */
interface ClipMark {
  readonly kind: "clip";
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly children: readonly Mark[];
  /** What is seen through it, for a page that tells it on hover. */
  readonly shows?: Shown;
}

interface TextMark {
  readonly kind: "text";
  /** Of the anchor, and of the baseline. */
  readonly x: number;
  readonly y: number;
  /** Clean and short enough. */
  readonly text: string;
  readonly size: number;
  readonly weight: Weight;
  readonly fill: string;
  readonly anchor?: "start" | "middle" | "end";
  /** Reads upwards. */
  readonly upwards?: boolean;
  /** The width that layout gave it: a viewer with another font sets it just as wide. */
  readonly length: number;
}

interface RectMark {
  readonly kind: "rect";
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly fill?: string;
  readonly stroke?: string;
  readonly strokeWidth?: number;
  readonly dash?: string;
  readonly corner?: number;
}

interface PathMark {
  readonly kind: "path";
  readonly x: number;
  readonly y: number;
  readonly d: string;
  /** Edges fall on whole pixels, so that areas meet without a seam. */
  readonly crisp?: boolean;
  readonly fill?: string;
  readonly stroke?: string;
  readonly strokeWidth?: number;
  readonly dash?: string;
}

interface CircleMark {
  readonly kind: "circle";
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly fill: string;
  readonly opacity?: number;
}

export interface ImageMark {
  readonly kind: "image";
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** A data URI of a PNG. */
  readonly href: string;
  /** Photographs are drawn smoothly, the pixels of a map as pixels. */
  readonly smooth: boolean;
  /** Drawn for a light page, and turned over by a dark one: see `Look`. */
  readonly turns?: boolean;
  /** What is at a place of it, for a page that tells it on hover. */
  readonly shows?: Shown;
}

/** The values behind the pixels of an image. */
export type Shown =
  /** A map of so many rows and columns of a tensor, by its key. */
  | { readonly kind: "map"; readonly tensor: string; readonly rows: number; readonly columns: number }
  /** All units of a layer, in windows. */
  | { readonly kind: "layer"; readonly tensor: string }
  /** One of them. */
  | { readonly kind: "unit"; readonly unit: number }
  /** Units without extent beside each other. */
  | { readonly kind: "units"; readonly tensor: string; readonly first: number; readonly count: number };

/** Marks with the room that they take: what layout moves about. */
export interface Block {
  readonly width: number;
  readonly height: number;
  readonly marks: readonly Mark[];
}

export const emptyBlock: Block = { width: 0, height: 0, marks: [] };

/** A block's marks, moved. */
export function placed(block: Block, x: number, y: number): GroupMark {
  return { kind: "group", x, y, children: block.marks };
}

/** Blocks below each other; those without height take no gap. */
export function stack(blocks: readonly Block[], gap: number): Block {
  const shown = blocks.filter((block) => block.height > 0);
  const marks: Mark[] = [];
  let y = 0;
  for (const block of shown) {
    marks.push(placed(block, 0, y));
    y += block.height + gap;
  }
  return { width: Math.max(0, ...shown.map((block) => block.width)), height: Math.max(0, y - gap), marks };
}

/** Blocks beside each other, broken into rows that are no wider than `width`; aligned at their tops. */
export function flow(blocks: readonly Block[], width: number, gap: number, rowGap = gap): Block {
  const rows: Block[] = [];
  let marks: Mark[] = [];
  let x = 0;
  let height = 0;
  const end = (): void => {
    if (marks.length > 0) rows.push({ width: x - gap, height, marks });
    [marks, x, height] = [[], 0, 0];
  };
  for (const block of blocks) {
    if (block.height === 0) continue;
    if (x > 0 && x + block.width > width) end();
    marks.push(placed(block, x, 0));
    x += block.width + gap;
    height = Math.max(height, block.height);
  }
  end();
  return stack(rows, rowGap);
}
