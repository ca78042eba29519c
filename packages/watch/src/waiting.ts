import type { WeightsSnapshot } from "@vitrine/format-tfjs";

/** A state of the network that was copied and not measured yet. */
export interface Waiting {
  readonly epoch: number;
  readonly snapshot: WeightsSnapshot;
}

/** Copies of weights that wait for their turn, within a bound on their bytes. */
export class WaitingStates {
  readonly #limit: number;
  #states: Waiting[] = [];

  /** @param limit bytes; the first and the last are held whatever they take */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get first(): Waiting | undefined {
    return this.#states[0];
  }

  get count(): number {
    return this.#states.length;
  }

  get isFull(): boolean {
    return this.#states.length > 2 && this.#states.reduce((sum, { snapshot }) => sum + snapshot.bytes, 0) > this.#limit;
  }

  add(state: Waiting): void {
    this.#states.push(state);
  }

  /** The one that waits longest, which then no longer does. */
  take(): Waiting | undefined {
    return this.#states.shift();
  }

  /**
   * Gives up the state that is missed least: the one with the nearest neighbours among those that wait and the last that was measured.
   * @returns its epoch
   */
  giveUp(measured: number | undefined): number {
    const epochs = this.#states.map(({ epoch }) => epoch);
    let [least, gap] = [1, Infinity];
    // The newest stays, and so does the very first of all.
    for (let i = measured === undefined ? 1 : 0; i < epochs.length - 1; i++) {
      const wide = epochs[i + 1]! - (epochs[i - 1] ?? measured ?? 0);
      if (wide < gap) [least, gap] = [i, wide];
    }
    return this.#states.splice(least, 1)[0]!.epoch;
  }
}
