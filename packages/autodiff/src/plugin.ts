import { definePlugin, differentiation } from "@vitrine/core";
import { differentiateGraph } from "./differentiate.js";

/** Gives an engine's methods gradients: `job.require(differentiation)`. */
export const autodiffPlugin = definePlugin({
  name: "@vitrine/autodiff",
  register(registry) {
    registry.capability(differentiation, differentiateGraph);
  },
});
