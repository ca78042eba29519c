import { SingleBar } from "cli-progress";
import type { Run, Update } from "@vitrine/core";

/** Shows how far a run is, on standard error and only where that is a terminal. */
export async function watch(run: Run, quiet: boolean): Promise<void> {
  if (quiet || !process.stderr.isTTY) return;
  let bar: SingleBar | undefined;
  try {
    for await (const update of run) bar = advance(bar, update);
  } catch {
    // Whoever awaits the run gets the error; here only the bar has to go.
  } finally {
    bar?.stop();
  }
}

function advance(bar: SingleBar | undefined, update: Update): SingleBar | undefined {
  if (update.kind !== "progress") return bar;
  if (bar) {
    bar.setTotal(update.total);
    bar.update(update.done, { what: update.what });
    return bar;
  }
  const made = new SingleBar({
    format: "{what} {bar} {percentage} % · {value} of {total} · {eta_formatted} left",
    stream: process.stderr,
    barCompleteChar: "━",
    barIncompleteChar: "─",
    hideCursor: true,
    clearOnComplete: true,
    // Progress is even by contract, so the mean over the whole run is the honest estimate.
    etaBuffer: 1000,
    barsize: 30,
  });
  made.start(update.total, update.done, { what: update.what });
  return made;
}
