import type { Constant, Graph } from "@vitrine/core";
import { subgraphsOf } from "@vitrine/core";
import { Held } from "./value.js";

interface Shared {
  readonly value: Held;
  users: number;
}

/**
 * The constants of all programs of a runtime. A graph derived from another shares its weights, so they are uploaded once and
 * freed with the last program that has them.
 */
export class ConstantPool {
  readonly #shared = new Map<Constant, Shared>();

  /** The constants of a graph and of the graphs inside it, and a function that gives them back. */
  take(graph: Graph): { readonly values: ReadonlyMap<Constant, Held>; release(): void } {
    const values = new Map<Constant, Held>();
    const visit = (inner: Graph): void => {
      for (const constant of inner.constants.values()) {
        if (values.has(constant)) continue;
        let shared = this.#shared.get(constant);
        if (!shared) this.#shared.set(constant, (shared = { value: Held.host(constant.read(), "constant").retain(), users: 0 }));
        shared.users++;
        values.set(constant, shared.value);
      }
      for (const node of inner.nodes) for (const { graph: deeper } of subgraphsOf(node)) visit(deeper);
    };
    visit(graph);
    return { values, release: () => this.#release(values) };
  }

  /** After the device was lost. */
  forget(): void {
    for (const { value } of this.#shared.values()) value.forget();
  }

  #release(values: ReadonlyMap<Constant, Held>): void {
    for (const constant of values.keys()) {
      const shared = this.#shared.get(constant);
      if (!shared || --shared.users > 0) continue;
      this.#shared.delete(constant);
      shared.value.release();
    }
  }
}
