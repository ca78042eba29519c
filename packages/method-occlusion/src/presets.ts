import type { Fill } from "@vitrine/core";
import type { Combine } from "./spread.js";
import type { Edge } from "./windows.js";

/**
 * What is measured on an occluded input. Attributions are made of its drop, f(x) − f(x occluded);
 * those of one minus the probability, which grows with what was hidden, of the score itself (tf-explain).
 */
export type Score = "output" | "logit" | "probability" | "one-minus-probability";

/** How one tool or paper occludes. Whatever a user gives besides goes before it. */
export interface Preset {
  /** Along a place axis of `size` elements. */
  window(size: number): number;
  stride(window: number): number;
  readonly edge: Edge;
  readonly combine: Combine;
  readonly fill: Fill;
  readonly score: Score;
  /** An input of two axes without the batch has no channels: both are places. */
  readonly matrixIsMap?: boolean;
}

/** Zeiler & Fergus give no size; their figure 7 shows a square of about a seventh of the side, moved in small steps. */
const seventh = (size: number): number => Math.max(1, Math.round(size / 7));
const quarter = (window: number): number => Math.max(1, Math.round(window / 4));
const grey: Fill = { kind: "pixel", value: 127.5 };
const zero: Fill = { kind: "value", value: 0 };

/** Whether attributions are made of the drop of a score. */
export const takesDrop = (score: Score): boolean => score !== "one-minus-probability";

export const presetNames = ["captum", "zeiler-fergus", "tf-explain", "pair", "xplique"] as const;
export type PresetName = (typeof presetNames)[number];

export const presets: Readonly<Record<PresetName, Preset>> = {
  /** Kokhlikyan et al. 2020, `captum.attr.Occlusion`. */
  captum: { window: seventh, stride: quarter, edge: "overhang", combine: "mean", fill: zero, score: "output" },
  /** Zeiler & Fergus 2014, section 4.2: raw values under a grey square; its `attribution` is the mean drop. */
  "zeiler-fergus": { window: seventh, stride: quarter, edge: "overhang", combine: "mean", fill: grey, score: "probability" },
  /** `tf_explain.core.occlusion_sensitivity`: patches side by side, one minus the probability. */
  "tf-explain": { window: seventh, stride: (window) => window, edge: "overhang", combine: "mean", fill: grey, score: "one-minus-probability" },
  /** PAIR `saliency.core.Occlusion`: summed, not averaged, so that edges count less. */
  pair: { window: (size) => Math.min(15, size), stride: () => 1, edge: "inside", combine: "sum", fill: zero, score: "output", matrixIsMap: true },
  /** `xplique.attributions.Occlusion`: patches of 3 by 3 side by side. */
  xplique: { window: (size) => Math.min(3, size), stride: (window) => Math.min(3, window), edge: "inside", combine: "sum", fill: zero, score: "output", matrixIsMap: true },
};
