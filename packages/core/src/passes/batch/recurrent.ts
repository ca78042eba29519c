import { intAttr } from "../../graph/attributes.js";
import { moved, needPure } from "./elementwise.js";
import type { FlowRule, FlowRules } from "./flow.js";

/**
 * X [time, batch, features], or [batch, time, features] with layout 1. States that are shared by the samples
 * (zeros, as exporters write them for a batch of 1) are repeated for each.
 * @param states inputs that hold an initial state
 */
const recurrent =
  (states: readonly number[]): FlowRule =>
  (node) => {
    const batchFirst = intAttr(node.original, "layout", 0) === 1;
    const flow = node.batch(0) ?? node.fail("its sequence is shared by the samples, and a state is not");
    const axis = batchFirst ? 0 : 1;
    if (flow.axis !== axis) node.fail("the samples do not lie along its batch axis");
    node.original.inputs.forEach((name, i) => {
      if (name === "" || i === 0) return;
      const isState = states.includes(i);
      const own = node.batch(i);
      if (!isState && i !== 4) {
        if (own) node.fail(`its parameter \`${name}\` depends on the batch`);
        return;
      }
      // Input 4 is the length of each sequence.
      const expected = isState ? axis : 0;
      if (!own) {
        needPure(node, flow, "a state that is shared by the samples");
        node.repeat(i, expected);
      } else if (own.axis !== expected || own.outer !== flow.outer || own.inner !== flow.inner) node.fail(`\`${name}\` does not hold the samples where it should`);
    });
    const last = moved(flow, axis, 3);
    node.give(moved(flow, batchFirst ? 0 : 2, 4), last, last);
  };

export const recurrentRules: FlowRules = { LSTM: recurrent([5, 6]), GRU: recurrent([5]), RNN: recurrent([5]) };
