import type { Graph } from "@vitrine/core";
import { banksOf, filterOf, type FilterBank } from "./bank.js";
import { analyseFirstLayer, firstNodes, type FirstLayer } from "./first-layer.js";
import type { ModelParameter } from "./parameters.js";
import { similarity, type Similarity } from "./similarity.js";
import { deadFilters, norm, statisticsOf, type WeightStatistics } from "./statistics.js";

export interface AnalysisOptions {
  /** Near zero is below this share of a layer's largest |w|. */
  readonly nearZero: number;
  /** |cos| above which two filters are duplicates. */
  readonly similar: number;
}

/** One bank of filters, measured. */
export interface BankAnalysis {
  readonly parameter: ModelParameter;
  readonly bank: FilterBank;
  readonly statistics: WeightStatistics;
  /** L2 of each filter. */
  readonly norms: Float32Array;
  readonly dead: readonly number[];
  readonly similarity: Similarity | undefined;
  /** For convolutions over the pixels of the input. */
  readonly first: FirstLayer | undefined;
}

/** Filters whose rank or share is no matter of layers: rows of an embedding may well be alike. */
const compared = (parameter: ModelParameter): boolean => parameter.role !== "table";

/** Measures every filter of every parameter that has some. Yields what it is at, so that a run can be stopped. */
export function* analyseBanks(graph: Graph, parameters: readonly ModelParameter[], options: AnalysisOptions): Generator<string, readonly BankAnalysis[]> {
  const first = firstNodes(graph);
  const result: BankAnalysis[] = [];
  for (const parameter of parameters) {
    for (const bank of banksOf(parameter)) {
      if (bank.filters === 0 || bank.slices === 0) continue;
      yield `measuring ${parameter.name}`;
      const norms = Float32Array.from({ length: bank.filters }, (_, f) => norm(filterOf(bank, f)));
      const dead = deadFilters(norms);
      const seesPixels = parameter.kind === "conv" && bank.kernel.length === 2 && Math.min(...bank.kernel) > 1 && bank.slices <= 4 && first.has(parameter.node.name);
      let pixels: FirstLayer | undefined;
      if (seesPixels) {
        const looking = analyseFirstLayer(parameter, bank, new Set(dead));
        let step = looking.next();
        for (; !step.done; step = looking.next()) yield `looking at filter ${step.value} of ${parameter.name}`;
        pixels = step.value;
      }
      const statistics = statisticsOf(blockOf(bank), options.nearZero);
      result.push({ parameter, bank, norms, dead, statistics, similarity: compared(parameter) ? similarity(bank, options.similar) : undefined, first: pixels });
    }
  }
  return result;
}

/** All numbers of a bank: the whole parameter, or one gate's part of it. */
export function blockOf(bank: FilterBank): Float32Array {
  return bank.block === "" ? bank.data : bank.data.subarray(bank.first(0), bank.first(bank.filters - 1) + bank.slices);
}
