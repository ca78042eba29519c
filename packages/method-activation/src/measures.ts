/** What is told of one map: all values of one unit on one input. Plain loops; the graph computes the same for whole layers. */

/** Share of exact zeros in a map, 0 to 1: its sparsity. Meaningful only behind a rectifier, where zero is "off". */
export function sparsity(map: ArrayLike<number>): number {
  let zeros = 0;
  for (let i = 0; i < map.length; i++) if (map[i] === 0) zeros++;
  return zeros / map.length;
}

/** True where every value is exactly zero. A unit that is silent on every input of a set is dead (Stanford CS231n notes). */
export function isSilent(map: ArrayLike<number>): boolean {
  for (let i = 0; i < map.length; i++) if (map[i] !== 0) return false;
  return true;
}

/** How much of a map's energy (a²) lies in few places. */
export interface Localisation {
  /** Share of the energy in the strongest ⌈10 %⌉ of positions: near 0.1 where it is spread evenly, 1 where those hold all. */
  readonly concentration: number;
  /** Entropy of the energy over positions ÷ log(positions): 0 in a single place, 1 everywhere alike. */
  readonly entropy: number;
}

/** The share of positions that `concentration` counts. */
export const strongestShare = 10;

/** Undefined for a map of one position and for one that is all zero: there is nothing to locate. */
export function localisation(map: ArrayLike<number>): Localisation | undefined {
  if (map.length < 2) return undefined;
  const energy = Float64Array.from({ length: map.length }, (_, i) => map[i]! ** 2);
  const total = energy.reduce((sum, e) => sum + e, 0);
  if (!(total > 0)) return undefined;
  const entropy = energy.reduce((sum, e) => (e === 0 ? sum : sum - (e / total) * Math.log(e / total)), 0);
  energy.sort().reverse();
  const strongest = energy.subarray(0, Math.ceil(map.length / strongestShare)).reduce((sum, e) => sum + e, 0);
  return { concentration: strongest / total, entropy: entropy / Math.log(map.length) };
}
