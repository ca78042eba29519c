import type { Citation } from "@vitrine/core";

export const citations = {
  simonyan: { authors: "Simonyan, Vedaldi, Zisserman", year: 2013, title: "Deep Inside Convolutional Networks: Visualising Image Classification Models and Saliency Maps", where: "arXiv:1312.6034" },
  zeilerFergus: { authors: "Zeiler, Fergus", year: 2014, title: "Visualizing and Understanding Convolutional Networks", where: "arXiv:1311.2901" },
  springenberg: { authors: "Springenberg, Dosovitskiy, Brox, Riedmiller", year: 2015, title: "Striving for Simplicity: The All Convolutional Net", where: "arXiv:1412.6806" },
  yosinski: { authors: "Yosinski, Clune, Nguyen, Fuchs, Lipson", year: 2015, title: "Understanding Neural Networks Through Deep Visualization", where: "arXiv:1506.06579" },
  adebayo: { authors: "Adebayo, Gilmer, Muelly, Goodfellow, Hardt, Kim", year: 2018, title: "Sanity Checks for Saliency Maps", where: "arXiv:1810.03292" },
} as const satisfies Record<string, Citation>;
