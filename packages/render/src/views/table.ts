import type { TableView } from "@vitrine/core";
import { emptyExhibit } from "../figure/empty.js";
import { placed, stack, type Block, type Mark } from "../scene/mark.js";
import type { Exhibit, Scene } from "../scene/scene.js";
import { paragraph, textLine } from "../scene/text.js";
import { showCount, showDecimals, showNumber } from "../text/numbers.js";

const mostRows = 100;
/** Lines of a cell. */
const mostLines = 3;
const gap = 16;
const narrowest = 32;

type Column = TableView["columns"][number];

/** A cell as text; numbers with the decimals that the column asks for. */
function cellText(value: string | number | null | undefined, { digits }: Column): string {
  if (value === null || value === undefined) return "–";
  if (typeof value === "string") return value;
  return digits === undefined ? showNumber(value) : showDecimals(value, digits);
}

/** Widths that fit: the widest columns give way first. */
function shareRoom(wanted: readonly number[], room: number): number[] {
  const widths = [...wanted];
  for (let excess = widths.reduce((sum, width) => sum + width, 0) - room; excess > 0.01; ) {
    const widest = Math.max(...widths);
    if (widest <= narrowest) break;
    const wide = widths.flatMap((width, i) => (width === widest ? [i] : []));
    const next = Math.max(narrowest, ...widths.filter((width) => width < widest));
    const less = Math.min(widest - next, excess / wide.length);
    for (const i of wide) widths[i] = widest - less;
    excess -= less * wide.length;
  }
  return widths;
}

/** Words to the left, numbers to the right, a hairline between rows. */
export function drawTable(view: TableView, scene: Scene): Exhibit {
  const { columns } = view;
  const rows = view.rows.slice(0, mostRows);
  if (columns.length === 0 || rows.length === 0) return emptyExhibit(scene, "Nothing to list: the table has no rows.");
  const heads = columns.map(({ title, unit }) => (unit === undefined ? title : `${title}, ${unit}`));
  const texts = rows.map((row) => columns.map((column, c) => cellText(row[c], column)));
  const numeric = columns.map((column, c) => column.numeric ?? rows.every((row) => typeof row[c] === "number" || row[c] === null));
  const wanted = columns.map((_, c) => Math.min(scene.width, Math.ceil(Math.max(scene.measure(heads[c]!, 12, 400), ...texts.map((row) => scene.measure(row[c]!.slice(0, 400), 14, 400))))));
  const most = Math.max(1, Math.floor((scene.width + gap) / (narrowest + gap)));
  const shown = columns.slice(0, most).map((_, c) => c);
  const widths = shareRoom(wanted.slice(0, most), scene.width - gap * (shown.length - 1));

  const starts = shown.map((c) => widths.slice(0, c).reduce((sum, width) => sum + width + gap, 0));
  const total = starts.at(-1)! + widths[shown.length - 1]!;
  const rule = (stroke: string): Block => ({ width: total, height: 1, marks: [{ kind: "path", x: 0, y: 0, d: `M0 .5H${Math.ceil(total)}`, stroke, strokeWidth: 1 }] });
  const row = (cells: readonly Block[]): Block => ({
    width: total,
    height: Math.max(...cells.map(({ height }) => height)),
    marks: cells.map((block, c): Mark => placed(block, numeric[c] ? starts[c]! + widths[c]! - block.width : starts[c]!, 0)),
  });
  const head = row(shown.map((c) => textLine(scene, heads[c]!, { width: widths[c]! })));
  const lines = texts.map((line) => row(shown.map((c) => cell(scene, line[c]!, widths[c]!, numeric[c]!))));
  const ruled = lines.flatMap((line, r) => (r === 0 ? [line] : [rule(scene.tokens.hairline), line]));
  const left = view.rows.length - rows.length;
  const cut = columns.length - shown.length;
  const parts = [...(left > 0 ? [`${showCount(rows.length)} of ${showCount(view.rows.length)} rows`] : []), ...(cut > 0 ? [`${showCount(shown.length)} of ${showCount(columns.length)} columns`] : [])];
  const more = parts.length === 0 ? [] : [textLine(scene, `The first ${parts.join(", and ")}.`)];
  return {
    body: stack([stack([head, rule(scene.tokens.second), ...ruled], 3), ...more], 12),
    description: `A table of ${showCount(view.rows.length)} rows: ${heads.join(", ")}.`,
  };
}

/** Numbers on one line; words on a few. */
function cell(scene: Scene, text: string, width: number, numeric: boolean): Block {
  const options = { size: 14, fill: scene.tokens.ink } as const;
  return numeric ? textLine(scene, text, { ...options, width, anchor: "end" }) : paragraph(scene, text, width, mostLines, options);
}
