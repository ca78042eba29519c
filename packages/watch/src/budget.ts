/**
 * Keeps account of what watching costs, as a share of the time that training takes. Training's clock stands while something
 * is watched, and between one training and the next.
 */
export class Budget {
  readonly share: number;
  readonly #now: () => number;
  #training = 0;
  #spent = 0;
  /** When training last went on; undefined while it does not. */
  #since: number | undefined;

  /** @param now milliseconds */
  constructor(share: number, now: () => number = () => performance.now()) {
    this.share = share;
    this.#now = now;
  }

  /** Milliseconds of training until something was last watched. */
  get training(): number {
    return this.#training;
  }

  /** Milliseconds spent so far. */
  get spent(): number {
    return this.#spent;
  }

  /** Milliseconds that may be spent now; below 0 where more was spent than there is. */
  get allowance(): number {
    return this.share * this.training - this.#spent;
  }

  /** Training goes on. What was since it last did is forgotten: a training that failed ended at nobody knows what time. */
  start(): void {
    this.#since = this.#now();
  }

  stop(): void {
    if (this.#since !== undefined) this.#training += this.#now() - this.#since;
    this.#since = undefined;
  }

  /** Does something at the cost of training, and tells what it cost. */
  async spend<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly cost: number }> {
    const began = this.#now();
    const wasRunning = this.#since !== undefined;
    this.stop();
    try {
      const result = await work();
      return { result, cost: this.#now() - began };
    } finally {
      this.#spent += this.#now() - began;
      if (wasRunning) this.start();
    }
  }
}
