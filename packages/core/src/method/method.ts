import type { Capability, Job } from "./job.js";
import type { Findings, Update } from "./findings.js";
import type { ParameterShape, ParametersOf } from "./parameters.js";
import type { ReportPart } from "./report-part.js";

/** A source: shown on the method's page and under its pictures. */
export interface Citation {
  readonly authors: string;
  readonly year: number;
  readonly title: string;
  /** arXiv id, DOI or address. */
  readonly where: string;
}

/** A way to explain a model: a plain object. `defineMethod` infers the types. */
export interface Method<P extends ParameterShape = ParameterShape> {
  /** In kebab case, unique: `occlusion`. */
  readonly id: string;
  readonly title: string;
  /** One sentence: the question that it answers. */
  readonly summary: string;
  readonly citations: readonly Citation[];
  readonly params: P;
  /** What it cannot do without. */
  readonly needs?: readonly Capability<unknown>[];
  /** What it uses where it is there. */
  readonly mayUse?: readonly Capability<unknown>[];
  /** Whether it explains a target (a class, a unit). Default true. */
  readonly targeted?: boolean;
  /** False where it looks at the model alone: no input is asked for or prepared, and the job's `inputs` and `feeds` are empty. Default true. */
  readonly needsInput?: boolean;
  /** True where the samples of its input are compared with each other: a folder of inputs is then one run, not one run for each. Default false. */
  readonly together?: boolean;
  /** Its parts of a report, each answering a question; none (an empty list) where it has no place in one. Default: one part, of defaults. */
  readonly report?: readonly ReportPart<NoInfer<P>>[];
  /** Example command lines for help, without the program's name. */
  readonly examples?: readonly string[];
  /** Yields progress and partial findings, returns findings. Runs until `job.signal` aborts. */
  run(job: Job<ParametersOf<P>>): AsyncGenerator<Update, Findings>;
}

/**
 * Declares a method; its parameters type `job.params`.
 *
 * @example
 * export const meanActivation = defineMethod({
 *   id: "mean-activation", title: "Mean activation", summary: "How strongly does each layer respond?", citations: [],
 *   params: { layers: p.layers({ description: "Layers to look at; all by default." }) },
 *   async *run(job) { … return { tensors: {}, facts: {}, views: [] }; },
 * });
 */
export function defineMethod<const P extends ParameterShape>(method: Method<P>): Method<P> {
  return method;
}
