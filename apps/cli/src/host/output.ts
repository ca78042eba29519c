import { isVitrineError, type VitrineError } from "@vitrine/core";
import { plain } from "./show.js";

/** Exit codes of the contract. */
export const exitCodes = { ok: 0, internal: 1, usage: 2, interrupted: 130 } as const;

export function exitCodeOf(error: unknown): number {
  if (!isVitrineError(error)) return exitCodes.internal;
  return error.kind === "cancelled" ? exitCodes.interrupted : error.kind === "internal" ? exitCodes.internal : exitCodes.usage;
}

/** An error as its reader wants it: what happened, why, what to do; a stack trace only with `--debug`. */
export function showError(error: unknown, options: { debug: boolean; json: boolean }): string {
  if (options.json) return JSON.stringify({ error: describe(error, options.debug) });
  const { message, hint } = describe(error, false);
  const lines = [`vitrine: ${message}`, ...(hint === undefined ? [] : [`  ${hint}`])];
  if (options.debug && error instanceof Error) lines.push("", stackOf(error));
  return lines.join("\n");
}

interface Described {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly stack?: string;
}

function describe(error: unknown, debug: boolean): Described {
  const stack = debug && error instanceof Error ? { stack: stackOf(error) } : {};
  if (isVitrineError(error)) {
    const { code, message, hint }: VitrineError = error;
    return { code, message, ...(hint === undefined ? {} : { hint }), ...stack };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { code: "internal", message: plain(message, 400), hint: "This is a fault of Vitrine. Run it again with --debug and report what it prints.", ...stack };
}

function stackOf(error: Error): string {
  const own = error.stack ?? error.message;
  return error.cause instanceof Error ? `${own}\nCaused by: ${stackOf(error.cause)}` : own;
}

/** Standard output: one JSON document, or text. Ends early without noise when the reader goes away (`| head`). */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value, (_, inner: unknown) => (typeof inner === "bigint" ? Number(inner) : inner), 2));
}
