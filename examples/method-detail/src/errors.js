import { defineErrors, quote } from "@vitrine/core";

/** Every message of this package. */
export const detailError = defineErrors({
  "detail-nothing-to-blur": (/** @type {{ inputs: readonly string[] }} */ { inputs }) => ({
    message: `None of the inputs ${inputs.map((name) => quote(name)).join(", ")} has places that could be blurred: pixels, or steps of a series.`,
    hint: "A matrix of features has no neighbours; `run occlusion --mask` hides features instead.",
    kind: "unsupported",
  }),
});
