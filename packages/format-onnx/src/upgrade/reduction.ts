import { int64 } from "@vitrine/core";
import { exactInts, withInput, without, type Rule, type Rules } from "./rule.js";

/** Makes the list attribute `axes` the input `index`. An empty list and none at all mean the same: every axis. */
export function axesToInput(index: number): Rule {
  return (node, upgrading) => {
    const axes = exactInts(node, "axes");
    const attributes = without(node.attributes, "axes");
    if (axes === undefined || axes.length === 0) return [{ ...node, attributes }];
    const name = upgrading.constant(int64(axes), `${node.outputs[0] ?? node.name}:axes`);
    return [{ ...node, inputs: withInput(node.inputs, index, name), attributes }];
  };
}

const others = ["ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd", "ReduceSumSquare"];

/** Reductions: `axes` became an input, of ReduceSum in opset 13, of the others in 18. */
export const reductionRules: Rules = {
  ReduceSum: { 13: axesToInput(1) },
  ...Object.fromEntries(others.map((op) => [op, { 18: axesToInput(1) }])),
};
