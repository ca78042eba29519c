import { p } from "@vitrine/core";

/** What every attribution by gradients takes. */
export const commonParameters = {
  score: p.choice(["logit", "output", "probability"], { default: "logit", description: "What a class is read from: the logit before a final softmax, the output as it is, or the probability." }),
  wrt: p.layer({ description: "The layer to explain by, instead of the input. Of tokens the embedding is the default." }),
  outliers: p.number({ default: 2, min: 0, max: 99, description: "Percentage of the map's sum that is cut off at its strongest points in the picture, so that they do not hide the rest." }),
};
