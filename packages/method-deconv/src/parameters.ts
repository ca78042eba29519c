import { p, rectifierChoices, type ParametersOf } from "@vitrine/core";
import { filterNames } from "./filters.js";
import { ruleNames } from "./rules.js";

/** The parameters of `deconv`. */
export const deconvParameters = {
  rule: p.choice(ruleNames, { default: "deconvnet", description: "What goes back through a rectifier: the true gradient, only what is positive (DeconvNet), or only what is positive where the rectifier was open (guided)." }),
  ruleOn: p.choice(rectifierChoices, { default: "relu,relu6", description: "The activations that the rule is about, however they were exported: ReLU alone as in Captum, ReLU and ReLU6, or everything like them (leaky, ELU, SiLU, GELU, hard swish)." }),
  seedWith: p.choice(["one", "activation"], { default: "one", description: "What starts at the target: 1, or its activation itself, as the Deep Visualization Toolbox shows it." }),
  score: p.choice(["logit", "output", "probability"], { default: "logit", description: "What a class is read from: the logit before a final softmax, the output as it is, or the probability." }),
  wrt: p.layer({ description: "The layer to project to, instead of the input. Of tokens the embedding is the default." }),
  lrn: p.choice(["backward", "through"], { default: "backward", description: "Local response normalisation: its derivative, or passed through unchanged." }),
  show: p.choice(filterNames, { default: "raw", description: "How the projection is drawn: raw colours around grey, the channels' mean, their norm, or the norm blurred." }),
  gamma: p.number({ min: 0.1, max: 4, description: "Exponent of the magnitudes in the picture: below 1 lifts what is faint, 1 draws them as they are. Default: .6 for guided backprop, whose few strong places would hide the rest, else 1." }),
  outliers: p.number({ default: 2, min: 0, max: 99, description: "Percentage of the picture's sum that is cut off at its brightest points, so that they do not hide the rest." }),
};

/** How the picture is drawn unless told. */
export function gammaOf({ gamma, rule }: Pick<DeconvParameters, "gamma" | "rule">): number {
  return gamma ?? (rule === "guided" ? 0.6 : 1);
}

export type DeconvParameters = ParametersOf<typeof deconvParameters>;
