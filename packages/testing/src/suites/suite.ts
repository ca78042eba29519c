import { isVitrineError } from "@vitrine/core";
import { testingError } from "../errors.js";

/** One thing to be held. */
export interface SuiteCase {
  /** "contract › a missing feed is an error" */
  readonly name: string;
  /**
   * Resolves where it holds, or with the reason why it does not apply here (an operator that the runtime says it has not).
   * Rejects where it does not hold; the message says what was expected, what happened, and of what.
   */
  run(): Promise<Skipped | void>;
}

export interface Skipped {
  readonly skipped: string;
}

/** What a method, a runtime or a format has to hold. Knows no test framework. */
export interface Suite {
  readonly title: string;
  readonly cases: readonly SuiteCase[];
  /** Frees what the cases opened. */
  dispose(): Promise<void>;
}

export interface SuiteReport {
  readonly title: string;
  readonly passed: readonly string[];
  readonly skipped: readonly { readonly name: string; readonly why: string }[];
  readonly failed: readonly { readonly name: string; readonly why: string; readonly error: unknown }[];
}

/** Runs all cases, one after the other. A failure stops none of the others. */
export async function runSuite(suite: Suite): Promise<SuiteReport> {
  const passed: string[] = [];
  const skipped: { name: string; why: string }[] = [];
  const failed: { name: string; why: string; error: unknown }[] = [];
  try {
    for (const { name, run } of suite.cases) {
      try {
        const result = await run();
        if (result) skipped.push({ name, why: result.skipped });
        else passed.push(name);
      } catch (error) {
        failed.push({ name, why: messageOf(error), error });
      }
    }
  } finally {
    await suite.dispose();
  }
  return { title: suite.title, passed, skipped, failed };
}

/** A report as people read it: what is wrong first, what was skipped and why, then the count. */
export function showReport({ title, passed, skipped, failed }: SuiteReport): string {
  return [
    title,
    ...failed.map(({ name, why }) => `  ✗ ${name}\n      ${why}`),
    ...skipped.map(({ name, why }) => `  – ${name} (${why})`),
    `  ${passed.length} hold, ${failed.length} do not, ${skipped.length} do not apply.`,
  ].join("\n");
}

export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return isVitrineError(error) && error.hint !== undefined ? `${error.message} ${error.hint}` : error.message;
}

/** A violation: what has to hold, and what was seen instead. */
export function violated(rule: string, why: string): Error {
  return testingError("violated", { rule, why });
}

/** @throws where `holds` is false */
export function hold(holds: boolean, rule: string, why: () => string): void {
  if (!holds) throw violated(rule, why());
}

/**
 * The error that `work` ends in. It has to be one of Vitrine's, of code `code` where that is given, and its message has to
 * name everything in `naming`.
 */
export async function expectError(rule: string, work: () => Promise<unknown>, { code, naming = [] }: { readonly code?: string; readonly naming?: readonly string[] } = {}): Promise<void> {
  let outcome: unknown;
  try {
    await work();
  } catch (error) {
    outcome = error;
    if (!isVitrineError(error)) throw violated(rule, `it ended in ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}, which is no VitrineError`);
    if (code !== undefined && error.code !== code) throw violated(rule, `it ended in \`${error.code}\` (${error.message}), and \`${code}\` is expected`);
    const missing = naming.filter((name) => !error.message.includes(name));
    if (missing.length > 0) throw violated(rule, `the message does not name ${missing.map((name) => `\`${name}\``).join(", ")}: ${error.message}`);
  }
  if (outcome === undefined) throw violated(rule, "nothing was thrown");
}

/** Computes at the first call, and once. */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
