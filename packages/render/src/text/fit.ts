import type { Weight } from "../tokens.js";
import { cleanLine } from "./clean.js";
import type { Measure } from "./measure.js";

export interface FitOptions {
  readonly size: number;
  readonly weight?: Weight;
  readonly measure: Measure;
}

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });
const graphemes = (text: string): string[] => Array.from(segmenter.segment(text), (part) => part.segment);

/** The text if it fits, else without its middle: both ends of a name tell it from others. `""` where not even `…` fits. */
export function cutMiddle(text: string, width: number, { size, weight = 400, measure }: FitOptions): string {
  const clean = cleanLine(text);
  const fits = (part: string): boolean => measure(part, size, weight) <= width;
  if (clean.length * size < width || fits(clean)) return clean;
  // No glyph of a readable script is narrower than an eighth of its size: more would not fit anyway.
  const most = Math.ceil((width / size) * 8) + 2;
  const letters = clean.length > 4 * most ? [...graphemes(clean.slice(0, 2 * most)), ...graphemes(clean.slice(-2 * most))] : graphemes(clean);
  const keep = (count: number): string => {
    const tail = Math.floor(count / 2);
    return `${letters.slice(0, count - tail).join("").trimEnd()}…${tail === 0 ? "" : letters.slice(-tail).join("").trimStart()}`;
  };
  let [low, high] = [0, letters.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(keep(middle))) low = middle;
    else high = middle - 1;
  }
  return low > 0 ? keep(low) : fits("…") ? "…" : "";
}

/**
 * Lines of at most `width`, broken between words; a word that is longer than a line is cut in its middle.
 * What does not fit into `lines` ends in an ellipsis.
 */
export function wrap(text: string, width: number, lines: number, options: FitOptions): string[] {
  const { size, weight = 400, measure } = options;
  const words = cleanLine(text).split(" ");
  const result: string[] = [];
  let line = "";
  for (let i = 0; i < words.length; i++) {
    const word = cutMiddle(words[i]!, width, options);
    const longer = line === "" ? word : `${line} ${word}`;
    if (measure(longer, size, weight) <= width) {
      line = longer;
      continue;
    }
    if (result.length === lines - 1) {
      let shorter = line.split(" ");
      while (shorter.length > 1 && measure(`${shorter.join(" ")} …`, size, weight) > width) shorter = shorter.slice(0, -1);
      return [...result, shorter.length > 1 ? `${shorter.join(" ")} …` : cutMiddle(`${line} ${word}`, width, options)];
    }
    result.push(line);
    line = word;
  }
  return line === "" ? result : [...result, line];
}
