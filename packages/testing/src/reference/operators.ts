import { intAttr, qualifiedOp, subgraphsOf, type Node } from "@vitrine/core";
import { activationOperators } from "./activation.js";
import { binaryOperators } from "./binary.js";
import { castOperators, dtypeOfNumber } from "./cast.js";
import { controlOperators } from "./control.js";
import { convOperators } from "./conv.js";
import { gatherOperators } from "./gather.js";
import { generateOperators } from "./generate.js";
import { matMulOperators } from "./matmul.js";
import { normOperators } from "./norm.js";
import type { Operator, OperatorTable } from "./operator.js";
import { padOperators } from "./pad.js";
import { poolOperators } from "./pool.js";
import { recurrentOperators } from "./recurrent.js";
import { reduceOperators } from "./reduce.js";
import { resizeOperators } from "./resize.js";
import { scatterOperators } from "./scatter.js";
import { shapeOperators } from "./shape.js";
import { unaryOperators } from "./unary.js";

const table: ReadonlyMap<string, Operator> = new Map(
  ([
    unaryOperators, binaryOperators, activationOperators, castOperators, convOperators, poolOperators, normOperators, reduceOperators, matMulOperators,
    shapeOperators, padOperators, generateOperators, gatherOperators, scatterOperators, resizeOperators, recurrentOperators, controlOperators,
  ] satisfies OperatorTable[]).flatMap((each) => Object.entries(each)),
);

/** Every operator of ai.onnx that the reference runtime executes. */
export const referenceOperators: readonly string[] = [...table.keys()].sort();

/** What executes a node, or undefined. */
export function operatorOf(node: Pick<Node, "op" | "domain">): Operator | undefined {
  return node.domain === "" ? table.get(node.op) : undefined;
}

/** True, or in one sentence why the node cannot be executed. */
export function supported(node: Node): true | string {
  if (!operatorOf(node)) return `the reference runtime does not know the operator ${qualifiedOp(node)}`;
  if (intAttr(node, "training_mode", 0) !== 0) return "training_mode is on, and the reference runtime only infers";
  if (node.op === "Resize" && intAttr(node, "antialias", 0) !== 0) return "the reference runtime resizes without antialiasing only";
  if (node.op === "Cast") {
    try {
      dtypeOfNumber(intAttr(node, "to", 0));
    } catch (error) {
      return (error as Error).message;
    }
  }
  for (const { graph } of subgraphsOf(node)) {
    for (const inner of graph.nodes) {
      const verdict = supported(inner);
      if (verdict !== true) return `${inner.op} inside it: ${verdict}`;
    }
  }
  return true;
}
