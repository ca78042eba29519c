import { definePlugin } from "@vitrine/core";
import { gradCam } from "./grad-cam.js";
import { guidedGradCam } from "./guided-grad-cam.js";
import { inputXGradient } from "./input-x-gradient.js";
import { integratedGradients } from "./integrated-gradients.js";
import { saliency } from "./saliency.js";
import { smoothgrad } from "./smoothgrad.js";

export const attributionPlugin = definePlugin({
  name: "@vitrine/method-attribution",
  register(registry) {
    registry.method(saliency);
    registry.method(inputXGradient);
    registry.method(smoothgrad);
    registry.method(integratedGradients);
    registry.method(gradCam);
    registry.method(guidedGradCam);
  },
});
