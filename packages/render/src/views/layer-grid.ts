import { layerGridCells, sizeOf, type LayerGridView } from "@vitrine/core";
import { colourBar } from "../legend/colour-bar.js";
import { keys, outline } from "../legend/keys.js";
import { statisticsOf } from "../data/statistics.js";
import { emptyExhibit } from "../figure/empty.js";
import { shownMap } from "../picture/map-picture.js";
import { toDataUri } from "../picture/png.js";
import { flow, placed, stack, type Block, type Mark } from "../scene/mark.js";
import { tensorOf, type Exhibit, type Scene } from "../scene/scene.js";
import { textLine } from "../scene/text.js";
import { showCount, showNumber } from "../text/numbers.js";
import { atlasCells, isTight, rowPitch, type Cells, type Grid } from "./layer-atlas.js";
import { fitInto, frame, labelled, mapMark, inputPhoto, pictureFor, type Size } from "./stage.js";

/** More units than these say nothing on one page. */
const mostUnits = 4096;
/** Below a cell of this width stands its number; smaller ones are numbered by the row. */
const roomForNumber = 32;
const mostMarked = 12;
/** Series stand one under the other, in rows of a height that shows all of them, within bounds. */
const stripsHeight = 384;
const lowestStrip = 2;
const highestStrip = 24;
/** From this height on there is room for a hairline and a gap between them. */
const roomForGap = 10;
/** Lower ones are pointed at where they are marked: a frame would hide them. */
const roomForPointer = 12;
const thumbnail = 96;

/** Words for the ends of scales that differ from unit to unit. */
const ownEnds = { "min-max": ["the unit's lowest", "its highest"], magnitude: ["0", "the unit's strongest"], signed: ["− the unit's strongest", "the unit's strongest"] } as const;

/** Units over time or along one line: each is one row. */
const isSeries = ({ units, width, height }: Grid): boolean => units > 1 && height === 1 && width > 1;

const numberRoom = (units: number, scene: Scene): number => Math.ceil((scene.measure(showCount(units), 12, 400) + 8) / 4) * 4;

function cellsOf(grid: Grid, units: number, view: LayerGridView, scene: Scene): Cells {
  const dense = grid.width === 1 && grid.height === 1;
  if (isSeries(grid)) {
    const head = numberRoom(units, scene);
    const pitch = Math.min(Math.max(Math.floor(stripsHeight / units), lowestStrip), highestStrip);
    const gap = pitch >= roomForGap ? 4 : 0;
    return { width: scene.width - head - (gap === 0 ? roomForPointer : 0), height: pitch - gap, columns: 1, gap, numbered: false, head };
  }
  const wanted = Math.max(1, Math.min(Math.round(view.columns) || 1, units));
  const largest = dense ? 24 : units === 1 ? 448 : units <= 4 ? 224 : units <= 16 ? 160 : 112;
  const fit = (columns: number, gap: number, head: number): Size => {
    const room = Math.min(largest, (scene.width - head - gap * (columns - 1)) / columns);
    return dense ? { width: Math.floor(room), height: Math.floor(room) } : fitInto(grid, room, largest);
  };
  const large = [4, 2].map((gap) => ({ ...fit(wanted, gap, 0), columns: wanted, gap, numbered: true, head: 0 })).sort((a, b) => b.width - a.width)[0]!;
  if (large.width >= roomForNumber && !dense) return large;
  const head = numberRoom(units, scene);
  const columns = Math.min(wanted, Math.floor((scene.width - head) / 8));
  return { ...fit(columns, 2, head), columns, gap: 2, numbered: false, head };
}

/** The map of each unit in a frame of its own. */
function mapCells(grid: Grid, units: number, cells: Cells, view: LayerGridView, range: readonly [number, number], scene: Scene): Mark[] {
  const size = grid.width * grid.height;
  const pitch = rowPitch(cells);
  return Array.from({ length: units }, (_, unit): Mark => {
    const map = { width: grid.width, height: grid.height, values: grid.values.subarray(unit * size, (unit + 1) * size) };
    const picture = shownMap(map, { range, colours: view.colours, theme: scene.theme, width: cells.width, height: cells.height });
    const children: Mark[] = [{ kind: "image", x: 0, y: 0, width: cells.width, height: cells.height, href: toDataUri(picture), smooth: false }, ...(isTight(cells) ? [] : [frame(scene, cells)])];
    if (cells.numbered) children.push(placed(textLine(scene, String(unit), { width: cells.width }), 0, cells.height));
    return { kind: "group", x: cells.head + (unit % cells.columns) * (cells.width + cells.gap), y: Math.floor(unit / cells.columns) * pitch, children };
  });
}

/** Units without extent: all in one raster, told apart by hairlines. */
function denseCells(grid: Grid, units: number, cells: Cells, view: LayerGridView, range: readonly [number, number], scene: Scene): Mark[] {
  const { columns, head } = cells;
  const rows = Math.ceil(units / columns);
  const pitch = cells.width + cells.gap;
  return Array.from({ length: rows }, (_, row): Mark => {
    const count = Math.min(columns, units - row * columns);
    const map = { width: count, height: 1, values: grid.values.subarray(row * columns, row * columns + count) };
    const picture = shownMap(map, { range, colours: view.colours, theme: scene.theme, width: count * pitch, height: pitch });
    const lines = Array.from({ length: count + 1 }, (__, i) => `M${i * pitch} 0V${pitch}`).join("");
    return {
      kind: "group", x: head, y: row * pitch, children: [
        { kind: "image", x: 0, y: 0, width: count * pitch, height: pitch, href: toDataUri(picture), ...mapMark(scene, view.colours, { kind: "units", tensor: view.tensor, first: row * columns, count }) },
        { kind: "path", x: 0, y: 0, d: `${lines}M0 0H${count * pitch}M0 ${pitch}H${count * pitch}`, stroke: scene.tokens.hairline, strokeWidth: 1 },
      ],
    };
  });
}

/** Points to the left, at a row. */
const pointer = (scene: Scene, x: number, y: number): Mark => ({ kind: "path", x: 0, y: 0, d: `M${x} ${y}l8 -4v8z`, fill: scene.tokens.accent });

/** The number of the first unit of as many rows as there is room for. */
function rowNumbers(units: number, cells: Cells, scene: Scene): Mark[] {
  const pitch = rowPitch(cells);
  const every = Math.ceil(16 / pitch);
  const rows = Math.ceil(units / cells.columns);
  return Array.from({ length: Math.ceil(rows / every) }, (_, i) => {
    const words = textLine(scene, showCount(i * every * cells.columns), { anchor: "end" });
    return placed(words, cells.head - 8 - words.width, i * every * pitch + Math.min(0, (pitch - 16) / 2) + Math.max(0, (cells.height - 16) / 2));
  });
}

/** All units of a layer, each in the place of its number, on one scale or each on its own. */
export function drawLayerGrid(view: LayerGridView, scene: Scene): Exhibit {
  const tensor = tensorOf(scene, view, view.tensor);
  if (sizeOf(tensor.shape) === 0) return emptyExhibit(scene, `Nothing to draw: “${view.tensor}” has no elements.`);
  const all = layerGridCells(tensor, view);
  const units = Math.min(all.units, mostUnits);
  const grid: Grid = { units, height: all.height, width: all.width, values: all.data.subarray(0, units * all.width * all.height) };
  const range = view.colours === "signed" && view.scaling.normalise === "signed" ? ([-1, 1] as const) : ([0, 1] as const);
  const dense = grid.width === 1 && grid.height === 1;
  const cells = cellsOf(grid, units, view, scene);
  const pitch = rowPitch(cells);
  const rows = Math.ceil(units / cells.columns);

  const marked = (view.marked ?? []).filter(({ unit }) => unit >= 0 && unit < units);
  const frames = marked.map(({ unit }): Mark => isTight(cells) ? pointer(scene, cells.head + cells.width + 3, (unit + 0.5) * pitch) : ({
    kind: "rect", x: cells.head + (unit % cells.columns) * (cells.width + cells.gap), y: Math.floor(unit / cells.columns) * pitch,
    width: cells.width + (dense ? cells.gap : 0), height: cells.height + (dense ? cells.gap : 0), stroke: scene.tokens.accent, strokeWidth: 2,
  }));
  const draw = dense ? denseCells : scene.theme === "page" ? atlasCells : mapCells;
  const maps: Block = {
    width: cells.head + cells.columns * (cells.width + cells.gap) - (dense ? 0 : cells.gap),
    height: rows * pitch - (dense || cells.numbered ? 0 : cells.gap),
    marks: [...draw(grid, units, cells, view, range, scene), ...(isTight(cells) ? [{ kind: "group", x: cells.head, y: 0, children: [frame(scene, { width: cells.width, height: rows * pitch })] } satisfies Mark] : []), ...(cells.numbered ? [] : rowNumbers(units, cells, scene)), ...frames],
  };

  const number = units < all.units ? `The first ${showCount(units)} of ${showCount(all.units)}` : showCount(units);
  const series = isSeries(grid);
  const what = `${number} unit${units === 1 ? "" : "s"}${dense ? "" : series ? ` at ${showCount(grid.width)} places` : ` of ${grid.height} × ${grid.width}`}`;
  const rowsOf = `, ${cells.columns} in a row`;
  const numberings = series ? [", a row each"] : units === 1 ? [""] : cells.numbered ? [", numbered from 0", ""] : [`${rowsOf}, rows numbered by their first`, rowsOf, ""];
  const samples = view.axes.batch === undefined ? 1 : (tensor.shape[view.axes.batch] ?? 1);
  const sample = samples > 1 ? `, sample ${view.sample ?? 0} (0 to ${samples - 1})` : "";
  // Beside other grids there may be no room to say how it is numbered.
  const texts = numberings.map((numbering) => `${what}${sample}${numbering}`);
  const label = textLine(scene, texts.find((text) => scene.measure(text, 12, 400) <= scene.width) ?? texts.at(-1)!, { width: scene.width });
  const picture = view.over === undefined ? undefined : pictureFor(scene, view, view.over);
  const shown = picture && fitInto(picture, 2 * thumbnail, thumbnail);
  const input = picture && shown ? labelled(scene, "Input", { ...shown, width: Math.max(shown.width, 40) }, [inputPhoto(scene, picture, shown), frame(scene, shown)]) : undefined;

  const statistics = statisticsOf(grid.values);
  const { gamma } = view.scaling;
  const legendRoom = input ? scene.width - input.width - 24 : scene.width;
  const remark = `${view.ownScale ? "each unit on its own scale" : "one scale for all units"}${gamma === 1 ? "" : `, γ ${showNumber(gamma)}`}`;
  const bar = colourBar(scene, {
    colours: view.colours, range: view.ownScale ? range : all.range, unit: view.unit, remark, gamma, missing: [statistics.missing, statistics.count],
    ...(view.ownScale && { ends: ownEnds[view.scaling.normalise] }),
  }, legendRoom);
  const listed = marked.slice(0, mostMarked).map(({ unit, label: why }) => ({ swatch: isTight(cells) ? [pointer(scene, 2, 6)] : outline(scene.tokens.accent), label: `${unit}: ${why}` }));
  if (marked.length > mostMarked) listed.push({ swatch: [], label: `and ${showCount(marked.length - mostMarked)} more marked` });
  const legend = stack([bar, keys(scene, listed, legendRoom)], 12);
  const exhibit = stack([label, maps], 8);
  // A layer is long: beside the input the scale is seen before the maps.
  const beside = input && flow([input, { ...legend, width: legendRoom }], scene.width, 24);
  const constant = statistics.min === statistics.max && statistics.count > 1 && statistics.missing === 0;
  const silent = statistics.min === 0 && view.scaling.normalise !== "min-max";
  return {
    body: beside ? stack([beside, exhibit], 16) : exhibit,
    ...(!beside && { legend }),
    notices: statistics.strongest < 0 ? ["No value is a number."] : constant ? [silent ? "Every value is 0: no unit responds." : "Every unit has the same value everywhere."] : [],
    description: `${what} of a layer${view.ownScale ? ", each on its own scale" : ""}: ${view.unit} from ${showNumber(all.range[0])} to ${showNumber(all.range[1])}.${marked.length > 0 ? ` Marked: ${marked.slice(0, mostMarked).map(({ unit, label: why }) => `${unit} (${why})`).join(", ")}.` : ""}`,
  };
}
