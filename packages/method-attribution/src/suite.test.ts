import { autodiffPlugin } from "@vitrine/autodiff";
import { deconvPlugin } from "@vitrine/method-deconv";
import { describeMethod } from "@vitrine/testing/vitest";
import { gradCam, guidedGradCam, inputXGradient, integratedGradients, saliency, smoothgrad } from "./index.js";

const plugins = [autodiffPlugin, deconvPlugin];

describeMethod(saliency, { plugins });
describeMethod(inputXGradient, { plugins });
describeMethod(smoothgrad, { plugins, params: () => ({ samples: 4 }) });
describeMethod(integratedGradients, { plugins, params: () => ({ steps: 5 }) });
describeMethod(gradCam, { plugins });
describeMethod(guidedGradCam, { plugins });
