import { showFill, type Fill } from "@vitrine/core";

/** A default value as its flag would be written; undefined where there is none. */
export function showDefault(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "object" && value !== null && "kind" in value) return showFill(value as Fill);
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.join(",");
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** `[1, 3, 224, 224]`, `[N, 3, ?, ?]`. */
export function showDims(shape: readonly (number | string | null)[] | undefined): string {
  return shape === undefined ? "?" : `[${shape.map((dim) => dim ?? "?").join(", ")}]`;
}

/** 1,234,567 */
export function showCount(value: number): string {
  return value.toLocaleString("en-US");
}

/** Text in columns, two spaces apart; columns of numbers go right. Long names are cut in the middle; the last column is wrapped to the terminal. */
export function columns(rows: readonly (readonly (string | number | undefined)[])[], head?: readonly string[]): string {
  const all = [...(head ? [head] : []), ...rows].map((row) => row.map((cell, i) => plain(cell === undefined ? "" : String(cell), i === row.length - 1 ? 2000 : 60)));
  const widths = all.reduce<number[]>((wide, row) => row.map((cell, i) => Math.max(wide[i] ?? 0, cell.length)), []);
  const right = widths.map((_, i) => rows.length > 0 && rows.every((row) => typeof row[i] === "number"));
  const indent = widths.slice(0, -1).reduce((sum, width) => sum + width + 2, 0);
  const room = Math.max(30, (process.stdout.columns ?? 120) - indent);
  const last = (text: string): string => wrap(text, room).join(`\n${" ".repeat(indent)}`);
  return all.map((row) => row.map((cell, i) => (right[i] ? cell.padStart(widths[i]!) : i === row.length - 1 ? last(cell) : cell.padEnd(widths[i]!))).join("  ").trimEnd()).join("\n");
}

/** Text in lines of at most `width` characters; longer words stand alone. */
export function wrap(text: string, width = 96): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return line === "" ? lines : [...lines, line];
}

/** A model's own text on a terminal: control characters cannot move the cursor or colour anything. Long text is cut in the middle. */
export function plain(text: string, most = 80): string {
  const clean = text.replace(/[\p{Cc}\p{Cf}]/gu, "·");
  return clean.length <= most ? clean : `${clean.slice(0, most / 2 - 1)}…${clean.slice(1 - most / 2)}`;
}
