import type { Report, Update } from "../method/findings.js";
import type { Run } from "../method/job.js";

/** Makes a `Run` of work that begins in the next microtask; updates are kept only for those who iterate. */
export function startRun(work: (tell: (update: Update) => void) => Promise<Report>): Run {
  const listeners = new Set<UpdateQueue>();
  let ended = false;
  const result = Promise.resolve().then(() => work((update) => listeners.forEach((queue) => queue.push(update))));
  const close = (): void => {
    ended = true;
    listeners.forEach((queue) => queue.close());
  };
  // Whoever only iterates still learns of a failure, at the end of the iteration; it is no unhandled rejection meanwhile.
  result.then(close, close);
  return {
    then: (fulfilled, rejected) => result.then(fulfilled, rejected),
    async *[Symbol.asyncIterator]() {
      const queue = new UpdateQueue();
      if (!ended) listeners.add(queue);
      else queue.close();
      try {
        yield* queue.drain();
        await result;
      } finally {
        listeners.delete(queue);
      }
    },
  };
}

class UpdateQueue {
  readonly #waiting: Update[] = [];
  #wake: (() => void) | undefined;
  #closed = false;

  push(update: Update): void {
    this.#waiting.push(update);
    this.#wake?.();
  }

  close(): void {
    this.#closed = true;
    this.#wake?.();
  }

  async *drain(): AsyncGenerator<Update> {
    for (;;) {
      const next = this.#waiting.shift();
      if (next) yield next;
      else if (this.#closed) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
