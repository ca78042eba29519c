import { attr, intAttr } from "../../graph/attributes.js";
import type { Lowering } from "./lowering.js";
import { int64 } from "../../tensor/tensor.js";

/**
 * A grouped convolution that makes several channels from each group becomes one that makes one channel per group, of an
 * input whose channels are repeated for each: the same products and sums.
 */
export const groupedConv: Lowering = {
  id: "grouped-conv",
  summary: "a grouped convolution with a channel multiplier as one without",
  matches: (node) => node.op === "Conv" && node.domain === "" && intAttr(node, "group", 1) > 1,
  apply: (b, node, shapes) => {
    const groups = intAttr(node, "group", 1);
    const [made, perGroup] = shapes(node.inputs[1]!) ?? [];
    if (made === undefined || perGroup === undefined) return `the shape of its weights \`${node.inputs[1]}\` is not known`;
    const multiplier = made / groups;
    if (multiplier === 1) return "it has no channel multiplier";
    const channels = Array.from({ length: made }, (_, channel) => Math.floor(channel / multiplier) * perGroup).flatMap((first) => Array.from({ length: perGroup }, (_, i) => first + i));
    const repeated = b.gather(node.inputs[0]!, b.constant(int64(channels), "channels"), 1);
    b.substitute(node, { inputs: [repeated, ...node.inputs.slice(1)], attributes: { ...node.attributes, group: attr.int(made) } });
    return true;
  },
};
