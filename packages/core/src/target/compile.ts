import type { Tensor } from "../tensor/tensor.js";

/** A target as part of a derived graph. */
export interface CompiledTarget {
  /** The value that is explained. */
  readonly of: string;
  /** The cotangent of `of`, of its shape: score = Σ of · seed. */
  readonly seed: string;
  /** [batch]: the score of each sample. */
  readonly score: string;
  /** What the inputs that it added have to be fed with; batched like the samples along axis 0. */
  readonly feeds: Readonly<Record<string, Tensor>>;
  /** For captions, one per sample: "golden retriever (class 207)". */
  readonly titles: readonly string[];
}
