import { line } from "d3-shape";
import type { CurveView } from "@vitrine/core";
import { extentOf, ground, type Ground } from "../axes/axes.js";
import { numbersFor, thinned } from "../data/series.js";
import { emptyExhibit } from "../figure/empty.js";
import { renderError } from "../errors.js";
import { placed, type Block, type Mark } from "../scene/mark.js";
import type { Exhibit, Scene } from "../scene/scene.js";
import { textLine } from "../scene/text.js";
import { countOf, showCount, showNumber } from "../text/numbers.js";

const plotHeight = 256;
const mostPoints = 2000;
/** Few points are shown as points. */
const fewPoints = 40;
const mostSeries = 64;

type Point = readonly [number, number];
interface Series {
  readonly label: string;
  readonly points: readonly Point[];
  readonly colour: string;
}

function seriesOf(view: CurveView, scene: Scene): Series[] {
  const { hues, neutral } = scene.tokens;
  return view.series.slice(0, mostSeries).map(({ x, y, label }, i) => {
    const xs = numbersFor(scene, view, x);
    const ys = numbersFor(scene, view, y, xs.length);
    return { label, points: xs.map((value, k): Point => [value, ys[k]!]), colour: hues[i] ?? neutral };
  });
}

/** Names at the ends of the lines, moved apart where lines end together. */
function endLabels(series: readonly Series[], plot: Ground, room: number, scene: Scene): Mark[] {
  const places = series.flatMap(({ label, points, colour }) => {
    const last = points.findLast(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
    return last && label !== "" ? [{ label, colour, y: plot.y(last[1]) - 8 }] : [];
  });
  places.sort((a, b) => a.y - b.y);
  const fitting = places.slice(0, Math.floor((plot.height + 16) / 16));
  const ys: number[] = [];
  for (const { y } of fitting) ys.push(Math.max(y, plot.top - 8, (ys.at(-1) ?? -Infinity) + 16));
  for (let i = ys.length - 1, floor = plot.top + plot.height - 8; i >= 0; i--, floor -= 16) ys[i] = Math.min(ys[i]!, floor);
  const x = plot.left + plot.width + 12;
  return fitting.map(({ label, colour }, i): Mark => {
    const words: Block = textLine(scene, label, { fill: scene.tokens.ink, width: room - 32 });
    return { kind: "group", x, y: ys[i]!, children: [{ kind: "path", x: 0, y: 8, d: "M0 0H12", stroke: colour, strokeWidth: 2 }, placed(words, 20, 0)] };
  });
}

export function drawCurve(view: CurveView, scene: Scene): Exhibit {
  const series = seriesOf(view, scene);
  const points = series.flatMap(({ points: each }) => each);
  const xDomain = extentOf(points.map(([x]) => x));
  const yDomain = extentOf(points.map(([, y]) => y));
  if (!xDomain || !yDomain) return emptyExhibit(scene, points.length === 0 ? "Nothing to draw: the curves have no points." : "Nothing to draw: no point is a number.");
  if (view.yRange && !view.yRange.every(Number.isFinite)) throw renderError("view-field", { view: view.title, field: "yRange", value: view.yRange, expected: "two finite numbers" });
  const widest = Math.max(...series.map(({ label }) => scene.measure(label, 12, 400)));
  const room = series.every(({ label }) => label === "") ? 0 : Math.min(Math.ceil(widest) + 36, Math.floor(scene.width / 3));
  const plot = ground(scene, { width: scene.width, height: plotHeight, right: room }, { label: view.xAxis, domain: xDomain, whole: points.every(([x]) => Number.isInteger(x)) }, view.yRange ? { label: view.yAxis, domain: view.yRange, nice: false } : { label: view.yAxis, domain: yDomain });
  const [low, high] = plot.yDomain;
  const path = line<Point>(([x]) => round(plot.x(x)), ([, y]) => round(plot.y(Math.min(Math.max(y, low), high)))).defined(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
  // The first series lies on top: it is the one that the others are compared with.
  const drawn = [...series].reverse().flatMap(({ label, points: each, colour }): Mark[] => {
    const shown = thinned(each, mostPoints);
    const marks: Mark[] = [{ kind: "path", x: 0, y: 0, d: path(shown) ?? "", stroke: colour, strokeWidth: 2 }];
    if (each.length <= fewPoints) for (const [x, y] of each) if (Number.isFinite(x) && Number.isFinite(y) && y >= low && y <= high) marks.push({ kind: "circle", x: plot.x(x), y: plot.y(y), radius: 3, fill: colour });
    return [{ kind: "group", x: 0, y: 0, title: label, children: marks }];
  });
  const missing = points.filter(([x, y]) => !Number.isFinite(x) || !Number.isFinite(y)).length;
  const notices = [
    ...(missing > 0 ? [`${countOf(missing, points.length, "point")} not a finite number: a gap in its line.`] : []),
    ...(view.series.length > mostSeries ? [`The first ${mostSeries} of ${showCount(view.series.length)} curves.`] : []),
  ];
  const spoken = series.slice(0, 8).map(({ label, points: each }) => {
    const finite = each.filter(([, y]) => Number.isFinite(y));
    return finite.length === 0 ? `${label}: no number` : `${label}: from ${showNumber(finite[0]![1])} to ${showNumber(finite.at(-1)![1])}`;
  });
  return {
    body: { width: scene.width, height: plot.total, marks: [...plot.marks, ...drawn, ...endLabels(series, plot, room, scene)] },
    notices,
    description: `${view.yAxis} over ${view.xAxis}. ${spoken.join("; ")}.`,
  };
}

const round = (value: number): number => Math.round(value * 10) / 10;
