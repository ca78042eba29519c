import { floatAttr, type Node } from "@vitrine/core";
import { withInput, without, type Rules } from "./rule.js";
import { scalarLike } from "./typed-scalar.js";

/** Clip: its limits were attributes until opset 11. */
export const limitRules: Rules = {
  Clip: {
    11: (node, upgrading) => {
      const nodes: Node[] = [];
      let inputs: readonly string[] = node.inputs.slice(0, 1);
      (["min", "max"] as const).forEach((name, i) => {
        const limit = floatAttr(node, name);
        if (limit === undefined) return;
        const made = scalarLike(limit, node.inputs[0]!, node, name, upgrading);
        nodes.push(...made.nodes);
        inputs = withInput(inputs, i + 1, made.name);
      });
      return [...nodes, { ...node, inputs, attributes: without(node.attributes, "min", "max") }];
    },
  },
};
