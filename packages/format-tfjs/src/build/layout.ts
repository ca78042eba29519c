import { isInOrder, placeOf, sameOrder, type Held, type Order, type Ranked, type Shape } from "./held.js";
import type { ScopedBuilder } from "./scoped-builder.js";
import { reshapedConstant, transposedConstant } from "../weights/derived.js";

/** Brings values into the order of axes that an operator needs, with one Transpose per value and order. */
export class Layout {
  readonly #moved = new Map<string, string>();

  constructor(readonly b: ScopedBuilder) {}

  /** The graph's value with its axes as the file means them. */
  plain(held: Held): string {
    return held.shape ? this.in(held, undefined) : held.value;
  }

  /** The graph's value with its axes in `order`. */
  in(held: Held, order: Order | undefined): string {
    if (sameOrder(held.order, order)) return held.value;
    const rank = held.shape!.length;
    const wanted = order ?? Array.from({ length: rank }, (_, i) => i);
    const perm = wanted.map((axis) => placeOf(held, axis));
    const key = JSON.stringify([held.value, perm]);
    let moved = this.#moved.get(key);
    if (moved === undefined) {
      moved = held.constant ? this.b.constant(transposedConstant(held.constant, wanted), held.value) : this.b.transpose(held.value, perm);
      this.#moved.set(key, moved);
    }
    return moved;
  }

  /**
   * Values that are broadcast together, in one order of axes: that of the first that is not in its own.
   * Those of lower rank get axes of size 1 in front, as broadcasting gives them.
   */
  together(all: readonly Held[]): { readonly values: readonly string[]; readonly order: Order | undefined } {
    const ranks = all.map((held) => held.shape?.length);
    const rank = ranks.includes(undefined) ? undefined : Math.max(0, ...(ranks as number[]));
    const lead = all.find((held) => !isInOrder(held.order) && held.shape?.length === rank);
    if (rank === undefined || !lead) return { values: all.map((held) => this.plain(held)), order: undefined };
    return { values: all.map((held) => this.#lifted(held as Ranked, rank, lead.order!)), order: lead.order };
  }

  #lifted(held: Ranked, rank: number, order: Order): string {
    const missing = rank - held.shape.length;
    if (missing === 0) return this.in(held, order);
    if (held.shape.length === 0) return held.value;
    const shape: Shape = [...new Array<number>(missing).fill(1), ...held.shape];
    if (held.constant) {
      const lifted = reshapedConstant(held.constant, shape as number[]);
      return this.b.constant(transposedConstant(lifted, order), held.value);
    }
    const value = this.b.unsqueeze(this.plain(held), Array.from({ length: missing }, (_, i) => i));
    return this.in({ value, shape, order: undefined }, order);
  }
}

/** The shape of several values broadcast together; undefined where it cannot be known. */
export function broadcastShape(shapes: readonly (Shape | undefined)[]): Shape | undefined {
  if (shapes.includes(undefined)) return undefined;
  const known = shapes as readonly Shape[];
  const rank = Math.max(0, ...known.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = known.map((shape) => shape[axis - (rank - shape.length)]).filter((size) => size !== undefined && size !== 1);
    // One that is known decides: the other must be it, or 1.
    return sizes.length === 0 ? 1 : (sizes.find((size) => size !== null) ?? null);
  });
}
