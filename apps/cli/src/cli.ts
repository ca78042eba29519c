import { CommanderError, type Command } from "commander";
import { coreError, type Engine } from "@vitrine/core";
import { exitCodeOf, exitCodes, showError } from "./host/output.js";
import { buildProgram, earlyFlags, usageError } from "./program.js";

/**
 * Runs one command line: prints to standard output and error, and returns the exit code.
 * @param signal stops it within one runtime call; the code is then 130
 */
export async function runCli(args: readonly string[], signal: AbortSignal): Promise<number> {
  const early = earlyFlags(args);
  let program: Command | undefined;
  let engine: Engine | undefined;
  try {
    ({ program, engine } = await buildProgram(early, signal));
    if (args.length === 0) {
      program.outputHelp();
      return exitCodes.usage;
    }
    await program.parseAsync(args, { from: "user" });
    if (signal.aborted) throw coreError("cancelled", {});
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
