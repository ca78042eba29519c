import { p, perInput, type Fill, type ParametersOf, type PerInput, type Tensor } from "@vitrine/core";
import { presetNames } from "./presets.js";

/** The parameters of `occlusion`. Those that an input has of its own may be given by its name. */
export const occlusionParameters = {
  preset: p.choice(presetNames, {
    description: "How a tool or paper occludes: its window, stride, fill, score and how windows are combined. Left out: Captum's numbers, and Zeiler & Fergus's pictures beside them.",
  }),
  window: perInput(
    p.numbers({ integer: true, description: "Size of the window: one number per axis of the input without the batch, or one for all places. By default about a seventh of the side, over all channels." }),
  ),
  stride: perInput(p.numbers({ integer: true, description: "Step of the window, given like it; by default about a quarter of the window." })),
  baseline: perInput(
    p.fill({ description: "What stands in for what is hidden: a number as the network gets it (0), a pixel before normalisation (pixel:127.5), mean, blur, noise, or a .npy file." }),
  ),
  mask: perInput(p.tensor({ description: "Feature ablation instead of a window: whole numbers, broadcast to the input; all elements with the same number are hidden together." })),
  score: p.choice(["output", "logit", "probability", "one-minus-probability"], {
    description: "What is measured of a class: the model's output as it is (default), the logit before a final softmax, the probability, or one minus it.",
  }),
  layer: p.layer({ description: "Also follow the map of this layer that responds most to the whole input (Zeiler & Fergus)." }),
  images: p.inputs({ description: "Further images: the followed map is projected back from the three on which it is strongest, too (Zeiler & Fergus, figure 7 c). The samples of a batch are such images already." }),
  seed: p.integer({ default: 0, min: 0, description: "Of the noise that --baseline noise fills in." }),
};

export type OcclusionParameters = ParametersOf<typeof occlusionParameters>;

export const isNumbers = (value: PerInput<readonly number[]>): value is readonly number[] => Array.isArray(value);
export const isFill = (value: PerInput<Fill>): value is Fill => "kind" in value && typeof value.kind === "string";
export const isTensor = (value: PerInput<Tensor>): value is Tensor => "dtype" in value && typeof value.dtype === "string";
