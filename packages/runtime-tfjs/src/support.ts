import { intsAttr, qualifiedOp, type Node, type ShapeLookup } from "@vitrine/core";
import { controlOperators, operatorOf } from "./operators/index.js";

/** True, or why `backend` cannot run this node rightly; core lowers what it can say otherwise. */
export function supportedBy(backend: string, node: Node, shapes: ShapeLookup = () => undefined): true | string {
  if (node.domain !== "") return `tfjs has no operators of the domain \`${node.domain}\``;
  if (controlOperators.includes(node.op)) return true;
  const operator = operatorOf(node.op);
  if (!operator) return node.op === "Einsum" ? "tfjs has no Einsum of every equation" : `the tfjs runtime does not know the operator ${qualifiedOp(node)}`;
  return operator.refuses?.(node, backend) ?? (backend === "webgpu" ? wrongOnWebgpu(node, shapes) : undefined) ?? true;
}

const windowed = new Set(["Conv", "ConvTranspose", "MaxPool", "AveragePool", "LpPool"]);

/**
 * What tfjs 4.22.0's webgpu backend makes invalid shaders for, in any browser: it broadcasts five axes and more by indexing a type that does
 * not exist (`vec5`), and copies whole numbers as floats. `run-failed` tells of others, if there are.
 */
function wrongOnWebgpu(node: Node, shapes: ShapeLookup): string | undefined {
  if (node.op === "MaxPool" && (node.outputs[1] ?? "") !== "") return "tfjs's webgpu backend has no valid shader for its Indices";
  const spatial = intsAttr(node, "kernel_shape")?.length ?? (shapes(node.inputs[1] ?? "")?.length ?? 0) - 2;
  return windowed.has(node.op) && spatial === 3 ? "tfjs's webgpu backend has no valid shader for windows of three axes" : undefined;
}
