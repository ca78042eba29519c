import { attr, intAttr, sizeOf, stringAttr, tensor } from "@vitrine/core";
import { around, axisOf } from "./broadcasting.js";
import type { OperatorRule, RuleContext, RuleTable } from "./rule.js";
import { positionOf } from "./weights.js";

const scatterElements = (c: RuleContext, onto: string, indices: string, updates: string, axis: number): string =>
  c.b.op("ScatterElements", [onto, indices, updates], { axis: attr.int(axis), reduction: attr.string("add") });

/** Elements go back to where they were taken from; what was taken twice adds. */
const gather: OperatorRule = (c) => {
  const { b } = c;
  const shape = c.xShape(0);
  const axis = axisOf(intAttr(c.node, "axis", 0), shape.length);
  const { outer, size, inner } = around(shape, axis);
  const known = c.known(1);
  if (known?.data.length === 1) {
    // One element along the axis: zeros around it.
    const at = axisOf(known.data[0]!, size);
    const slice = b.reshape(c.g, shape.map((dim, i) => (i === axis ? 1 : dim)));
    const pads = (count: number): number[] => shape.map((_, i) => (i === axis ? count : 0));
    return [size === 1 ? slice : b.pad(slice, [...pads(at), ...pads(size - 1 - at)])];
  }
  const count = sizeOf(c.xShape(1));
  const indices = b.expand(b.reshape(c.x(1), [1, count, 1]), [outer, count, inner]);
  const scattered = scatterElements(c, b.zeros([outer, size, inner]), b.cast(indices, "int64"), b.reshape(c.g, [outer, count, inner]), 1);
  return [b.reshape(scattered, shape)];
};

const gatherElements: OperatorRule = (c) => [scatterElements(c, c.b.zeros(c.xShape(0)), c.x(1), c.g, intAttr(c.node, "axis", 0))];

/** Indices within batches become indices into the whole: the batch's own position in front of each. */
function fullIndices(c: RuleContext): string {
  const batch = intAttr(c.node, "batch_dims", 0);
  if (batch === 0) return c.x(1);
  const shape = c.xShape(1).slice(0, -1);
  const grid = Array.from({ length: sizeOf(shape) }, (_, flat) => positionOf(flat, shape).slice(0, batch)).flat();
  return c.b.concat([c.b.constant(tensor("int64", [...shape, batch], BigInt64Array.from(grid, BigInt)), "batch"), c.x(1)], shape.length);
}

const gatherND: OperatorRule = (c) => [c.b.op("ScatterND", [c.b.zeros(c.xShape(0)), fullIndices(c), c.g], { reduction: attr.string("add") })];

/** What was overwritten gets nothing; what was written, its element's cotangent. */
const scatter = (overwrite: (c: RuleContext, zeros: string) => string, read: (c: RuleContext) => string): OperatorRule => (c) => {
  const added = stringAttr(c.node, "reduction", "none") === "add";
  return [
    c.needs(0) ? (added ? c.g : overwrite(c, c.b.zeros(c.xShape(2)))) : undefined,
    undefined,
    c.needs(2) ? read(c) : undefined,
  ];
};

const axisAttr = (c: RuleContext): { axis: ReturnType<typeof attr.int> } => ({ axis: attr.int(intAttr(c.node, "axis", 0)) });

/** The values' places are the operator's own second output; of equal ones it takes the first. */
const topK: OperatorRule = (c) => {
  const axis = axisOf(intAttr(c.node, "axis", -1), c.xShape(0).length);
  return [scatterElements(c, c.b.zeros(c.xShape(0)), c.b.withOutput(c.node.name, 1), c.g, axis)];
};

export const indexingRules: RuleTable = {
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherND,
  ScatterElements: scatter(
    (c, zeros) => c.b.op("ScatterElements", [c.g, c.x(1), zeros], axisAttr(c)),
    (c) => c.b.op("GatherElements", [c.g, c.x(1)], axisAttr(c)),
  ),
  ScatterND: scatter(
    (c, zeros) => c.b.op("ScatterND", [c.g, c.x(1), zeros]),
    (c) => c.b.op("GatherND", [c.g, c.x(1)]),
  ),
  TopK: topK,
};
