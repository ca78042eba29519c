import { limitRules } from "./limits.js";
import { normalizationRules } from "./normalization.js";
import { reductionRules } from "./reduction.js";
import { resizeRules } from "./resize.js";
import type { Rules } from "./rule.js";
import { samplingRules } from "./sampling.js";
import { scanRules } from "./scan.js";
import { shapingRules } from "./shaping.js";
import { softmaxRules } from "./softmax.js";

/**
 * Every operator whose definition changed between opset 7 and 21 in more than the element types that it takes.
 * The other changes of these years only widened: broadcasting, negative axes, optional inputs, new attributes with neutral defaults.
 */
export const rules: Rules = {
  ...limitRules,
  ...softmaxRules,
  ...reductionRules,
  ...shapingRules,
  ...resizeRules,
  ...samplingRules,
  ...normalizationRules,
  ...scanRules,
};
