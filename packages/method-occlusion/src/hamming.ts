/** The sign of every number: −1, 0 or 1. */
export function signs(values: ArrayLike<number>): Int8Array {
  return Int8Array.from(values, Math.sign);
}

/** The share of places at which two lists of signs differ; 0 of empty ones. A change against none counts as a difference. */
export function hammingDistance(a: Int8Array, b: Int8Array): number {
  let differing = 0;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) differing++;
  return a.length === 0 ? 0 : differing / a.length;
}

/**
 * Zeiler & Fergus 2014, section 4.3: Δ = the mean over pairs of images i ≠ j of the Hamming distance between sign ε_i and
 * sign ε_j, where ε is how a layer's features change when a part is hidden. Lower: the network treats that part alike.
 */
export function meanPairDistance(changes: readonly Int8Array[]): number {
  let sum = 0;
  let pairs = 0;
  for (let i = 0; i < changes.length; i++) {
    for (let j = i + 1; j < changes.length; j++) {
      sum += hammingDistance(changes[i]!, changes[j]!);
      pairs++;
    }
  }
  return pairs === 0 ? 0 : sum / pairs;
}
