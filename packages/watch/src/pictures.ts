import { ActivationTraining } from "@vitrine/method-activation";
import { WeightsTraining } from "@vitrine/method-weights";

/** What a state is pictured by. */
export interface Pictured {
  readonly maps: boolean;
  readonly filters: boolean;
}

export const everyPicture: Pictured = { maps: true, filters: true };
export const noPicture: Pictured = { maps: false, filters: false };

/** Of which epochs pictures are kept: those that would be shown if all were there. */
export class Pictures {
  readonly #maps = new Set<number>();
  readonly #filters = new Set<number>();
  /** From here on nobody knows how many there will be: the pictured ones lie ever farther apart. */
  #open = Infinity;

  /** @param last undefined where a training does not say when it ends */
  plan(first: number, last: number | undefined): void {
    this.#open = last === undefined ? first : Infinity;
    for (const i of last === undefined ? [0] : ActivationTraining.pictured(last - first + 1)) this.#maps.add(first + i);
    for (const i of last === undefined ? [0] : WeightsTraining.pictured(last - first + 1)) this.#filters.add(first + i);
  }

  of(epoch: number): Pictured {
    const regular = this.#isPowerOfTwo(epoch);
    return { maps: regular || this.#maps.has(epoch), filters: regular || this.#filters.has(epoch) };
  }

  #isPowerOfTwo(epoch: number): boolean {
    return epoch > this.#open && Number.isInteger(Math.log2(epoch - this.#open));
  }
}
