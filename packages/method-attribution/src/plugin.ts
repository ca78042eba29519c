import { definePlugin } from "@vitrine/core";
import { inputXGradient } from "./input-x-gradient.js";
import { saliency } from "./saliency.js";

export const attributionPlugin = definePlugin({
  name: "@vitrine/method-attribution",
  register(registry) {
    registry.method(saliency);
    registry.method(inputXGradient);
  },
});
