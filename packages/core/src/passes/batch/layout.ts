import { intAttr, intsAttr } from "../../graph/attributes.js";
import { sizeOf } from "../../tensor/tensor.js";
import { moved } from "./elementwise.js";
import type { FlowRule, FlowRules } from "./flow.js";
import { reshape } from "./reshape.js";

const transpose: FlowRule = (node) => {
  const flow = node.only();
  const given = intsAttr(node.original, "perm");
  const perm = given ?? Array.from({ length: node.needRank(0) }, (_, i, rank = node.needRank(0)) => rank - 1 - i);
  node.give(moved(flow, perm.indexOf(flow.axis), perm.length));
};

const squeeze: FlowRule = (node) => {
  const flow = node.only();
  if (!node.has(1)) node.fail("it removes every axis of size 1, the batch too");
  const axes = node.needNumbers(1, "axes").map((axis) => node.axis(0, axis));
  if (axes.includes(flow.axis)) node.fail("it removes the batch axis");
  const rank = node.rank(0);
  node.give(moved(flow, flow.axis - axes.filter((axis) => axis < flow.axis).length, rank === undefined ? undefined : rank - axes.length));
};

const unsqueeze: FlowRule = (node) => {
  const flow = node.only();
  const given = node.needNumbers(1, "axes");
  const axes = given.map((axis) => node.axis(0, axis, given.length)).sort((a, b) => a - b);
  let axis = flow.axis;
  for (const added of axes) if (added <= axis) axis++;
  const rank = node.rank(0);
  node.give(moved(flow, axis, rank === undefined ? undefined : rank + axes.length));
};

/** Two axes: everything before `axis`, and the rest. Nothing is written in the node that would fix the batch. */
const flatten: FlowRule = (node) => {
  const flow = node.only();
  const at = node.axis(0, intAttr(node.original, "axis", 1));
  if (flow.axis === 0 && at === 1) return node.give(moved(flow, 0, 2));
  const shape = node.needShape(0);
  const inFront = flow.axis < at;
  const outer = flow.outer * sizeOf(shape.slice(inFront ? 0 : at, flow.axis));
  const inner = flow.inner * sizeOf(shape.slice(flow.axis + 1, inFront ? at : shape.length));
  node.give({ kind: "batch", axis: inFront ? 0 : 1, outer, inner, rank: 2 });
};

export const layoutRules: FlowRules = { Transpose: transpose, Squeeze: squeeze, Unsqueeze: unsqueeze, Flatten: flatten, Reshape: reshape };
