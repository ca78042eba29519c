import { Functions, isDataflow, type Nodes } from "./dataflow.js";
import { framesAsLoops } from "./frames.js";
import type { FunctionLibrary } from "./functions.js";
import { mergesAsBranches } from "./merges.js";
import type { NodeRef } from "./nodes.js";

/**
 * A graph whose loops and branches are functions, as those of TensorFlow 2 are. TensorFlow 1 writes them as values that flow through Switch,
 * Merge, Enter, Exit and NextIteration, and so does the converter of TensorFlow.js unless it is told otherwise.
 */
export function functional(nodes: Nodes, outputs: readonly NodeRef[], library: FunctionLibrary, file: string): Nodes {
  if (![...nodes.values()].some(({ op }) => isDataflow(op))) return nodes;
  const functions = new Functions(library, file);
  return mergesAsBranches(framesAsLoops(nodes, functions), outputs, functions);
}
