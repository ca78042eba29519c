import { attr, intAttr, type Node } from "@vitrine/core";
import { beside, withAttributes, type Rule, type Rules, type Upgrading } from "./rule.js";

/**
 * Until opset 13 these ran over all dimensions from `axis` (default 1) on, as if they were one; since then over `axis` alone.
 * Where at most one of those dimensions is not 1, that one is the axis; elsewhere the value is flattened and shaped back.
 */
const coerced: Rule = (node, upgrading) => {
  const axis = intAttr(node, "axis", 1);
  // Input and output have one shape; a file may declare either.
  const single = singleAxis(axis, upgrading.shape(node.inputs[0]) ?? upgrading.shape(node.outputs[0]));
  if (single !== undefined) return [withAttributes(node, { axis: attr.int(single) })];
  return flattened(node, axis, upgrading);
};

function singleAxis(axis: number, shape: readonly (number | null)[] | undefined): number | undefined {
  if (axis === -1) return -1;
  if (!shape) return undefined;
  const first = axis < 0 ? axis + shape.length : axis;
  if (first < 0 || first >= shape.length) return undefined;
  const candidates = shape.map((_, i) => i).filter((i) => i >= first && shape[i] !== 1);
  return candidates.length <= 1 ? (candidates[0] ?? first) : undefined;
}

function flattened(node: Node, axis: number, upgrading: Upgrading): Node[] {
  const x = node.inputs[0]!;
  const flat = beside(node, "flat", "Flatten", [x], upgrading, { axis: attr.int(axis) });
  const inner = upgrading.unique(`${node.outputs[0]}:rows`);
  const shape = beside(node, "shape", "Shape", [x], upgrading);
  return [
    flat,
    { ...node, inputs: flat.outputs, outputs: [inner], attributes: { ...node.attributes, axis: attr.int(1) } },
    shape,
    { ...beside(node, "reshape", "Reshape", [inner, shape.outputs[0]], upgrading), outputs: node.outputs },
  ];
}

export const softmaxRules: Rules = { Softmax: { 13: coerced }, LogSoftmax: { 13: coerced }, Hardmax: { 13: coerced } };
