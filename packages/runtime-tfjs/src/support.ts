import { qualifiedOp, type Node } from "@vitrine/core";
import { controlOperators, operatorOf } from "./operators/index.js";

/** True, or why `backend` cannot run this node rightly; core lowers what it can say otherwise. */
export function supportedBy(backend: string, node: Node): true | string {
  if (node.domain !== "") return `tfjs has no operators of the domain \`${node.domain}\``;
  if (controlOperators.includes(node.op)) return true;
  const operator = operatorOf(node.op);
  if (!operator) return node.op === "Einsum" ? "tfjs has no Einsum of every equation" : `the tfjs runtime does not know the operator ${qualifiedOp(node)}`;
  return operator.refuses?.(node, backend) ?? true;
}
