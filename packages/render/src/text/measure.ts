import { codePointRuns, regularWidths, semiBoldWidths } from "./glyph-widths.js";
import type { Weight } from "../tokens.js";

/** Width of a line of text in CSS pixels. A browser may measure with its own font; layout takes whichever it is given. */
export type Measure = (text: string, size: number, weight: Weight) => number;

type Widths = ReadonlyMap<number, number>;

function read(widths: string): Widths {
  const runs = codePointRuns.split(" ").map(Number);
  const each = widths.split(" ").map(Number);
  const map = new Map<number, number>();
  let next = 0;
  for (let i = 0; i < runs.length; i += 2) for (let k = 0; k < runs[i + 1]!; k++) map.set(runs[i]! + k, each[next++]!);
  return map;
}

const tables: Partial<Record<Weight, Widths>> = {};
const tableOf = (weight: Weight): Widths => (tables[weight] ??= read(weight === 600 ? semiBoldWidths : regularWidths));

/** Thousandths of the font size that a character takes where the bundled font has none for it. */
function estimate(character: string): number {
  if (/\p{M}|[\u200c\u200d]/u.test(character)) return 0;
  return /\p{Script=Han}|\p{Script=Hangul}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Extended_Pictographic}|[\u3000-\u303f\uff00-\uffef]/u.test(character) ? 1000 : 700;
}

/** Measures by the widths of the bundled font (IBM Plex Sans), without kerning, so that every platform lays out equally. */
export const measureText: Measure = (text, size, weight) => {
  const table = tableOf(weight);
  let width = 0;
  for (const character of text) width += table.get(character.codePointAt(0)!) ?? estimate(character);
  return (width * size) / 1000;
};

/** Whether the bundled font has a glyph for every character; without one a rasteriser needs a font of the system. */
export function inBundledFont(text: string): boolean {
  const table = tableOf(400);
  for (const character of text) if (!table.has(character.codePointAt(0)!)) return false;
  return true;
}
