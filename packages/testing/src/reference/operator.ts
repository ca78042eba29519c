import type { Graph, Node } from "@vitrine/core";
import type { Held } from "./held.js";

/** One application of an operator. */
export interface Call {
  readonly node: Node;
  /** Undefined where an optional input is left out. */
  readonly inputs: readonly (Held | undefined)[];
  /** Runs a graph inside the node, which sees the values around it. */
  run(graph: Graph, inputs: readonly Held[]): Promise<readonly Held[]>;
}

/**
 * What an operator computes: its outputs in order. Errors are thrown as they come; the interpreter says at which node.
 * Definitions: https://onnx.ai/onnx/operators, at the canonical opset.
 */
export type Operator = (call: Call) => readonly (Held | undefined)[] | Promise<readonly (Held | undefined)[]>;

export type OperatorTable = Readonly<Record<string, Operator>>;

/** The input at `index`. @throws TypeError where it is left out */
export function input(call: Call, index: number): Held {
  const found = call.inputs[index];
  if (!found) throw new TypeError(`input ${index} is missing`);
  return found;
}
