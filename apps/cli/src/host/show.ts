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

/** Text in columns, two spaces apart; numbers that are all numbers go right. */
export function columns(rows: readonly (readonly (string | number | undefined)[])[], head?: readonly string[]): string {
  const all = [...(head ? [head] : []), ...rows].map((row) => row.map((cell) => plain(cell === undefined ? "" : String(cell))));
  const widths = all.reduce<number[]>((wide, row) => row.map((cell, i) => Math.max(wide[i] ?? 0, cell.length)), []);
  const right = widths.map((_, i) => rows.length > 0 && rows.every((row) => typeof row[i] === "number"));
  return all.map((row) => row.map((cell, i) => (right[i] ? cell.padStart(widths[i]!) : i === row.length - 1 ? cell : cell.padEnd(widths[i]!))).join("  ").trimEnd()).join("\n");
}

/** A model's own text on a terminal: control characters cannot move the cursor or colour anything. Long text is cut in the middle. */
export function plain(text: string, most = 80): string {
  const clean = text.replace(/[\p{Cc}\p{Cf}]/gu, "·");
  return clean.length <= most ? clean : `${clean.slice(0, most / 2 - 1)}…${clean.slice(1 - most / 2)}`;
}
