import { coreError } from "../errors/catalogue.js";

/** The life of a program, for those who write a runtime: it runs until it is disposed, and disposing waits for what runs. */
export class ProgramLife {
  readonly #running = new Set<Promise<unknown>>();
  #ended: Promise<void> | undefined;

  /** @throws `disposed` once `end` was called */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#ended) throw coreError("disposed", { what: "program" });
    const run = work();
    this.#running.add(run);
    try {
      return await run;
    } finally {
      this.#running.delete(run);
    }
  }

  /** Ends it: once, however often it is asked for. @param release what is let go when the last run is over */
  end(release: () => Promise<void> | void): Promise<void> {
    return (this.#ended ??= Promise.allSettled(this.#running).then(release));
  }
}
