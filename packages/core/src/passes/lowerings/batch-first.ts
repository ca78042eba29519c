import { intAttr } from "../../graph/attributes.js";
import type { Lowering } from "./lowering.js";

/** Recurrent operators of layout 1, [batch, time, …], by those of layout 0, [time, batch, …], between transpositions. */
export const batchFirst: Lowering = {
  id: "batch-first",
  summary: "a batch-first recurrent layer as a time-first one",
  matches: ({ op, domain }) => domain === "" && (op === "LSTM" || op === "GRU" || op === "RNN"),
  apply: (b, node) => {
    if (intAttr(node, "layout", 0) !== 1) return "it is time-first already";
    // The sequence, and the states that it may begin with.
    const swapped = new Set([0, 5, 6]);
    const inputs = node.inputs.map((name, i) => (name !== "" && swapped.has(i) ? b.transpose(name, [1, 0, 2]) : name));
    const outputs = node.outputs.map((name) => (name === "" ? "" : b.unique(`${name}:time-first`)));
    const attributes = Object.fromEntries(Object.entries(node.attributes).filter(([name]) => name !== "layout"));
    b.substitute(node, { inputs, outputs, attributes });
    node.outputs.forEach((name, i) => {
      // All steps are [time, directions, batch, hidden], the last states [directions, batch, hidden].
      if (name !== "") b.bind(name, b.transpose(outputs[i]!, i === 0 ? [2, 0, 1, 3] : [1, 0, 2]));
    });
    return true;
  },
};
