import { intAttr } from "../../graph/attributes.js";
import { moved } from "./elementwise.js";
import type { BatchFlow, FlowRule, FlowRules, NodeFlow } from "./flow.js";

/** Works along one axis, which must not be the batch. */
const along =
  (fallback: number): FlowRule =>
  (node) => {
    const flow = node.only();
    if (node.axis(0, intAttr(node.original, "axis", fallback)) === flow.axis) node.fail("it works along the samples");
    node.give(flow);
  };

/** The flow with the axes taken out of the shape, or kept as 1. */
function reduced(node: NodeFlow, flow: BatchFlow, axes: readonly number[]): BatchFlow {
  if (axes.includes(flow.axis)) node.fail("it reduces over the samples");
  if (intAttr(node.original, "keepdims", 1) === 1) return flow;
  const rank = node.rank(0);
  return moved(flow, flow.axis - axes.filter((axis) => axis < flow.axis).length, rank === undefined ? undefined : rank - axes.length);
}

const reduce: FlowRule = (node) => {
  const flow = node.only();
  const axes = node.has(1) ? node.needNumbers(1, "axes") : [];
  if (axes.length === 0) {
    if (intAttr(node.original, "noop_with_empty_axes", 0) === 1) return node.give(flow);
    node.fail("it reduces over the samples");
  }
  node.give(reduced(node, flow, axes.map((axis) => node.axis(0, axis))));
};

const argument: FlowRule = (node) => {
  const flow = node.only();
  node.give(reduced(node, flow, [node.axis(0, intAttr(node.original, "axis", 0))]));
};

const cumulative: FlowRule = (node) => {
  const flow = node.only();
  const [axis = 0] = node.needNumbers(1, "axis");
  if (node.axis(0, axis) === flow.axis) node.fail("it sums along the samples");
  node.give(flow);
};

const reductions = ["L1", "L2", "LogSum", "LogSumExp", "Max", "Mean", "Min", "Prod", "Sum", "SumSquare"];

export const alongAxisRules: FlowRules = {
  Softmax: along(-1),
  LogSoftmax: along(-1),
  Hardmax: along(-1),
  LpNormalization: along(-1),
  TopK: along(-1),
  Split: along(0),
  ...Object.fromEntries(reductions.map((name) => [`Reduce${name}`, reduce])),
  ArgMax: argument,
  ArgMin: argument,
  CumSum: cumulative,
};
