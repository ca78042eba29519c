import type { Citation } from "@vitrine/core";

export const citations = {
  simonyan: { authors: "Simonyan, Vedaldi, Zisserman", year: 2013, title: "Deep Inside Convolutional Networks: Visualising Image Classification Models and Saliency Maps", where: "arXiv:1312.6034" },
  shrikumar: { authors: "Shrikumar, Greenside, Shcherbina, Kundaje", year: 2016, title: "Not Just a Black Box: Learning Important Features Through Propagating Activation Differences", where: "arXiv:1605.01713" },
  smilkov: { authors: "Smilkov, Thorat, Kim, Viégas, Wattenberg", year: 2017, title: "SmoothGrad: removing noise by adding noise", where: "arXiv:1706.03825" },
  hooker: { authors: "Hooker, Erhan, Kindermans, Kim", year: 2019, title: "A Benchmark for Interpretability Methods in Deep Neural Networks", where: "arXiv:1806.10758" },
  adebayoLocal: { authors: "Adebayo, Gilmer, Goodfellow, Kim", year: 2018, title: "Local Explanation Methods for Deep Neural Networks Lack Sensitivity to Parameter Values", where: "arXiv:1810.03307" },
  adebayo: { authors: "Adebayo, Gilmer, Muelly, Goodfellow, Hardt, Kim", year: 2018, title: "Sanity Checks for Saliency Maps", where: "arXiv:1810.03292" },
  sundararajan: { authors: "Sundararajan, Taly, Yan", year: 2017, title: "Axiomatic Attribution for Deep Networks", where: "arXiv:1703.01365" },
  selvaraju: { authors: "Selvaraju, Cogswell, Das, Vedantam, Parikh, Batra", year: 2017, title: "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization", where: "arXiv:1610.02391" },
  springenberg: { authors: "Springenberg, Dosovitskiy, Brox, Riedmiller", year: 2015, title: "Striving for Simplicity: The All Convolutional Net", where: "arXiv:1412.6806" },
} as const satisfies Record<string, Citation>;
