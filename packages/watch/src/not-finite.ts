import { brief, countOf, toFloat32 } from "@vitrine/core";
import type { WeightsSnapshot } from "@vitrine/format-tfjs";

/** A weight that holds what is no number, since an epoch, and how many such values it held then. */
export interface BrokenWeight {
  readonly weight: string;
  readonly epoch: number;
  readonly count: number;
  readonly of: number;
}

/** Since when which weights have held what is no number. */
export class NotFinite {
  readonly #since = new Map<string, Omit<BrokenWeight, "weight">>();

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

  /** Every broken weight, the first epoch first. */
  get broken(): readonly BrokenWeight[] {
    const all = [...this.#since].map(([weight, found]) => ({ weight, ...found }));
    return all.sort((a, b) => a.epoch - b.epoch);
  }

  /** One sentence on where it began, and one on how far it went. */
  notices(): string[] {
    const { broken } = this;
    const [first] = broken;
    if (!first) return [];
    const began = broken.filter(({ epoch }) => epoch === first.epoch);
    const later = broken.slice(began.length);
    const which = began.slice(0, mostNamed).map(({ weight, count, of }) => `${named(weight)} (${count} of ${of} values)`);
    const more = began.length > mostNamed ? `, and ${countOf(began.length - mostNamed, "more weight")}` : "";
    return [
      `From epoch ${first.epoch} on the network is broken: NaN or infinite values are in ${which.join(", ")}${more}. What is measured from there on says nothing; a lower learning rate, or clipped gradients, may help.`,
      ...(later.length > 0 ? [`By epoch ${later.at(-1)!.epoch}, ${countOf(later.length, "more weight")} held such values: ${brief(later.map(({ weight }) => weight).join(", "), 200)}.`] : []),
    ];
  }
}

const mostNamed = 3;

/** `conv1/kernel` as "the kernel of layer `conv1`". */
function named(weight: string): string {
  const parts = weight.split("/");
  const last = parts.pop()!;
  return parts.length === 0 ? `\`${last}\`` : `the ${last.replaceAll("_", " ")} of layer \`${parts.join("/")}\``;
}
