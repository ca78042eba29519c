import { definePlugin } from "@vitrine/core";
import { correspondence } from "./correspondence.js";
import { occlusion } from "./occlusion.js";

export const occlusionPlugin = definePlugin({
  name: "@vitrine/method-occlusion",
  register(registry) {
    registry.method(occlusion);
    registry.method(correspondence);
  },
});
