import { toFloat32, type MatrixView } from "@vitrine/core";
import { colourFor } from "../colour/both.js";
import { colourOf } from "../colour/colourise.js";
import { legible } from "../colour/contrast.js";
import { colourBar } from "../legend/colour-bar.js";
import { domainOf } from "../data/domain.js";
import { statisticsOf } from "../data/statistics.js";
import { emptyExhibit } from "../figure/empty.js";
import { shownMap } from "../picture/map-picture.js";
import { toDataUri } from "../picture/png.js";
import { renderError } from "../errors.js";
import { cutMiddle } from "../text/fit.js";
import { emptyBlock, placed, type Mark } from "../scene/mark.js";
import { tensorOf, type Exhibit, type Scene } from "../scene/scene.js";
import { baselineOf, textLine } from "../scene/text.js";
import { showCount, showNumber } from "../text/numbers.js";
import { frame, mapMark } from "./stage.js";

const longestColumn = 112;
const largestCell = 64;
const tallestCell = 32;

/** A matrix with names for its rows and columns, and its numbers in the cells where they have room. */
export function drawMatrix(view: MatrixView, scene: Scene): Exhibit {
  const tensor = tensorOf(scene, view, view.tensor);
  if (tensor.dtype === "string" || tensor.shape.length !== 2) {
    throw renderError("view-tensor-shape", { view: view.title, tensor: view.tensor, dtype: tensor.dtype, shape: tensor.shape, expected: "numbers [rows, columns]" });
  }
  const [rows = 0, columns = 0] = tensor.shape;
  if (rows * columns === 0) return emptyExhibit(scene, `Nothing to draw: “${view.tensor}” has no elements.`);
  for (const [field, length] of [["rows", rows], ["columns", columns]] as const) {
    if (view[field].length !== 0 && view[field].length !== length) throw renderError("view-field", { view: view.title, field, value: view[field].length, expected: `${length} names, as its tensor has ${field}` });
  }
  const values = toFloat32(tensor);
  const statistics = statisticsOf(values);
  const domain = scene.agreed.domain ?? domainOf(statistics, view);

  const rowNames = view.rows.map((row) => textLine(scene, row, { width: Math.floor(scene.width * 0.3), anchor: "end" }));
  const named = rowNames.length === 0 ? 0 : Math.ceil((Math.max(...rowNames.map(({ width }) => width)) + 8) / 4) * 4;
  const widest = (from: number, to = 0): number => Math.min(largestCell, (scene.width - from - to) / columns);
  const upright = view.columns.some((column) => scene.measure(column, 12, 400) > widest(named) - 8);
  // A line of upright text is wider than a narrow cell: the outermost ones reach beyond the matrix.
  const beyond = upright ? Math.max(0, 8 - widest(named) / 2) : 0;
  const left = Math.max(named, beyond);
  const cell = widest(left, beyond);
  const cellHeight = Math.min(tallestCell, Math.max(cell, 640 / rows < 16 ? 640 / rows : 16));
  const size = { width: cell * columns, height: cellHeight * rows };

  const columnRoom = Math.min(longestColumn, Math.max(0, ...view.columns.map((column) => scene.measure(column, 12, 400))));
  const top = view.columns.length === 0 ? 0 : upright ? Math.ceil((columnRoom + 8) / 4) * 4 : 20;
  const everyColumn = upright ? Math.ceil(16 / cell) : 1;
  const everyRow = Math.ceil(16 / cellHeight);

  const picture = shownMap({ width: columns, height: rows, values }, { range: domain.range, colours: view.colours, theme: scene.theme, ...size });
  const marks: Mark[] = [
    { kind: "image", x: left, y: top, ...size, href: toDataUri(picture), ...mapMark(scene, view.colours, { kind: "map", tensor: view.tensor, rows, columns }) },
    { kind: "group", x: left, y: top, children: [frame(scene, size)] },
  ];
  rowNames.forEach((name, i) => {
    if (i % everyRow === 0) marks.push(placed(name, left - 8 - name.width, top + (i + 0.5) * cellHeight - 8));
  });
  view.columns.forEach((column, i) => {
    if (i % everyColumn !== 0) return;
    const middle = left + (i + 0.5) * cell;
    if (!upright) {
      const name = textLine(scene, column);
      marks.push(placed(name, middle - name.width / 2, 0));
      return;
    }
    const text = cutMiddle(column, columnRoom, { size: 12, measure: scene.measure });
    marks.push({ kind: "group", x: 0, y: 0, title: column, children: [{ kind: "text", x: middle - 8 + baselineOf(12), y: top - 4, text, size: 12, weight: 400, fill: scene.tokens.second, upwards: true, length: scene.measure(text, 12, 400) }] });
  });

  const texts = Array.from(values, (value) => (Number.isNaN(value) ? "" : showNumber(value, 2)));
  const longest = Math.max(...texts.map((text) => scene.measure(text, 12, 400)));
  if (cellHeight >= 16 && longest <= cell - 8 && view.colours !== "importance") {
    texts.forEach((text, i) => {
      const value = values[i]!;
      // The hatch says it.
      if (Number.isNaN(value)) return;
      const fill = colourFor(scene.theme, (theme, { ink, page }) => legible(colourOf(value, domain.range, view.colours, theme), [ink, page]));
      const number = textLine(scene, text, { fill });
      marks.push(placed(number, left + ((i % columns) + 0.5) * cell - number.width / 2, top + (Math.floor(i / columns) + 0.5) * cellHeight - 8));
    });
  }
  const legend = scene.agreed.oneLegend ? emptyBlock : colourBar(scene, { colours: view.colours, range: domain.range, unit: view.unit, missing: [statistics.missing, statistics.count], ...(domain.own && { remark: "own scale" }) }, scene.width);
  const at = (i: number): string => `${view.rows[Math.floor(i / columns)] ?? `row ${Math.floor(i / columns)}`}, ${view.columns[i % columns] ?? `column ${i % columns}`}`;
  return {
    body: { width: left + size.width, height: top + size.height, marks },
    legend,
    ...(scene.agreed.domain === undefined && { notices: domain.notices, remarks: domain.remarks }),
    description: `A matrix of ${showCount(rows)} rows and ${showCount(columns)} columns: ${view.unit} from ${showNumber(statistics.min)} to ${showNumber(statistics.max)}${statistics.strongest < 0 ? "" : `, the highest at ${at(statistics.strongest)}`}.`,
  };
}
