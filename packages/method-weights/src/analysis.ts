import type { Graph } from "@vitrine/core";
import { banksOf, filterOf, type FilterBank } from "./bank.js";
import { analyseFirstLayer, firstNodes, mostAnalysed, type FirstLayer } from "./first-layer.js";
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

/** Larger kernels are no pictures of what a filter looks for, and take long. */
const largestKernel = 64;

/** How far it is. */
export interface AnalysisStep {
  readonly done: number;
  readonly total: number;
  readonly what: string;
}

/** The banks of filters of parameters in their order, and whether each looks at the pixels of the input. */
export function plannedBanks(graph: Graph, parameters: readonly ModelParameter[]): { readonly parameter: ModelParameter; readonly bank: FilterBank; readonly pixels: boolean }[] {
  const firstOnes = firstNodes(graph);
  const seesPixels = (parameter: ModelParameter, { kernel, slices }: FilterBank): boolean =>
    parameter.kind === "conv" && kernel.length === 2 && Math.min(...kernel) > 1 && Math.max(...kernel) <= largestKernel && slices <= 4 && firstOnes.has(parameter.node.name);
  return parameters.flatMap((parameter) =>
    banksOf(parameter).filter(({ filters, slices }) => filters > 0 && slices > 0).map((bank) => ({ parameter, bank, pixels: seesPixels(parameter, bank) })));
}

/** Measures every filter of every parameter that has some. Yields what it is at, so that a run can be stopped. */
export function* analyseBanks(graph: Graph, parameters: readonly ModelParameter[], options: AnalysisOptions): Generator<AnalysisStep, readonly BankAnalysis[]> {
  const plan = plannedBanks(graph, parameters);
  const total = plan.reduce((sum, { bank, pixels }) => sum + 1 + (pixels ? Math.min(mostAnalysed, bank.filters) : 0), 0);
  const result: BankAnalysis[] = [];
  let done = 0;
  for (const { parameter, bank, pixels } of plan) {
    const norms = Float32Array.from({ length: bank.filters }, (_, f) => norm(filterOf(bank, f)));
    const dead = deadFilters(norms);
    let first: FirstLayer | undefined;
    if (pixels) {
      const looking = analyseFirstLayer(parameter, bank, new Set(dead));
      let step = looking.next();
      for (; !step.done; step = looking.next()) yield { done: ++done, total, what: `looking at filter ${step.value} of ${parameter.name}` };
      first = step.value;
    }
    const statistics = statisticsOf(blockOf(bank), options.nearZero);
    result.push({ parameter, bank, norms, dead, statistics, similarity: compared(parameter) ? similarity(bank, options.similar) : undefined, first });
    yield { done: ++done, total, what: `measuring ${parameter.name}` };
  }
  return result;
}

/** All numbers of a bank: the whole parameter, or one gate's part of it. */
export function blockOf(bank: FilterBank): Float32Array {
  return bank.block === "" ? bank.data : bank.data.subarray(bank.first(0), bank.first(bank.filters - 1) + bank.slices);
}
