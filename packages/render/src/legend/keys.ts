import { flow, placed, type Block, type Mark } from "../scene/mark.js";
import { textLine, type Pen } from "../scene/text.js";

export interface Key {
  /** Drawn in 12 × 12. */
  readonly swatch: readonly Mark[];
  readonly label: string;
  /** A number behind the label, in the second ink. */
  readonly value?: string;
}

const swatchSize = 12;
/** A label is cut rather than that it takes a whole line. */
const widest = 280;

/** A square of one colour. */
export function square(fill: string): Mark[] {
  return [{ kind: "rect", x: 0, y: 0, width: swatchSize, height: swatchSize, fill, corner: 2 }];
}

/** A frame of one colour. */
export function outline(stroke: string): Mark[] {
  return [{ kind: "rect", x: 1, y: 1, width: swatchSize - 2, height: swatchSize - 2, stroke, strokeWidth: 2 }];
}

/** Swatches with words, in rows. */
export function keys(pen: Pen, items: readonly Key[], width: number): Block {
  const blocks = items.map(({ swatch, label, value }): Block => {
    const number = value === undefined ? undefined : textLine(pen, value);
    const room = Math.min(widest, width) - swatchSize - 8 - (number ? number.width + 8 : 0);
    const words = textLine(pen, label, { fill: pen.tokens.ink, width: room });
    const start = swatchSize + 8;
    const marks: Mark[] = [{ kind: "group", x: 0, y: 2, children: swatch }, placed(words, start, 0)];
    if (!number) return { width: start + words.width, height: 16, marks };
    return { width: start + words.width + 8 + number.width, height: 16, marks: [...marks, placed(number, start + words.width + 8, 0)] };
  });
  return flow(blocks, width, 20, 4);
}
