import { intAttr } from "../graph/attributes.js";
import type { Graph, Node } from "../graph/graph.js";
import { producersOf } from "../graph/uses.js";

/** Operators that move values without mixing them: what may stand between a softmax and the output. */
const passThrough = new Set(["Identity", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Cast", "Dropout", "Transpose"]);

export interface FinalSoftmax {
  readonly node: Node;
  /** The value before it. */
  readonly logits: string;
  /** What it computes. */
  readonly probabilities: string;
  /** As the node has it; may be negative. */
  readonly axis: number;
  readonly log: boolean;
}

/** The softmax that an output ends in, looked for through operators that only move values; undefined where there is none. */
export function finalSoftmax(graph: Graph, output: string): FinalSoftmax | undefined {
  const producers = producersOf(graph);
  let value = output;
  for (;;) {
    const node = producers.get(value);
    if (!node) return undefined;
    if (node.domain === "" && (node.op === "Softmax" || node.op === "LogSoftmax")) {
      return { node, logits: node.inputs[0]!, probabilities: node.outputs[0]!, axis: intAttr(node, "axis", -1), log: node.op === "LogSoftmax" };
    }
    if (!passThrough.has(node.op)) return undefined;
    value = node.inputs[0]!;
  }
}
