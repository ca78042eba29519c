import type { GraphView } from "@vitrine/core";
import { flowBetween } from "./flow.js";
import { quantizing } from "./rules/quantization.js";

/** What a reader has to know of a gradient: see core's `Differentiation`. */
export function caveats(graph: GraphView, of: string, wrt: readonly string[]): readonly string[] {
  const rounding = flowBetween(graph, of, wrt).path.filter((node) => node.domain === "" && quantizing.has(node.op));
  if (rounding.length === 0) return [];
  const integer = rounding.some(({ op }) => op.startsWith("QLinear"));
  return [
    `The model is quantised: what is explained is the network of its dequantised values. ${rounding.length === 1 ? "One rounding is" : `${rounding.length} roundings are`} passed over, and what is clipped at the end of the range${integer ? " (or lies there)" : ""} passes nothing. ` +
      "A ReLU that was folded into such a range is one for the gradient, and none for rules about rectifiers.",
  ];
}
