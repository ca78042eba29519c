import { countOf, percentOf, threeDigits, type Fact } from "@vitrine/core";
import type { BankAnalysis } from "./analysis.js";
import { bands, smallestForBands } from "./first-layer.js";
import { smallestForNoise } from "./classify.js";
import type { SimilarPair } from "./similarity.js";
import { deadShare } from "./statistics.js";
import { list, titled } from "./words.js";

/** What can be wrong with weights. */
export type FindingName = "no numbers" | "dead filters" | "duplicate filters" | "noisy filters" | "missing middle frequencies" | "aliasing";

/** Something noticed in one layer, with what it rests on. */
export interface Noticed {
  readonly finding: FindingName;
  readonly layer: string;
  readonly parameter: string;
  /** One sentence with its numbers. */
  readonly says: string;
  /** Filters that it is about. */
  readonly filters: readonly number[];
  readonly evidence: Readonly<Record<string, Fact>>;
}

/** A tenth of the filters: of structured ones none, of white noise 95 % are told as noise. */
const noisyShare = 0.1;
/** Middle frequencies hold less than this share of the power while low and high hold at least a quarter each. */
const missingShare = 0.2;
const presentShare = 0.25;
/** More than half of the power is above what the stride can carry. */
const aliasedShare = 0.5;
const most = 24;

/** What every finding looks for, in words with their thresholds: said also where nothing was noticed. */
export const lookedFor = (similar: number): readonly string[] => [
  `dead filters (L2 at most ${percentOf(deadShare)} of the layer's)`,
  `duplicate filters (|cosine| above ${threeDigits(similar)}, 9 numbers and more)`,
  `noisy filters (not told from white noise of the same shape at the 5 % level, in a tenth of a first layer; ${smallestForNoise} × ${smallestForNoise} and more)`,
  `missing middle frequencies (less than ${percentOf(missingShare)} of a first layer's power from ${bands[0]} to ${bands[1]} cycles per pixel, at least ${percentOf(presentShare)} below and above; ${smallestForBands} × ${smallestForBands} and more)`,
  `aliasing (more than half of a first layer's power above the Nyquist frequency of its stride)`,
];

/** Everything noticed in one bank of filters, the gravest first. */
export function notice(one: BankAnalysis): Noticed[] {
  const { parameter, bank, statistics, norms, dead, similarity, first } = one;
  const name = titled(parameter.name, bank.block);
  const about = { layer: parameter.layer, parameter: name };
  const noticed: Noticed[] = [];
  if (statistics.notFinite > 0) {
    noticed.push({ ...about, finding: "no numbers", filters: [], says: `${name} holds ${countOf(statistics.notFinite, "value")} that ${statistics.notFinite === 1 ? "is" : "are"} NaN or infinite.`, evidence: { notFinite: statistics.notFinite } });
  }
  if (dead.length > 0) {
    const typical = Math.sqrt(norms.reduce((sum, l2) => sum + l2 * l2, 0) / norms.length);
    noticed.push({
      ...about, finding: "dead filters", filters: dead,
      says: `${countOf(dead.length, "filter")} of ${bank.filters} in ${name} ${dead.length === 1 ? "is" : "are"} next to nothing: ${list(dead)} (L2 at most ${threeDigits(deadShare * typical)}, the layer's is ${threeDigits(typical)}).`,
      evidence: { dead: dead.slice(0, most), count: dead.length, of: bank.filters, l2: dead.slice(0, most).map((f) => norms[f]!), rootMeanSquareL2: typical },
    });
  }
  const pairs = similarity?.pairs ?? [];
  if (similarity && pairs.length > 0) {
    const twins = [...new Set(pairs.map(({ a, b }) => Math.max(a, b)))].sort((a, b) => a - b);
    const [best] = pairs as [SimilarPair];
    const of = similarity.compared.length === bank.filters ? `${bank.filters}` : `${similarity.compared.length} compared`;
    noticed.push({
      ...about, finding: "duplicate filters", filters: [...new Set(pairs.flatMap(({ a, b }) => [a, b]))].sort((a, b) => a - b),
      says: `${countOf(twins.length, "filter")} of ${of} in ${name} ${twins.length === 1 ? "repeats another" : "repeat others"} up to scale and sign; ${best.a} and ${best.b} most (cosine ${threeDigits(best.cosine)}).`,
      evidence: { repeating: twins.length, compared: similarity.compared.length, pairs: pairs.length, most: pairs.slice(0, most).map(({ a, b, cosine }) => ({ a, b, cosine })) },
    });
  }
  if (first) noticed.push(...noticeFirst(one, name));
  return noticed;
}

function noticeFirst({ parameter, bank, first }: BankAnalysis, name: string): Noticed[] {
  const { shapes, bandShares, aliasing } = first!;
  const about = { layer: parameter.layer, parameter: name };
  const noticed: Noticed[] = [];
  const noisy = shapes.flatMap((shape, f) => (shape?.class === "noise" ? [f] : []));
  const live = shapes.filter((shape) => shape !== undefined).length;
  if (live > 0 && noisy.length > noisyShare * live) {
    noticed.push({
      ...about, finding: "noisy filters", filters: noisy,
      says: `${countOf(noisy.length, "filter")} of ${live} in ${name} cannot be told from white noise: trained too short a time, or regularised too little.`,
      evidence: { noisy: noisy.slice(0, most), count: noisy.length, of: live, concentration: noisy.slice(0, most).map((f) => shapes[f]!.concentration), noiseBelow: shapes[noisy[0]!]!.noiseBelow ?? null },
    });
  }
  if (bandShares && bandShares.middle < missingShare && bandShares.low >= presentShare && bandShares.high >= presentShare) {
    noticed.push({
      ...about, finding: "missing middle frequencies", filters: [],
      says: `${name} covers low (${percentOf(bandShares.low)}) and high frequencies (${percentOf(bandShares.high)}) and few between ${bands[0]} and ${bands[1]} cycles per pixel (${percentOf(bandShares.middle)}).`,
      evidence: { ...bandShares, bands: [...bands] },
    });
  }
  if (aliasing && aliasing.share > aliasedShare) {
    const filters = aliasing.shares.flatMap((share, f) => (share > aliasedShare ? [f] : []));
    const steps = aliasing.stride[0] === aliasing.stride[1] ? `${aliasing.stride[0]}` : aliasing.stride.join(" × ");
    noticed.push({
      ...about, finding: "aliasing", filters,
      says: `${name} steps by ${steps} pixels, and ${percentOf(aliasing.share)} of its filters' power lies above ${[...new Set(aliasing.nyquist.map(threeDigits))].join(" and ")} cycles per pixel, which that cannot carry (white noise: ${percentOf(aliasing.ofNoise)}; ${countOf(filters.length, "filter")} of ${bank.filters} with more than half).`,
      evidence: { stride: [...aliasing.stride], nyquist: [...aliasing.nyquist], share: aliasing.share, ofNoise: aliasing.ofNoise, filters: filters.length },
    });
  }
  return noticed;
}
