import { intAttr } from "../../graph/attributes.js";
import { int64 } from "../../tensor/tensor.js";
import type { Lowering } from "./lowering.js";

/** Kernels that compute several channels at once take this many. */
const channelsAtOnce = 4;

/**
 * A grouped convolution whose groups make a number of channels that is no multiple of four becomes one whose groups do,
 * by repeating each group's last filter; the repetitions are dropped from the result. For kernels that compute four
 * channels at once without seeing that they belong to two groups.
 */
export const groupedConv: Lowering = {
  id: "grouped-conv",
  summary: "groups of a convolution filled up to a multiple of four channels",
  matches: (node) => node.op === "Conv" && node.domain === "" && intAttr(node, "group", 1) > 1,
  apply: (b, node, shapes) => {
    const groups = intAttr(node, "group", 1);
    const filters = shapes(node.inputs[1]!)?.[0];
    if (filters === undefined) return `the shape of its weights \`${node.inputs[1]}\` is not known`;
    const each = filters / groups;
    const filled = Math.ceil(each / channelsAtOnce) * channelsAtOnce;
    if (each === filled) return "its groups are full";
    const filter = (group: number, i: number): number => group * each + Math.min(i, each - 1);
    const repeated = b.constant(int64(Array.from({ length: groups * filled }, (_, i) => filter(Math.floor(i / filled), i % filled))), "filters");
    const kept = b.constant(int64(Array.from({ length: filters }, (_, i) => Math.floor(i / each) * filled + (i % each))), "channels");
    const [x = "", weights = "", bias = ""] = node.inputs;
    const parameters = [weights, bias].filter((name) => name !== "").map((name) => b.gather(name, repeated, 0));
    const [all] = b.node("Conv", [x, ...parameters], node.attributes, { hint: `${node.outputs[0]}:filled` });
    b.substitute(node, { op: "Gather", inputs: [all!, kept], attributes: { axis: { type: "int", value: 1 } } });
    return true;
  },
};
