import { backwardRules, definePlugin } from "@vitrine/core";
import { deconv } from "./deconv.js";
import { deconvnet, guided, plain } from "./rules.js";

/** `deconv`, and its backward rules for other methods. */
export const deconvPlugin = definePlugin({
  name: "@vitrine/method-deconv",
  register(registry) {
    registry.method(deconv);
    registry.capability(backwardRules, [plain, deconvnet, guided]);
  },
});
