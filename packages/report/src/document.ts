import type { Citation, Report, Tensor } from "@vitrine/core";

/** Everything that a page is made of: plain data, so that it can be made anywhere and drawn anywhere. */
export interface ReportDocument {
  readonly model: ModelSummary;
  readonly input?: InputSummary;
  /** What the model says of the input. Absent where its outputs have no readable form. */
  readonly answer?: Answer;
  /** In reading order. */
  readonly sections: readonly Section[];
  /** What may take how long, and what it took. In seconds. */
  readonly time: { readonly budget?: number; readonly spent: number };
  /** The command line that makes this page. */
  readonly command: string;
  /** Of Vitrine. */
  readonly version: string;
}

export interface ModelSummary {
  /** The file's name. */
  readonly file: string;
  readonly sha256: string;
  /** With provider and precision: "onnx-node:cpu". */
  readonly runtime: string;
  readonly layers: number;
  /** Numbers in its weights. */
  readonly parameters: number;
  /** By name: element type and shape, a name or null where an axis is free. */
  readonly inputs: readonly { readonly name: string; readonly dtype: string; readonly shape: readonly (number | string | null)[] }[];
  /** How a picture becomes an input, in words; absent for other kinds. */
  readonly preprocessing?: string;
  /** What was changed on loading: a widened float16, a freed batch. */
  readonly notices: readonly string[];
}

export interface InputSummary {
  /** The file's name. */
  readonly label: string;
  /** uint8 [height, width, 3 or 4]: as the person gave it, at most 1024 on the long side. */
  readonly picture?: Tensor;
  /** Its beginning, where it is a text. */
  readonly text?: string;
  /** Where the page is about several inputs. */
  readonly count?: number;
}

export type Answer =
  | {
      readonly kind: "classes";
      /** Highest first, at most five. */
      readonly top: readonly { readonly label: string; readonly index: number; readonly score: number }[];
      /** What a score is: "probability" (0 to 1) or "score". */
      readonly unit: "probability" | "score";
    }
  | { readonly kind: "value"; readonly label: string; readonly value: number };

/** A question that a reader has. Those without entries and without anything left out are not shown. */
export interface Section {
  readonly id: "saw" | "decided" | "learned" | "training" | "trust";
  /** "What did each layer see?" */
  readonly question: string;
  readonly entries: readonly Entry[];
  /** What there was no time for, or what could not be done on this model. */
  readonly leftOut: readonly LeftOut[];
}

/** One method's answer. */
export interface Entry {
  readonly title: string;
  /** The question that the method answers, in a sentence. */
  readonly summary: string;
  readonly citations: readonly Citation[];
  readonly report: Report;
  /** Makes it again: on the command line, and in code. */
  readonly command: string;
  readonly code: string;
  readonly seconds: number;
  /** Shown open; the others are folded. At least its first view is then seen. */
  readonly open: boolean;
}

export interface LeftOut {
  readonly title: string;
  /** "about 40 s, and 12 s were left"; "MaxRoiPool has no derivative". */
  readonly why: string;
  readonly command: string;
}
