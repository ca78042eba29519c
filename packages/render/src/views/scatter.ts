import type { ScatterView } from "@vitrine/core";
import { extentOf, ground } from "../axes/axes.js";
import { numbersFor } from "../data/series.js";
import { emptyExhibit } from "../figure/empty.js";
import { renderError } from "../errors.js";
import { placed, type Mark } from "../scene/mark.js";
import type { Exhibit, Scene } from "../scene/scene.js";
import { textLine } from "../scene/text.js";
import { countOf, showCount, showNumber } from "../text/numbers.js";

const plotHeight = 320;
const mostLabels = 24;
const manyPoints = 2000;

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const apart = (a: Box, b: Box): boolean => a.x + a.width < b.x || b.x + b.width < a.x || a.y + a.height < b.y || b.y + b.height < a.y;

/** Points; the outermost carry their names as long as none covers a point or another name. */
export function drawScatter(view: ScatterView, scene: Scene): Exhibit {
  const xs = numbersFor(scene, view, view.x);
  const ys = numbersFor(scene, view, view.y, xs.length);
  if (view.labels && view.labels.length !== xs.length) throw renderError("view-field", { view: view.title, field: "labels", value: view.labels.length, expected: `one label for each of the ${xs.length} points` });
  const all = xs.map((x, i) => ({ x, y: ys[i]!, label: view.labels?.[i] }));
  const finite = all.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y));
  const xDomain = view.xRange ?? extentOf(finite.map(({ x }) => x));
  const yDomain = view.yRange ?? extentOf(finite.map(({ y }) => y));
  if (!xDomain || !yDomain || finite.length === 0) return emptyExhibit(scene, all.length === 0 ? "Nothing to draw: there are no points." : "Nothing to draw: no point is a number.");
  const plot = ground(scene, { width: scene.width, height: plotHeight }, { label: view.xAxis, domain: xDomain, nice: view.xRange === undefined }, { label: view.yAxis, domain: yDomain, nice: view.yRange === undefined });
  const inside = finite.filter(({ x, y }) => x >= plot.xDomain[0] && x <= plot.xDomain[1] && y >= plot.yDomain[0] && y <= plot.yDomain[1]);

  // One circle for points that fall on the same place: as many points as one likes, as many marks as can be seen.
  const [radius, grid] = inside.length > manyPoints ? [1.5, 3] : [3, 0.5];
  const circles = new Map<string, { x: number; y: number; count: number }>();
  for (const { x, y } of inside) {
    const at = { x: Math.round(plot.x(x) / grid) * grid, y: Math.round(plot.y(y) / grid) * grid };
    const key = `${at.x} ${at.y}`;
    circles.set(key, { ...at, count: (circles.get(key)?.count ?? 0) + 1 });
  }
  const points = [...circles.values()].map(({ x, y, count }): Mark => ({ kind: "circle", x, y, radius, fill: scene.tokens.accent, opacity: 1 - 0.4 ** count }));

  const occupied: Box[] = inside.length <= manyPoints ? [...circles.values()].map(({ x, y }) => ({ x: x - radius, y: y - radius, width: 2 * radius, height: 2 * radius })) : [];
  const middle = { x: plot.left + plot.width / 2, y: plot.top + plot.height / 2 };
  const outermost = inside.filter(({ label }) => label !== undefined && label !== "").map((point) => ({ ...point, px: plot.x(point.x), py: plot.y(point.y) }))
    .sort((a, b) => Math.hypot(b.px - middle.x, b.py - middle.y) - Math.hypot(a.px - middle.x, a.py - middle.y));
  const names: Mark[] = [];
  for (const { label = "", px, py } of outermost.slice(0, 4 * mostLabels)) {
    if (names.length === mostLabels) break;
    const words = textLine(scene, label, { fill: scene.tokens.ink, width: 160 });
    for (const x of [px + 6, px - 6 - words.width]) {
      const box = { x, y: py - 8, width: words.width, height: 16 };
      const within = box.x >= plot.left && box.x + box.width <= scene.width && box.y >= plot.top - 8 && box.y + box.height <= plot.top + plot.height;
      if (!within || !occupied.every((other) => apart(box, other))) continue;
      occupied.push(box);
      names.push(placed(words, box.x, box.y));
      break;
    }
  }
  const missing = all.length - finite.length;
  const outside = finite.length - inside.length;
  return {
    body: { width: scene.width, height: plot.total, marks: [...plot.marks, ...points, ...names] },
    notices: [
      ...(missing > 0 ? [`${countOf(missing, all.length, "point")} not a finite number, and not drawn.`] : []),
      ...(outside > 0 ? [`${countOf(outside, all.length, "point")} beyond the axes.`] : []),
    ],
    description: `${showCount(all.length)} points, ${view.yAxis} over ${view.xAxis}: ${view.xAxis} from ${showNumber(xDomain[0])} to ${showNumber(xDomain[1])}, ${view.yAxis} from ${showNumber(yDomain[0])} to ${showNumber(yDomain[1])}.`,
  };
}
