import { toFloat32, type LabelMapView } from "@vitrine/core";
import { rgb } from "d3-color";
import { keys, square } from "../legend/keys.js";
import { emptyExhibit } from "../figure/empty.js";
import { toDataUri } from "../picture/png.js";
import { renderError } from "../errors.js";
import { flow, type Mark } from "../scene/mark.js";
import { tensorOf, type Exhibit, type Scene } from "../scene/scene.js";
import { showCount, showShare } from "../text/numbers.js";
import type { Tokens } from "../tokens.js";
import { fitInto, frame, labelled, inputPhoto, pictureFor, type Size } from "./stage.js";

/** How often each label occurs, the most frequent first. */
export function labelCounts(view: LabelMapView, scene: Pick<Scene, "tensors">): { label: string; count: number }[] {
  const tensor = tensorOf(scene, view, view.tensor);
  if (tensor.dtype === "string" || tensor.shape.length !== 2) {
    throw renderError("view-tensor-shape", { view: view.title, tensor: view.tensor, dtype: tensor.dtype, shape: tensor.shape, expected: "whole numbers [height, width]" });
  }
  const counts = new Map<number, number>();
  for (const index of toFloat32(tensor)) counts.set(index, (counts.get(index) ?? 0) + 1);
  return [...counts].sort(([a, n], [b, m]) => m - n || a - b).map(([index, count]) => ({ label: nameOf(view, index), count }));
}

const nameOf = (view: LabelMapView, index: number): string => (Object.hasOwn(view.labels, index) ? view.labels[index]! : `class ${index}`);

/** The frequent labels take the hues in order; the others share the grey. */
export function assignHues(labels: readonly { label: string; count: number }[], { hues }: Tokens): ReadonlyMap<string, string> {
  const totals = new Map<string, number>();
  for (const { label, count } of labels) totals.set(label, (totals.get(label) ?? 0) + count);
  const ordered = [...totals].sort(([, n], [, m]) => m - n);
  return new Map(ordered.slice(0, hues.length).map(([label], i) => [label, hues[i]!]));
}

/** Colours as one raster. */
function labelRaster(colours: readonly string[], { width, height }: Size, size: Size): Mark[] {
  const data = new Uint8ClampedArray(4 * width * height).fill(255);
  colours.forEach((colour, i) => {
    const { r, g, b } = rgb(colour);
    data.set([r, g, b], 4 * i);
  });
  return [{ kind: "image", x: 0, y: 0, ...size, href: toDataUri({ width, height, data }), smooth: false }];
}

/** Colours whose values only the page knows: a path for each, of the runs that it has in every row. */
function labelPaths(colours: readonly string[], { width, height }: Size, size: Size): Mark[] {
  const [across, down] = [size.width / width, size.height / height];
  const at = (value: number): string => String(Math.round(value * 100) / 100);
  const paths = new Map<string, string>();
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; ) {
      const colour = colours[y * width + x]!;
      const from = x;
      while (x < width && colours[y * width + x] === colour) x++;
      paths.set(colour, `${paths.get(colour) ?? ""}M${at(from * across)} ${at(y * down)}H${at(x * across)}V${at((y + 1) * down)}H${at(from * across)}z`);
    }
  }
  return Array.from(paths, ([fill, d]): Mark => ({ kind: "path", x: 0, y: 0, d, fill, crisp: true }));
}

/** A map of categories beside the clean picture, with its legend. */
export function drawLabelMap(view: LabelMapView, scene: Scene): Exhibit {
  const counts = labelCounts(view, scene);
  const tensor = tensorOf(scene, view, view.tensor);
  const [height = 0, width = 0] = tensor.shape;
  if (counts.length === 0) return emptyExhibit(scene, `Nothing to draw: “${view.tensor}” has no elements.`);
  const hues = scene.agreed.hues ?? assignHues(counts, scene.tokens);
  const over = view.over === undefined ? undefined : pictureFor(scene, view, view.over);
  const beside = over !== undefined && scene.agreed.onePicture !== true;
  const size = fitInto(over ?? { width, height }, beside ? Math.floor((scene.width - 16) / 2) : scene.width);

  const colours = Array.from(toFloat32(tensor), (index) => hues.get(nameOf(view, index)) ?? scene.tokens.neutral);
  const draw = scene.theme === "page" ? labelPaths : labelRaster;
  const marks = [...draw(colours, { width, height }, size), frame(scene, size)];
  const map = scene.agreed.onePicture || (scene.depth > 0 && !beside) ? { ...size, marks } : labelled(scene, `Map, ${height} × ${width}`, { ...size, width: Math.max(size.width, 160) }, marks);
  const body = beside ? flow([labelled(scene, "Input", size, [inputPhoto(scene, over, size), frame(scene, size)]), map], scene.width, 16) : map;

  const total = width * height;
  const named = counts.filter(({ label }) => hues.has(label));
  const others = counts.filter(({ label }) => !hues.has(label));
  const rest = others.reduce((sum, { count }) => sum + count, 0);
  const items = named.map(({ label, count }) => ({ swatch: square(hues.get(label)!), label, value: showShare(count, total) }));
  if (rest > 0) items.push({ swatch: square(scene.tokens.neutral), label: `${showCount(others.length)} other${others.length === 1 ? "" : "s"}`, value: showShare(rest, total) });
  return {
    body,
    legend: keys(scene, items, scene.width),
    remarks: counts.length === 1 ? [`The same everywhere: ${counts[0]!.label}.`] : [],
    description: `A map of ${height} rows and ${width} columns of classes: ${counts.slice(0, 8).map(({ label, count }) => `${label} ${showShare(count, total)}`).join(", ")}.`,
  };
}
