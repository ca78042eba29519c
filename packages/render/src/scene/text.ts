import { lineHeights, type FontSize, type Look, type Tokens, type Weight } from "../tokens.js";
import { cleanLine } from "../text/clean.js";
import { cutMiddle, wrap } from "../text/fit.js";
import type { Measure } from "../text/measure.js";
import { stack, type Block, type Mark } from "./mark.js";

/** What every drawing needs to write: the look, and how wide letters are. */
export interface Pen {
  readonly theme: Look;
  readonly tokens: Tokens;
  readonly measure: Measure;
}

export interface TextOptions {
  /** Default 12. */
  readonly size?: FontSize;
  readonly weight?: Weight;
  /** Default: the second ink. */
  readonly fill?: string;
  /** Room: what is longer is cut in its middle, and whole on hover. Default: no end. */
  readonly width?: number;
  /** Where the text stands in its block. Default `start`. */
  readonly anchor?: "start" | "end";
}

/** Height of capitals of the bundled font, as a share of its size. */
const capitals = 0.698;

/** Distance from the top of a line to its baseline: capitals stand in its middle. */
export function baselineOf(size: FontSize): number {
  return Math.round(5 * (lineHeights[size] + capitals * size)) / 10;
}

/** One line of text: a block as wide as the text and as high as a line. */
export function textLine(pen: Pen, text: string, options: TextOptions = {}): Block {
  const { size = 12, weight = 400, fill = pen.tokens.second, width = Infinity, anchor = "start" } = options;
  const whole = cleanLine(text);
  const shown = cutMiddle(whole, width, { size, weight, measure: pen.measure });
  const taken = pen.measure(shown, size, weight);
  if (shown === "") return { width: 0, height: lineHeights[size], marks: [] };
  const mark: Mark = {
    kind: "text", x: anchor === "end" ? taken : 0, y: baselineOf(size), text: shown, size, weight, fill, anchor, length: taken,
  };
  return { width: taken, height: lineHeights[size], marks: [shown === whole ? mark : { kind: "group", x: 0, y: 0, title: whole, children: [mark] }] };
}

/** A paragraph of at most `lines` lines. */
export function paragraph(pen: Pen, text: string, width: number, lines: number, options: TextOptions = {}): Block {
  const { size = 12, weight = 400 } = options;
  const wrapped = wrap(text, width, lines, { size, weight, measure: pen.measure });
  const block = stack(wrapped.map((line) => textLine(pen, line, options)), 0);
  const whole = cleanLine(text);
  if (wrapped.join(" ") === whole) return block;
  return { ...block, marks: [{ kind: "group", x: 0, y: 0, title: whole, children: block.marks }] };
}
