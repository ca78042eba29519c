import { sum } from "d3-array";
import type { HistogramView } from "@vitrine/core";
import { ground } from "../axes/axes.js";
import { numbersFor } from "../data/series.js";
import { emptyExhibit } from "../figure/empty.js";
import { placed, type Mark } from "../scene/mark.js";
import type { Exhibit, Scene } from "../scene/scene.js";
import { textLine } from "../scene/text.js";
import { showCount, showNumber } from "../text/numbers.js";

const plotHeight = 224;
/** A bar that towers above all others by more is cut, so that the others can be seen (the zeros of a rectifier). */
const towers = 6;

export function drawHistogram(view: HistogramView, scene: Scene): Exhibit {
  const counts = numbersFor(scene, view, view.counts);
  const edges = numbersFor(scene, view, view.edges, counts.length + 1);
  const total = sum(counts);
  if (counts.length === 0 || !(total > 0)) return emptyExhibit(scene, "Nothing to draw: there are no values to count.");
  if (!edges.every(Number.isFinite)) return emptyExhibit(scene, "Nothing to draw: the values have no finite range.");
  const [first = 0, second = 0] = [...counts].sort((a, b) => b - a);
  const cut = counts.length > 2 && second > 0 && first > towers * second;
  const top = cut ? second * 1.3 : first;
  const plot = ground(scene, { width: scene.width, height: plotHeight }, { label: view.xAxis, domain: [edges[0]!, edges.at(-1)!] }, { label: view.yAxis, domain: [0, top], nice: !cut });
  const { neutral, page, ink } = scene.tokens;
  const marks: Mark[] = [...plot.marks];
  const notes: Mark[] = [];
  counts.forEach((count, i) => {
    if (!(count > 0)) return;
    const [from, to] = [plot.x(edges[i]!), plot.x(edges[i + 1]!)];
    const gap = to - from > 3 ? 1 : 0;
    const y = plot.y(Math.min(count, top));
    const width = Math.max(to - from - gap, 0.5);
    marks.push({ kind: "group", x: 0, y: 0, title: `${showNumber(edges[i]!)} to ${showNumber(edges[i + 1]!)}: ${showCount(count)}`, children: [{ kind: "rect", x: from, y, width, height: plot.top + plot.height - y, fill: neutral }] });
    if (!cut || count !== first) return;
    // Two strokes of the page's colour through the bar say that it goes on.
    for (const down of [16, 20]) notes.push({ kind: "path", x: 0, y: 0, d: `M${from - 3} ${y + down + 4}L${from + width + 3} ${y + down}`, stroke: page, strokeWidth: 2 });
    const label = textLine(scene, `${showCount(count)}, cut`, { fill: ink });
    const beside = from + width + 8 + label.width <= plot.left + plot.width;
    const x = beside ? from + width + 8 : from - 8 - label.width;
    notes.push({ kind: "rect", x: x - 4, y, width: label.width + 8, height: 16, fill: page }, placed(label, x, y));
  });
  const peak = counts.indexOf(first);
  return {
    body: { width: scene.width, height: plot.total, marks: [...marks, ...notes] },
    description: `A histogram of ${showCount(total)} values from ${showNumber(edges[0]!)} to ${showNumber(edges.at(-1)!)}; most of them, ${showCount(first)}, between ${showNumber(edges[peak]!)} and ${showNumber(edges[peak + 1]!)}.`,
  };
}
