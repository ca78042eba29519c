import { defineErrors, quote } from "@vitrine/core";

/** Every message of this package. */
export const lrpError = defineErrors({
  "lrp-operator": (/** @type {{ op: string, node: string }} */ f) => ({
    message: `Relevance cannot be shared out at the ${f.op} node ${quote(f.node)}: LRP-ε is about linear layers and rectifiers.`,
    hint: "Explain a value before that node, or use the gradient (saliency, integrated-gradients) or occlusion.",
    kind: "unsupported",
  }),
});
