import { toFloat32, type Tensor } from "@vitrine/core";

/** How far the second of two tensors of one shape is from the first. */
export interface Distance {
  /** ‖a − b‖₂ / ‖a‖₂ over the whole tensor: 0 where both are all 0, Infinity where only the first is, or where one has a number that the other has not. */
  readonly relativeL2: number;
  /** The largest |a − b|. */
  readonly largest: number;
  /** Its flat index, in row-major order. */
  readonly at: number;
  /** a · b / (‖a‖ ‖b‖), from −1 to 1; NaN where one of them is all 0. */
  readonly cosine: number;
  /** Elements that are a finite number in one and not in the other, or different infinities. */
  readonly notFinite: number;
}

/** Sums are kept in float64. Elements that are the same in both, NaN and infinities included, add nothing to the difference. */
export function distance(first: Tensor, second: Tensor): Distance {
  const a = toFloat32(first);
  const b = toFloat32(second);
  let difference = 0;
  let normA = 0;
  let normB = 0;
  let product = 0;
  let largest = 0;
  let at = 0;
  let notFinite = 0;
  for (let i = 0; i < a.length; i++) {
    const x = a[i]!;
    const y = b[i]!;
    if (!Number.isFinite(x) || !Number.isFinite(y)) {
      if (Object.is(x, y)) continue;
      if (notFinite++ === 0) at = i;
      continue;
    }
    const d = Math.abs(x - y);
    difference += d * d;
    normA += x * x;
    normB += y * y;
    product += x * y;
    if (d > largest && notFinite === 0) at = i;
    if (d > largest) largest = d;
  }
  const relative = difference === 0 ? 0 : Math.sqrt(difference / normA);
  return { relativeL2: notFinite > 0 ? Infinity : relative, largest: notFinite > 0 ? Infinity : largest, at, cosine: product / Math.sqrt(normA * normB), notFinite };
}
