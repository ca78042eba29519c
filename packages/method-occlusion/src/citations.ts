import type { Citation } from "@vitrine/core";

export const citations = {
  zeilerFergus: { authors: "Zeiler, Fergus", year: 2014, title: "Visualizing and Understanding Convolutional Networks", where: "arXiv:1311.2901" },
  captum: { authors: "Kokhlikyan et al.", year: 2020, title: "Captum: A unified and generic model interpretability library for PyTorch", where: "arXiv:2009.07896" },
  tfExplain: { authors: "Meudec", year: 2021, title: "tf-explain: Interpretability Methods for tf.keras models", where: "https://doi.org/10.5281/zenodo.5711704" },
  pair: { authors: "People + AI Research", year: 2017, title: "Saliency Library", where: "https://pair-code.github.io/saliency" },
  xplique: { authors: "Fel et al.", year: 2022, title: "Xplique: A Deep Learning Explainability Toolbox", where: "arXiv:2206.04394" },
} as const satisfies Record<string, Citation>;
