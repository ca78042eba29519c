import { brief, defineErrors, quote } from "@vitrine/core";

/** Every message of this package. */
export const diffError = defineErrors({
  "diff-nothing-common": (f: { first: readonly string[]; second: readonly string[] }) => ({
    message: `The two models have no layer of the same name and shape: the first has ${brief(f.first.map(quote).join(", "), 120)}, the second ${brief(f.second.map(quote).join(", "), 120)}.`,
    hint: "Compare exports of the same network: two checkpoints, a float and a quantised export, or one file on two runtimes.",
  }),
  "diff-tolerance": (f: { tolerance: number }) => ({ message: `The tolerance is ${f.tolerance}; a number of 0 or more is needed.`, hint: "1e-4 is the default: the relative L2 difference of a layer." }),
});
