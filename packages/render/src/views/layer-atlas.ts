import type { LayerGridView } from "@vitrine/core";
import { colourise } from "../colour/colourise.js";
import { shrinkMap, type ValueMap } from "../data/map.js";
import { hatched } from "../picture/hatch.js";
import { stepped } from "../picture/map-picture.js";
import { toDataUri } from "../picture/png.js";
import { placed, type Mark } from "../scene/mark.js";
import type { Scene } from "../scene/scene.js";
import { textLine } from "../scene/text.js";
import { mapMark, type Size } from "./stage.js";

/** What is drawn: values from 0 or −1 to 1, unit by unit. */
export interface Grid {
  readonly units: number;
  readonly height: number;
  readonly width: number;
  readonly values: Float32Array;
}

/** The shape of cells: how many in a row, and how large. */
export interface Cells extends Size {
  readonly columns: number;
  readonly gap: number;
  readonly numbered: boolean;
  /** Room for row numbers on the left. */
  readonly head: number;
}

/** From the top of a row of cells to that of the next. */
export const rowPitch = (cells: Cells): number => cells.height + (cells.numbered ? 20 : cells.gap);

/** Cells that touch each other: one frame is around all of them. */
export const isTight = ({ columns, gap }: Cells): boolean => columns === 1 && gap === 0;

/** Steps of a cell's colours between zero and the strongest: cells are small. */
const steps = 31;

/** All maps in one raster, in rows. */
function atlasOf(grid: Grid, cells: Cells, view: LayerGridView, range: readonly [number, number], { theme, density }: Scene): { href: string; across: number; down: number } {
  const size = grid.width * grid.height;
  const maps = Array.from({ length: grid.units }, (_, unit) => shrinkMap({ width: grid.width, height: grid.height, values: grid.values.subarray(unit * size, (unit + 1) * size) }, density * cells.width, density * cells.height));
  const [{ width = 1, height = 1 } = {}] = maps;
  const across = Math.ceil(Math.sqrt(grid.units));
  const down = Math.ceil(grid.units / across);
  const all: ValueMap = { width: across * width, height: down * height, values: new Float32Array(across * width * down * height) };
  maps.forEach(({ values }, unit) => {
    const start = Math.floor(unit / across) * height * all.width + (unit % across) * width;
    for (let row = 0; row < height; row++) all.values.set(values.subarray(row * width, (row + 1) * width), start + row * all.width);
  });
  const values = stepped(all.values, range, steps);
  const picture = { width: all.width, height: all.height, data: colourise(values, range, view.colours, theme) };
  const shown = values.some(Number.isNaN) ? hatched({ ...all, values }, picture, across * cells.width, down * cells.height, theme) : picture;
  return { href: toDataUri(shown), across, down };
}

const round = (value: number): number => Math.round(value * 100) / 100;

/**
 * The map of each unit as a window onto one raster of them all: a page with thousands of units holds one picture for a layer,
 * and turns it over at once when it is dark.
 */
export function atlasCells(grid: Grid, units: number, cells: Cells, view: LayerGridView, range: readonly [number, number], scene: Scene): Mark[] {
  const { href, across, down } = atlasOf(grid, cells, view, range, scene);
  const { width, height, head, columns, gap, numbered } = cells;
  const places = Array.from({ length: units }, (_, unit) => ({ x: head + (unit % columns) * (width + gap), y: Math.floor(unit / columns) * rowPitch(cells) }));
  const windows = places.map((place, unit): Mark => ({
    kind: "clip", ...place, width, height, shows: { kind: "unit", unit },
    children: [{ kind: "image", x: -(unit % across) * width, y: -Math.floor(unit / across) * height, width: across * width, height: down * height, href, smooth: true }],
  }));
  const frames = places.map(({ x, y }) => `M${round(x + 0.5)} ${round(y + 0.5)}h${round(width - 1)}v${round(height - 1)}h${round(1 - width)}z`).join("");
  const numbers = numbered ? places.map(({ x, y }, unit) => placed(textLine(scene, String(unit), { width }), x, y + height)) : [];
  const { turns = false } = mapMark(scene, view.colours);
  return [
    { kind: "group", x: 0, y: 0, turns, pixels: true, shows: { kind: "layer", tensor: view.tensor }, children: windows },
    ...(isTight(cells) ? [] : [{ kind: "path", x: 0, y: 0, d: frames, stroke: scene.tokens.hairline, strokeWidth: 1 } as const]),
    ...numbers,
  ];
}
