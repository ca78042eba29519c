import type { Tensor } from "../tensor/tensor.js";
import type { View } from "./view.js";

export type Fact = number | string | boolean | null | readonly Fact[] | { readonly [key: string]: Fact };

/** A tensor among findings, with what it means. */
export interface FindingTensor {
  readonly tensor: Tensor;
  /** In words: "mean drop of the score over the windows that cover an element". */
  readonly meaning: string;
  /** The graph value it belongs to, by the file's own name. */
  readonly value?: string;
  /** A name per axis: ["batch", "channel", "row", "column"]. */
  readonly axes?: readonly string[];
}

/** What a method found: plain data that can cross a worker, a socket or a disk. */
export interface Findings {
  readonly tensors: Readonly<Record<string, FindingTensor>>;
  readonly facts: Readonly<Record<string, Fact>>;
  readonly views: readonly View[];
  /** What a reader should know before believing it. */
  readonly notices?: readonly string[];
}

/** Findings as `engine.run` returns them: with what they are findings of. */
export interface Report extends Findings {
  readonly method: string;
  readonly model: { readonly file: string; readonly sha256: string };
  readonly runtime: string;
  /** The target in the syntax of the command line, one per sample where they differ; undefined where the method has none. */
  readonly target: string | readonly string[] | undefined;
  readonly params: Readonly<Record<string, unknown>>;
}

/** What a run tells while it goes on. */
export type Update =
  | { readonly kind: "progress"; readonly done: number; readonly total: number; readonly what: string }
  /** As good as it is by now, of the same form as the end result. */
  | { readonly kind: "partial"; readonly findings: Findings };
