import { scaleLinear } from "d3-scale";
import type { Colours } from "@vitrine/core";
import { colourise } from "../colour/colourise.js";
import { rampSteps } from "../colour/ramps.js";
import { hatched } from "../picture/hatch.js";
import { grey } from "../picture/picture.js";
import { toDataUri } from "../picture/png.js";
import { emptyBlock, flow, placed, stack, type Block, type Mark } from "../scene/mark.js";
import { textLine, type Pen } from "../scene/text.js";
import { showCount, showNumber } from "../text/numbers.js";

export interface ColourBar {
  readonly colours: Colours;
  readonly range: readonly [number, number];
  /** Unit of the numbers. */
  readonly unit: string;
  /** What is said of the scale: "own scale". */
  readonly remark?: string;
  /** What shines through `importance`. Default: the grey of a picture. */
  readonly behind?: string;
  /** Words for the ends where they are no numbers. */
  readonly ends?: readonly [string, string];
  /** Values were raised to this power before they were coloured; the bar shows them as they are. Default 1. */
  readonly gamma?: number;
  /** Values that are not a number, of how many. */
  readonly missing?: readonly [number, number];
}

const barWidth = 256;
const barHeight = 12;
const apart = 12;

/** Ends first, then zero, then round numbers between them, as long as there is room. */
function ticks(pen: Pen, { range: [low, high], ends }: ColourBar, width: number): { at: number; label: Block }[] {
  const place = (value: number): number => (high === low ? 0 : ((value - low) / (high - low)) * width);
  const label = (text: string): Block => textLine(pen, text, { width: width / 2 - apart });
  const left = label(ends?.[0] ?? showNumber(low));
  const right = label(ends?.[1] ?? showNumber(high));
  const found = [{ at: 0, label: left }];
  if (high > low) found.push({ at: width - right.width, label: right });
  if (ends || high <= low) return found;
  const between = scaleLinear([low, high], [0, 1]).ticks(4);
  const ordered = low < 0 && high > 0 ? [0, ...between.filter((value) => value !== 0)] : between;
  for (const value of ordered) {
    if (value <= low || value >= high) continue;
    const text = label(showNumber(value));
    const at = place(value) - text.width / 2;
    if (found.every((other) => at + text.width + apart < other.at || other.at + other.label.width + apart < at)) found.push({ at, label: text });
  }
  return found;
}

/** Where a value is coloured that was raised to `gamma` between zero, or the low end, and the ends. */
function bend(value: number, [low, high]: readonly [number, number], gamma: number): number {
  if (gamma === 1 || high === low) return value;
  if (low >= 0 || high <= 0) return low + (high - low) * ((value - low) / (high - low)) ** gamma;
  const most = Math.max(-low, high);
  return Math.sign(value) * most * (Math.abs(value) / most) ** gamma;
}

/** A legend of a scale: what it measures, its colours, its ends and what is missing. */
export function colourBar(pen: Pen, bar: ColourBar, room: number): Block {
  const { colours, unit, remark, missing, gamma = 1 } = bar;
  const [low, high] = bar.range;
  const width = Math.min(barWidth, room);
  const caption = textLine(pen, remark === undefined ? unit : `${unit} · ${remark}`, { width: room });
  // Without a number there is no scale.
  if (missing && missing[0] > 0 && missing[0] === missing[1]) return stack([caption, missingKey(pen, missing, room, 2)], 4);
  const values = Float32Array.from({ length: rampSteps }, (_, i) => bend(low + ((high - low) * i) / (rampSteps - 1), bar.range, gamma));
  const top = caption.height + 4;
  const marks: Mark[] = [placed(caption, 0, 0)];
  if (colours === "importance") {
    const [r = 0, g = 0, b = 0, a = 255] = grey({ width: 1, height: 1, data: Uint8Array.of(150, 150, 150, 255) }, pen.theme).data;
    marks.push({ kind: "rect", x: 0, y: top, width, height: barHeight, fill: bar.behind ?? (a === 255 ? `rgb(${r},${g},${b})` : `rgb(${r},${g},${b},${(a / 255).toFixed(2)})`) });
  }
  const picture = { width: rampSteps, height: 1, data: colourise(values, bar.range, colours, pen.theme) };
  marks.push({ kind: "image", x: 0, y: top, width, height: barHeight, href: toDataUri(picture), smooth: false, ...(pen.theme === "page" && colours !== "picture" && { turns: true }) });
  marks.push({ kind: "rect", x: 0.5, y: top + 0.5, width: width - 1, height: barHeight - 1, stroke: pen.tokens.hairline });
  const below = top + barHeight + 2;
  for (const tick of ticks(pen, bar, width)) marks.push(placed(tick.label, tick.at, below));
  const scale: Block = { width: Math.max(width, caption.width), height: below + 16, marks };
  if (!missing || missing[0] === 0) return scale;
  return flow([scale, missingKey(pen, missing, room, top)], room, 24, 8);
}

/** The hatch that stands for what is not a number. */
function missingKey(pen: Pen, [count, of]: readonly [number, number], room: number, top: number): Block {
  const side = 16;
  const words = textLine(pen, `not a number (${showCount(count)} of ${showCount(of)})`, { width: room - side - 8 });
  const href = toDataUri(hatched({ width: 1, height: 1, values: Float32Array.of(NaN) }, { width: 1, height: 1, data: new Uint8Array(4) }, 2 * side, 2 * side, pen.theme));
  const marks: Mark[] = [
    { kind: "image", x: 0, y: top - 2, width: side, height: side, href, smooth: false, ...(pen.theme === "page" && { turns: true }) },
    { kind: "rect", x: 0.5, y: top - 1.5, width: side - 1, height: side - 1, stroke: pen.tokens.hairline },
    placed(words, side + 8, top - 2),
  ];
  return words.width === 0 ? emptyBlock : { width: side + 8 + words.width, height: top + side, marks };
}
