import { intAttr, stringAttr, type Node } from "@vitrine/core";

const limits: Readonly<Record<string, (node: Node) => string | undefined>> = {
  MaxPool: (node) => (intAttr(node, "storage_order", 0) === 1 ? "it counts the places of its maxima column by column (storage_order 1)" : undefined),
  Mod: (node) => (intAttr(node, "fmod", 0) === 1 ? undefined : "the remainder of whole numbers has no gradient"),
  Resize: (node) => (intAttr(node, "antialias", 0) === 1 ? "it smooths while it shrinks (antialias)" : undefined),
  ScatterElements: (node) => reduction(node),
  ScatterND: (node) => reduction(node),
  BatchNormalization: (node) => (intAttr(node, "training_mode", 0) === 1 ? "it normalises by the batch itself (training_mode)" : undefined),
};

function reduction(node: Node): string | undefined {
  const mode = stringAttr(node, "reduction", "none");
  return mode === "none" || mode === "add" ? undefined : `it combines what meets by \`${mode}\``;
}

/** Why a node has no gradient although its operator has a rule, as far as its attributes tell; undefined where it has. */
export const limitOf = (node: Node): string | undefined => (node.domain === "" && Object.hasOwn(limits, node.op) ? limits[node.op]!(node) : undefined);
