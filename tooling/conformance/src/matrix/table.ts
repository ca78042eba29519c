import { forwardRows, limits, rowOf } from "./networks.js";
import type { Outcome } from "./work.js";

/** What is known of a runtime: its outcomes, or why it was left out. */
export interface Column {
  readonly runtime: string;
  readonly outcomes: readonly Outcome[];
  readonly skipped?: string;
  readonly seconds: number;
}

const width = 13;
const brief = (error: number): string => (error === 0 ? "equal" : error.toExponential(1));

/** The worst error of a cell; how many were refused. */
function cell(outcomes: readonly Outcome[], skipped: string | undefined): string {
  if (skipped !== undefined) return "skipped";
  const errors = outcomes.flatMap(({ error }) => (error === undefined ? [] : [error]));
  const refused = outcomes.filter((one) => one.refused !== undefined).length;
  const failed = outcomes.filter((one) => one.failed !== undefined).length;
  const noisy = outcomes.some(({ error = 0, limit, row }) => error > usual(row) && error <= limit);
  const parts = [...(failed > 0 ? [`${failed} FAILED`] : []), ...(errors.length > 0 ? [`${brief(Math.max(...errors))}${noisy ? "*" : ""}`] : []), ...(refused > 0 ? [`r${refused}`] : [])];
  return parts.join(" ") || "-";
}

const line = (title: string, cells: readonly string[]): string => title.padEnd(34) + cells.map((text) => text.padStart(width)).join("");

/** The worst relative errors, method × runtime and format × runtime, and below them what was refused, with the reasons. */
export function matrixTable(columns: readonly Column[]): string {
  const rows = [...new Set(Object.values(rowOf))];
  const formats = [...new Set(columns.flatMap(({ outcomes }) => outcomes.map(({ format }) => format)))];
  const header = (title: string): string => line(title, columns.map(({ runtime }) => runtime));
  const part = (title: string, choose: (one: Outcome) => boolean): string => line(title, columns.map(({ outcomes, skipped }) => cell(outcomes.filter(choose), skipped)));
  return [
    "The worst relative L2 errors; rN: N refused beforehand; *: within ten times float32's own noise of that network",
    "",
    header("method"),
    ...rows.map((row) => part(row, (one) => one.row === row)),
    "",
    header("format"),
    ...formats.flatMap((format) => [
      part(`${format}, forward`, (one) => one.format === format && forwardRows.includes(one.row)),
      part(`${format}, gradients`, (one) => one.format === format && !forwardRows.includes(one.row)),
    ]),
    "",
    line("compared", columns.map(({ outcomes }) => String(outcomes.filter(({ error }) => error !== undefined).length))),
    line("networks", columns.map(({ outcomes }) => String(new Set(outcomes.map(({ network }) => network)).size))),
    line("seconds", columns.map(({ seconds }) => seconds.toFixed(0))),
    "",
    ...noises(columns),
    ...refusals(columns),
    ...columns.flatMap(({ runtime, skipped }) => (skipped === undefined ? [] : [`SKIPPED ${runtime}: ${skipped}`])),
  ].join("\n");
}

const usual = (row: string): number => (row === "activation" ? limits.activations : limits.gradients);

/** Networks whose own noise is above the limits. */
function noises(columns: readonly Column[]): string[] {
  const found = new Map<string, number>();
  for (const { network, row, limit } of columns.flatMap(({ outcomes }) => outcomes)) if (limit > usual(row)) found.set(network, Math.max(limit / 10, found.get(network) ?? 0));
  return found.size === 0 ? [] : [`Float32's own noise: ${[...found].map(([network, noise]) => `${network} ${brief(noise)}`).join(", ")}`, ""];
}

/** Each reason once, with whom it stopped. */
function refusals(columns: readonly Column[]): string[] {
  const reasons = new Map<string, Set<string>>();
  for (const { runtime, outcomes } of columns) {
    for (const { refused, network, row } of outcomes) {
      if (refused === undefined) continue;
      for (const [, why = refused] of refused.matchAll(/\(([^()]*(?:\([^()]*\)[^()]*)*)\)/gu)) {
        const key = `${runtime}: ${why}`;
        reasons.set(key, (reasons.get(key) ?? new Set<string>()).add(`${network} (${row})`));
      }
    }
  }
  if (reasons.size === 0) return ["Refused: nothing."];
  return ["Refused:", ...[...reasons].map(([why, where]) => `  ${why}: ${[...where].join(", ")}`)];
}
