import { countOf, toFloat32 } from "@vitrine/core";
import type { WeightsSnapshot } from "@vitrine/format-tfjs";

/** Since when which weights have held what is no number. */
export class NotFinite {
  readonly #since = new Map<string, { readonly epoch: number; readonly count: number; readonly of: number }>();

  look(epoch: number, { values }: WeightsSnapshot): void {
    for (const [name, constant] of values) {
      const known = this.#since.get(name);
      if ((known && known.epoch <= epoch) || !constant.dtype.includes("float")) continue;
      const data = toFloat32(constant.read());
      let count = 0;
      for (const value of data) if (!Number.isFinite(value)) count++;
      if (count > 0) this.#since.set(name, { epoch, count, of: data.length });
    }
  }

  /** One sentence for each weight, the first epoch first. */
  notices(): string[] {
    const all = [...this.#since].sort(([, a], [, b]) => a.epoch - b.epoch);
    return all.map(([name, { epoch, count, of }]) => {
      const parts = name.split("/");
      const weight = parts.pop()!;
      return `From epoch ${epoch} on, the ${weight} of layer \`${parts.join("/") || name}\` is broken: ${countOf(count, "value")} of ${of} ${count === 1 ? "is" : "are"} NaN or infinite. What it computes is no measure of anything; a lower learning rate, or clipped gradients, may help.`;
    });
  }
}
