import { topK, type BarsView } from "@vitrine/core";
import { scaleLinear } from "d3-scale";
import { extentOf } from "../axes/axes.js";
import { emptyExhibit } from "../figure/empty.js";
import { lineHeights } from "../tokens.js";
import { placed, stack, type Mark } from "../scene/mark.js";
import type { Exhibit, Scene } from "../scene/scene.js";
import { textLine } from "../scene/text.js";
import { alignedNumbers, countOf, showCount, showNumber } from "../text/numbers.js";

/** More bars are not read; the longest are shown. */
const mostBars = 40;
const shownOfMany = 10;
const pitch = 24;
const barHeight = 12;

/** Labels, bars and values in rows; of very many the largest. */
export function drawBars(view: BarsView, scene: Scene): Exhibit {
  const { bars } = view;
  if (bars.length === 0) return emptyExhibit(scene, "Nothing to draw: there are no bars.");
  const many = bars.length > mostBars;
  const order = topK(bars.map(({ value }) => value), shownOfMany).map(({ index }) => index);
  // A marked bar is what the picture is about: it is shown, wherever it ranks.
  const extra = bars.flatMap(({ marked }, i) => (marked && many && !order.includes(i) ? [i] : [])).slice(0, shownOfMany);
  const shown = many ? [...order, ...extra].map((i) => bars[i]!) : bars;

  const values = shown.map(({ value }) => value);
  const [low, high] = view.range ?? extentOf([0, ...values]) ?? [0, 1];
  const numbers = alignedNumbers(values).map((text) => textLine(scene, text, { fill: scene.tokens.ink, anchor: "end" }));
  const numberRoom = Math.max(...numbers.map(({ width }) => width));
  const labels = shown.map(({ label, marked }) => textLine(scene, label || "–", { size: 14, weight: marked ? 600 : 400, fill: scene.tokens.ink, width: Math.floor(scene.width * 0.42) }));
  const labelRoom = Math.ceil(Math.max(...labels.map(({ width }) => width)) / 4) * 4;
  const left = labelRoom + 12;
  const right = scene.width - numberRoom - 12;
  const scale = scaleLinear([Math.min(0, low), Math.max(0, high)], [left, right]).clamp(true);
  const zero = scale(0);

  const top = lineHeights[12] + 8;
  const name = textLine(scene, view.xAxis, { width: scene.width - left });
  const marks: Mark[] = [placed(name, left, 0)];
  shown.forEach(({ value, marked, label }, i) => {
    const y = top + i * pitch;
    const [from, to] = Number.isNaN(value) ? [zero, zero] : [Math.min(zero, scale(value)), Math.max(zero, scale(value))];
    marks.push(placed(labels[i]!, 0, y + (pitch - lineHeights[14]) / 2));
    if (to > from) marks.push({ kind: "group", x: 0, y: 0, title: `${label}: ${showNumber(value)}`, children: [{ kind: "rect", x: from, y: y + (pitch - barHeight) / 2, width: to - from, height: barHeight, fill: marked ? scene.tokens.accent : scene.tokens.neutral }] });
    marks.push(placed(numbers[i]!, scene.width - numbers[i]!.width, y + (pitch - lineHeights[12]) / 2));
  });
  const height = top + shown.length * pitch;
  marks.push({ kind: "path", x: 0, y: 0, d: `M${Math.round(zero) + 0.5} ${top}V${height}`, stroke: scene.tokens.second, strokeWidth: 1 });
  const rest = many ? [textLine(scene, `The ${order.length} largest of ${showCount(bars.length)}${extra.length > 0 ? ", and what is marked" : ""}.`)] : [];
  const missing = bars.filter(({ value }) => Number.isNaN(value)).length;
  return {
    body: stack([{ width: scene.width, height, marks }, ...rest], 8),
    notices: missing > 0 ? [`${countOf(missing, bars.length, "value")} not a number.`] : [],
    description: `${view.xAxis}: ${shown.map(({ label, value }) => `${label} ${showNumber(value)}`).join(", ")}.`,
  };
}
