import { orNull, type Fact } from "@vitrine/core";
import type { BankAnalysis } from "./analysis.js";
import { oriented } from "./classify.js";
import type { ModelParameter } from "./parameters.js";
import { statisticsOf } from "./statistics.js";
import { meanOf } from "./statistics-views.js";

/** Every parameter in numbers. */
export function parameterFacts(parameters: readonly ModelParameter[], data: (parameter: ModelParameter) => Float32Array, nearZero: number): Fact {
  return parameters.map((parameter) => {
    const { count: _, ...numbers } = statisticsOf(data(parameter), nearZero);
    return {
      name: parameter.name, value: parameter.value ?? null, layer: parameter.layer, kind: parameter.kind, role: parameter.role, operator: parameter.op,
      shape: [...parameter.tensor.shape], ...numbers, ...(parameter.sharedWith.length > 0 && { alsoIn: [...parameter.sharedWith] }),
    };
  });
}

/** What was measured of every bank of filters. */
export function bankFacts(banks: readonly BankAnalysis[]): Fact {
  return banks.map(({ parameter, bank, statistics, norms, dead, similarity, first }): Fact => ({
    parameter: parameter.name, block: bank.block, layer: parameter.layer,
    filters: bank.filters, slices: bank.slices, kernel: [...bank.kernel], groups: bank.groups,
    mean: statistics.mean, std: statistics.std, nearZero: statistics.nearZero, nearZeroBelow: statistics.below, meanL2: orNull(meanOf(norms)),
    dead: [...dead], duplicates: similarity ? similarity.pairs.length : null, compared: similarity?.compared.length ?? null,
    ...(first && {
      firstLayer: {
        filters: first.shapes.map((shape, filter): Fact => shape === undefined ? { filter, class: null } : {
          filter, class: shape.class, frequency: shape.frequency, cycles: shape.cycles, angle: shape.coherence >= oriented ? shape.angle : null, coherence: shape.coherence,
          chroma: shape.chroma, concentration: shape.concentration, noiseBelow: shape.noiseBelow ?? null, gabor: gaborFact(first.gabors[filter]),
        }),
        bands: first.bandShares ? { ...first.bandShares } : null,
        aliasing: first.aliasing ? { stride: [...first.aliasing.stride], nyquist: [...first.aliasing.nyquist], share: first.aliasing.share, ofNoise: first.aliasing.ofNoise } : null,
      },
    }),
  }));
}

type Fit = NonNullable<BankAnalysis["first"]>["gabors"][number];

function gaborFact(fit: Fit): Fact {
  return fit ? { adjustedR2: fit.adjustedR2, ...fit.gabor } : null;
}
