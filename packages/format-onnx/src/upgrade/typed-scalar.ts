import { cast, float32, isFloat, scalar, type Node } from "@vitrine/core";
import { beside, type Upgrading } from "./rule.js";

/**
 * A scalar constant of the element type that `like` has. Where that is not known, a `CastLike` makes it so.
 * @returns the name, and the nodes it needs
 */
export function scalarLike(value: number, like: string, node: Node, what: string, upgrading: Upgrading): { name: string; nodes: Node[] } {
  const dtype = upgrading.dtype(like);
  const hint = `${node.outputs[0] ?? node.name}:${what}`;
  if (dtype !== undefined && dtype !== "string") {
    if (!isFloat(dtype) && !Number.isFinite(value)) throw upgrading.fail(node, `its ${what} is ${value}, and its input of ${dtype}`);
    const wide = isFloat(dtype) ? float32([], [value]) : scalar(value, "float64");
    return { name: upgrading.constant(cast(wide, dtype), hint), nodes: [] };
  }
  const source = upgrading.constant(float32([], [value]), hint);
  const like32 = beside(node, `${what}-cast`, "CastLike", [source, like], upgrading);
  return { name: like32.outputs[0], nodes: [like32] };
}
