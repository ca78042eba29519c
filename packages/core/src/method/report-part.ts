import type { PreparedInput } from "../input/spec.js";
import type { Model } from "../model/model.js";
import type { Targets } from "../target/spec.js";
import type { ParameterInput, ParameterShape } from "./parameters.js";

/**
 * The questions of a report: what did each layer see, what decided, what did it learn (weights), how did it get there (training),
 * how far to trust this.
 */
export type ReportSection = "saw" | "decided" | "learned" | "training" | "trust";

/** What a method's part of a report is planned from. */
export interface ReportContext {
  readonly model: Model;
  /** By input name; empty where the report is about the model alone. */
  readonly inputs: Readonly<Record<string, PreparedInput>>;
  /** Number of samples in the input. */
  readonly samples: number;
  readonly targets: Targets;
  /** The same network at several points of its training, in order; empty where none are known. */
  readonly checkpoints: readonly Model[];
}

/** One way to run a method for a report. */
export interface ReportWay<P extends ParameterShape = ParameterShape> {
  readonly params?: ParameterInput<P>;
  /** Its work, in forward passes of one sample; a gradient is worth about three. */
  readonly passes: number;
  /** Its work beside the model's, in seconds on a usual core (default 0): drawing, fitting, counting. */
  readonly seconds?: number;
  /** What is less in this way than in the best, as a sentence: "The square moves by half its side." */
  readonly less?: string;
  /** Only views of this group are shown, with the tensors that they draw. */
  readonly group?: string;
}

/** How a method joins a report. Everything has a default, so that a method without a word of it takes part. */
export interface ReportPart<P extends ParameterShape = ParameterShape> {
  /** Default: `learned` where the method needs no input, `decided` where it explains a target, else `saw`. */
  readonly section?: ReportSection;
  /** Default: the method's. */
  readonly title?: string;
  /**
   * Ways to run it, the best first: a report takes the first that there is time for. None: it has nothing to say here. Throws where it
   * cannot be done, and the report says why. Default: once with its default parameters, after everything whose cost is known.
   */
  ways?(context: ReportContext): readonly ReportWay<P>[] | Promise<readonly ReportWay<P>[]>;
}
