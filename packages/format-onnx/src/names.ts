/** Hands out names that nothing has yet. */
export class Names {
  readonly #taken: Set<string>;
  /** The last number tried for a hint, so that many equal hints do not search through each other's names. */
  readonly #numbers = new Map<string, number>();

  constructor(taken: Set<string>) {
    this.#taken = taken;
  }

  /** `hint` if it is free, else `hint_1`, `hint_2`, … (or with another separator, from another number on). */
  unique(hint: string, separator = "_", first = 1): string {
    let name = hint;
    let number = this.#numbers.get(hint) ?? first;
    for (; this.#taken.has(name) || name === ""; number++) name = `${hint}${separator}${number}`;
    if (name !== hint) this.#numbers.set(hint, number);
    this.#taken.add(name);
    return name;
  }
}
