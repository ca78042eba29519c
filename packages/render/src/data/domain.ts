import type { Colours } from "@vitrine/core";
import { countOf, showNumber } from "../text/numbers.js";
import type { Statistics } from "./statistics.js";

/** The values at both ends of a legend, and what a reader must be told about them. */
export interface Domain {
  readonly range: readonly [number, number];
  /** True where the range is the data's own. */
  readonly own: boolean;
  /** What a reader must know before looking: that nothing varies, that much lies beyond the ends. */
  readonly notices: readonly string[];
  /** What is good to know: that a little lies beyond the ends. */
  readonly remarks: readonly string[];
}

export interface DomainOptions {
  readonly colours: Colours;
  readonly range?: readonly [number, number] | undefined;
}

const symmetric = (a: number, b: number): readonly [number, number] => {
  const most = Math.max(Math.abs(a), Math.abs(b));
  return [-most, most];
};

/** All of one sign, and the weakest not much weaker than the strongest: on a scale through zero they would look alike. */
function isFarFromZero(low: number, high: number): boolean {
  return low < high && low * high > 0 && Math.min(Math.abs(low), Math.abs(high)) > far * Math.max(Math.abs(low), Math.abs(high));
}
const far = 0.25;

function ends(statistics: Statistics, { colours, range }: DomainOptions): readonly [number, number] {
  const [low, high] = range ?? [statistics.min, statistics.max];
  if (Number.isNaN(low) || Number.isNaN(high)) return [0, 0];
  if (colours === "signed") return range === undefined && isFarFromZero(low, high) ? [low, high] : symmetric(low, high);
  // Zero is the page: a range of the data's own begins there.
  return range || colours === "picture" ? [low, high] : [0, Math.max(0, high)];
}

/** Less than this share of the scale beyond its ends changes nothing of what is seen. */
const little = 0.1;

/** What lies beyond the ends, in a sentence, and whether it is little. */
function beyond({ min, max }: Statistics, [low, high]: readonly [number, number]): { text: string; mild: boolean } | undefined {
  if (min >= low && max <= high) return undefined;
  if (max <= low) return { text: `All values lie at or below the low end of the scale (${showNumber(min)} to ${showNumber(max)}): nothing of them is drawn.`, mild: false };
  const mild = Math.max(low - min, max - high) <= little * (high - low);
  if (max <= high && low === 0) return { text: `Values below 0 (down to ${showNumber(min)}) are drawn as 0.`, mild };
  const ends = min < low && max > high ? `from ${showNumber(min)} to ${showNumber(max)}` : min < low ? `down to ${showNumber(min)}` : `up to ${showNumber(max)}`;
  return { text: `Values beyond the scale (${ends}) are drawn as its ends.`, mild };
}

/** The domain to draw values in, given what is known of them. */
export function domainOf(statistics: Statistics, options: DomainOptions): Domain {
  const range = ends(statistics, options);
  const [low, high] = range;
  const { count, min, max, missing, infinite } = statistics;
  const notices: string[] = [];
  const remarks: string[] = [];
  const finite = !Number.isNaN(min);
  if (count > 0 && !finite) notices.push(missing === count ? "No value is a number." : "No value is finite.");
  if (finite && min === max && count > 1) notices.push(min === 0 ? "Every value is 0." : `Every value is ${showNumber(min)}.`);
  else if (finite) {
    const outside = beyond(statistics, range);
    if (outside) (outside.mild ? remarks : notices).push(outside.text);
  }
  if (options.colours !== "picture" && low < high && low * high > 0) remarks.push(low > 0 ? `The scale begins at ${showNumber(low)}, not at 0.` : `The scale ends at ${showNumber(high)}, not at 0.`);
  if (infinite > 0 && finite) notices.push(`${countOf(infinite, count, "value")} infinite.`);
  return { range, own: options.range === undefined, notices, remarks };
}
