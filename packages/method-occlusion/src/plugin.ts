import { definePlugin } from "@vitrine/core";
import { occlusion } from "./occlusion.js";

export const occlusionPlugin = definePlugin({
  name: "@vitrine/method-occlusion",
  register(registry) {
    registry.method(occlusion);
  },
});
