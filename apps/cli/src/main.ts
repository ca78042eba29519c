#!/usr/bin/env node
import { runCli } from "./cli.js";
import { exitCodes } from "./host/output.js";

const abort = new AbortController();
process.on("SIGINT", () => {
  // A second Ctrl-C does not wait for the runtime call in flight; nothing under a final name is half written.
  if (abort.signal.aborted) process.exit(exitCodes.interrupted);
  abort.abort();
});
// A reader that goes away (`| head`) is no fault.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});
process.exitCode = await runCli(process.argv.slice(2), abort.signal);
