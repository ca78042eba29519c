#!/usr/bin/env node
import { CommanderError, type Command } from "commander";
import { coreError, type Engine } from "@vitrine/core";
import { exitCodeOf, exitCodes, showError } from "./host/output.js";
import { buildProgram, earlyFlags, usageError } from "./program.js";

/** Runs one command line and returns its exit code. */
async function main(args: readonly string[]): Promise<number> {
  const early = earlyFlags(args);
  const abort = new AbortController();
  let interrupts = 0;
  process.on("SIGINT", () => {
    interrupts++;
    abort.abort();
    // A second Ctrl-C does not wait for the runtime call in flight; nothing under a final name is half written.
    if (interrupts > 1) process.exit(exitCodes.interrupted);
  });
  let program: Command | undefined;
  let engine: Engine | undefined;
  try {
    ({ program, engine } = await buildProgram(early, abort.signal));
    if (args.length === 0) {
      program.outputHelp();
      return exitCodes.usage;
    }
    await program.parseAsync(args, { from: "user" });
    if (abort.signal.aborted) throw coreError("cancelled", {});
    return exitCodes.ok;
  } catch (error) {
    const failure = error instanceof CommanderError && program ? usageError(error, program) : error;
    if (failure === undefined) return exitCodes.ok;
    const text = showError(failure, early);
    if (early.json) process.stdout.write(`${text}\n`);
    else process.stderr.write(`${text}\n`);
    return exitCodeOf(failure);
  } finally {
    await engine?.dispose().catch(() => undefined);
  }
}

// A reader that goes away (`| head`) is no fault.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});
process.exitCode = await main(process.argv.slice(2));
