import { toFloat32 } from "../tensor/convert.js";
import { take } from "../tensor/select.js";
import type { Tensor } from "../tensor/tensor.js";

/** The samples whose every element is 0. */
export function silentSamples(values: Tensor, batchAxis: number | undefined): number[] {
  const count = batchAxis === undefined ? 1 : values.shape[batchAxis]!;
  return Array.from({ length: count }, (_, sample) => sample).filter((sample) => toFloat32(batchAxis === undefined ? values : take(values, batchAxis, [sample])).every((value) => value === 0));
}

/** What a reader has to know of gradients that are zero everywhere; undefined where none is. @param titles of the targets, one per sample */
export function silenceNotice(values: Tensor, batchAxis: number | undefined, titles: readonly string[], name: string): string | undefined {
  const silent = silentSamples(values, batchAxis);
  if (silent.length === 0) return undefined;
  const where = titles.length === 1 ? "" : ` of sample ${silent.join(", ")}`;
  return `The gradient of ${titles[silent[0]!]!} by ${name}${where} is zero everywhere: on this input the target is saturated or switched off, and nothing that small changes could do shows. The blank picture says nothing about what matters; occlusion can.`;
}
