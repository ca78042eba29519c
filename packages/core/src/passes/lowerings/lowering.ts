import type { GraphBuilder } from "../../graph/builder.js";
import type { Node } from "../../graph/graph.js";
import type { ShapeLookup } from "../../runtime/runtime.js";

/** Says a node in other operators, for runtimes that have no right kernel for it. */
export interface Lowering {
  readonly id: string;
  readonly summary: string;
  /** Whether it is about this kind of node. */
  matches(node: Node): boolean;
  /**
   * Replaces the node in `builder` by others that compute the same under the same names.
   * Sizes are computed inside the graph where they may differ between runs; ranks and weights' shapes come from `shapes`.
   * Returns true, or why it cannot, in one sentence; then nothing was changed.
   */
  apply(builder: GraphBuilder, node: Node, shapes: ShapeLookup): true | string;
}

/** The node is taken out and its outputs, in order, become `values`. */
export function substitute(builder: GraphBuilder, node: Node, values: readonly (string | undefined)[]): true {
  builder.remove(node);
  node.outputs.forEach((name, i) => {
    const value = values[i];
    if (name !== "" && value !== undefined) builder.bind(name, value);
  });
  return true;
}
