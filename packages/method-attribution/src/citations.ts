import type { Citation } from "@vitrine/core";

export const citations = {
  simonyan: { authors: "Simonyan, Vedaldi, Zisserman", year: 2013, title: "Deep Inside Convolutional Networks: Visualising Image Classification Models and Saliency Maps", where: "arXiv:1312.6034" },
  shrikumar: { authors: "Shrikumar, Greenside, Shcherbina, Kundaje", year: 2016, title: "Not Just a Black Box: Learning Important Features Through Propagating Activation Differences", where: "arXiv:1605.01713" },
} as const satisfies Record<string, Citation>;
