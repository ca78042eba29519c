import { definePlugin } from "@vitrine/core";
import { lrp } from "./lrp.js";

export { lrp } from "./lrp.js";
export { lrpEpsilon } from "./rule.js";

/** `lrp`. Differentiation is another's: the autodiff package offers it. */
export default definePlugin({
  name: "vitrine-lrp",
  register(registry) {
    registry.method(lrp);
  },
});
