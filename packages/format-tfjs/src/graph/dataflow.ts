import { tfjsError } from "../errors.js";
import { NodeAttributes } from "./attributes.js";
import type { FunctionLibrary, TfFunction } from "./functions.js";
import type { NodeRef, TfNode } from "./nodes.js";

/** Nodes by name, which functions and graphs share. */
export type Nodes = ReadonlyMap<string, TfNode>;

/** What a converter leaves of control flow unless it is asked for functions: values that flow, or do not, into the nodes of a loop or a branch. */
const flowing = new Set(["Switch", "Merge", "Enter", "Exit", "NextIteration", "LoopCond"]);

export const isDataflow = (op: string): boolean => flowing.has(op) || flowing.has(op.replace(/^Ref/, ""));

/** The functions that stand for loops and branches, in the library of the file. */
export class Functions {
  constructor(
    readonly library: FunctionLibrary,
    readonly file: string,
  ) {}

  /** Puts a function into the library, and returns an attribute that names it. */
  add(named: string, made: Omit<TfFunction, "name">): { readonly func: { readonly name: string } } {
    return { func: { name: this.library.add(named, made) } };
  }

  wrong(why: string): never {
    throw tfjsError("tfjs-graph", { file: this.file, why });
  }
}

export const argument = (name: string): TfNode => ({ name, op: "_Arg", inputs: [], attributes: new NodeAttributes(name, "_Arg", {}) });

export const nodeOf = (name: string, op: string, inputs: readonly NodeRef[], attributes: NodeAttributes["json"] = {}): TfNode => ({ name, op, inputs, attributes: new NodeAttributes(name, op, attributes) });

export const firstOf = (node: string): NodeRef => ({ node, index: 0 });

/** What passes on its one input, as far back as it goes. */
export function source(nodes: Nodes, ref: NodeRef): NodeRef {
  let at = ref;
  for (let steps = 0; steps <= nodes.size; steps++) {
    const node = nodes.get(at.node);
    if (node?.op !== "Identity" || node.inputs.length !== 1) return at;
    at = node.inputs[0]!;
  }
  return ref;
}

/**
 * The nodes that `results` need, back to where `enters` says that they take a value from outside: what it returns instead.
 * Returns the nodes with their inputs changed, and the results.
 */
export function part(nodes: Nodes, results: readonly NodeRef[], enters: (ref: NodeRef) => NodeRef | undefined): { readonly nodes: Map<string, TfNode>; readonly results: readonly NodeRef[] } {
  const found = new Map<string, TfNode>();
  const waiting: TfNode[] = [];
  const moved = (ref: NodeRef): NodeRef => {
    const outside = enters(ref);
    if (outside) return outside;
    const node = nodes.get(ref.node);
    if (node && !found.has(node.name)) {
      found.set(node.name, node);
      waiting.push(node);
    }
    return ref;
  };
  const changed = results.map(moved);
  for (let node = waiting.pop(); node; node = waiting.pop()) found.set(node.name, { ...node, inputs: node.inputs.map(moved) });
  return { nodes: found, results: changed };
}
