import { scaleLinear } from "d3-scale";
import { lineHeights } from "../tokens.js";
import { placed, type Mark } from "../scene/mark.js";
import { textLine, type Pen } from "../scene/text.js";

export interface Axis {
  readonly label: string;
  readonly domain: readonly [number, number];
  /** Ends at round numbers. Default true. */
  readonly nice?: boolean;
  /** What lies on it is counted: there is nothing between two whole numbers. */
  readonly whole?: boolean;
}

/** A plot's ground: axes, grid lines and words, and where values lie on it. */
export interface Ground {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
  readonly xDomain: readonly [number, number];
  readonly yDomain: readonly [number, number];
  readonly marks: readonly Mark[];
  /** Height of it all. */
  readonly total: number;
}

/** The ends of values, with some room where they are all the same. */
export function extentOf(values: Iterable<number>): [number, number] | undefined {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) return undefined;
  if (low < high) return [low, high];
  const room = low === 0 ? 1 : Math.abs(low) / 2;
  return [low - room, high + room];
}

/** Numbers at ticks: all with the decimals that the step needs, unless they are very large or small. */
function tickTexts(values: readonly number[], format: (value: number) => string): string[] {
  const size = Math.max(...values.map(Math.abs));
  if (size >= 1e6 || (size > 0 && size < 1e-3)) return values.map((value) => (value === 0 ? "0" : value.toExponential(2).replace(/\.?0+e/u, "e").replace("e+", "e").replaceAll("-", "−")));
  return values.map(format);
}

/** Lays out axes in a room of `width` × `height`; `right` is kept free for labels. */
export function ground(pen: Pen, { width, height, right = 0 }: { width: number; height: number; right?: number }, xAxis: Axis, yAxis: Axis): Ground {
  const line = lineHeights[12];
  const yScale = scaleLinear([...yAxis.domain], [height, 0]);
  const yCount = Math.max(2, Math.floor(height / 48));
  if (yAxis.nice !== false) yScale.nice(yCount);
  const yTicks = yScale.ticks(yCount);
  const yLabels = tickTexts(yTicks, yScale.tickFormat(yCount)).map((text) => textLine(pen, text, { anchor: "end" }));
  const left = Math.ceil((Math.max(0, ...yLabels.map((label) => label.width)) + 8) / 4) * 4;
  const top = line + 16;
  const inner = width - left - right;

  const xScale = scaleLinear([...xAxis.domain], [0, inner]);
  if (xAxis.nice === true) xScale.nice();
  const xCount = Math.max(2, Math.floor(inner / 88));
  // A step of one is the smallest that there is.
  const span = Math.abs(xAxis.domain[1] - xAxis.domain[0]);
  const xSteps = xAxis.whole === true ? Math.max(1, Math.min(xCount, Math.floor(span))) : xCount;
  const xTicks = xScale.ticks(xSteps);
  const xLabels = tickTexts(xTicks, xScale.tickFormat(xSteps)).map((text) => textLine(pen, text));

  const { hairline, second } = pen.tokens;
  const marks: Mark[] = [placed(textLine(pen, yAxis.label, { width }), 0, 0)];
  yTicks.forEach((tick, i) => {
    const y = top + Math.round(yScale(tick)) + 0.5;
    const label = yLabels[i]!;
    if (tick !== yScale.domain()[0]) marks.push({ kind: "path", x: 0, y: 0, d: `M${left} ${y}H${left + inner}`, stroke: hairline, strokeWidth: 1 });
    marks.push(placed(label, left - 8 - label.width, y - line / 2));
  });
  const base = top + height + 0.5;
  marks.push({ kind: "path", x: 0, y: 0, d: `M${left} ${base}H${left + inner}`, stroke: second, strokeWidth: 1 });
  let taken = -Infinity;
  xTicks.forEach((tick, i) => {
    const label = xLabels[i]!;
    const at = Math.round(left + xScale(tick)) + 0.5;
    const x = Math.min(Math.max(at - label.width / 2, 0), width - label.width);
    marks.push({ kind: "path", x: 0, y: 0, d: `M${at} ${base}v4`, stroke: second, strokeWidth: 1 });
    if (x < taken + 8) return;
    marks.push(placed(label, x, base + 6));
    taken = x + label.width;
  });
  const name = textLine(pen, xAxis.label, { width: inner });
  marks.push(placed(name, left + inner - name.width, base + 6 + line));
  const [x0 = 0, x1 = 1] = xScale.domain();
  const [y0 = 0, y1 = 1] = yScale.domain();
  return {
    left, top, width: inner, height, marks, total: Math.ceil(base) + 6 + 2 * line, xDomain: [x0, x1], yDomain: [y0, y1],
    x: (value) => left + xScale(value),
    y: (value) => top + yScale(value),
  };
}
