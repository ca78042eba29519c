import { intAttr, stringAttr, type Node } from "@vitrine/core";

/** The newest opset whose changes are known here. */
export const newestOpset = 24;

/**
 * What opsets 22 to 24 brought that opset 21 has no form for. All other changes in them widen element types,
 * so that an operator which is in 21 means the same there.
 */
const added = new Set(["Attention", "RMSNormalization", "RotaryEmbedding", "Swish", "TensorScatter"]);

/** Attributes that came after opset 21, with the value that changes nothing. */
const addedAttributes: Readonly<Record<string, readonly (readonly [string, number | string])[]>> = {
  Cast: [["round_mode", "up"]],
  DequantizeLinear: [["output_dtype", 0]],
  QuantizeLinear: [["precision", 0]],
};

/** How a node of a newer opset is called where opset 21 cannot express it; undefined where it can. */
export function beyondCanonical(node: Node): string | undefined {
  if (node.domain !== "") return undefined;
  if (added.has(node.op)) return node.op;
  for (const [name, neutral] of addedAttributes[node.op] ?? []) {
    const value = typeof neutral === "number" ? intAttr(node, name, neutral) : stringAttr(node, name, neutral);
    if (value !== neutral) return `${node.op} with ${name}`;
  }
  return undefined;
}
