import { intAttr } from "@vitrine/core";
import { axisOf } from "./broadcasting.js";
import type { RuleTable } from "./rule.js";

export const softmaxRules: RuleTable = {
  Softmax: (c) => {
    const axis = axisOf(intAttr(c.node, "axis", -1), c.yShape.length);
    const weighted = c.b.mul(c.g, c.y);
    return [c.b.sub(weighted, c.b.mul(c.y, c.b.reduceSum(weighted, [axis], true)))];
  },
  LogSoftmax: (c) => {
    const axis = axisOf(intAttr(c.node, "axis", -1), c.yShape.length);
    return [c.b.sub(c.g, c.b.mul(c.b.exp(c.y), c.b.reduceSum(c.g, [axis], true)))];
  },
};
