import { tfjsError } from "../errors.js";
import { Fields, isObject, type Json } from "../json/fields.js";
import { NodeAttributes } from "./attributes.js";

/** Output `index` of a node. */
export interface NodeRef {
  readonly node: string;
  readonly index: number;
  /** The result's name, as functions have it: `index` counts from that one on. */
  readonly output?: string;
}

/** A NodeDef. Control inputs are left out: nothing here has effects that must come in order. */
export interface TfNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly NodeRef[];
  readonly attributes: NodeAttributes;
}

const mostNodes = 500_000;

/** `scope/name`, `scope/name:1`, or, inside functions, `scope/name:output:0`. */
export function readRef(text: string): NodeRef {
  const parts = text.split(":");
  const last = parts.at(-1)!;
  return { node: parts[0]!, index: parts.length > 1 && /^\d{1,6}$/.test(last) ? Number(last) : 0, ...(parts.length === 3 && { output: parts[1]! }) };
}

/** The nodes of a GraphDef by name. */
export function readNodes(topology: Json | undefined, file: string): Map<string, TfNode> {
  return nodesOf(Fields.of(topology, "modelTopology", file).array("node"), "modelTopology.node", file);
}

export function nodesOf(list: readonly Json[], path: string, file: string): Map<string, TfNode> {
  if (list.length > mostNodes) throw tfjsError("tfjs-too-much", { file, what: "nodes", count: list.length, most: mostNodes });
  const nodes = new Map<string, TfNode>();
  list.forEach((entry, i) => {
    const fields = Fields.of(entry, `${path}[${i}]`, file);
    const [name, op] = [fields.string("name"), fields.string("op")];
    if (nodes.has(name)) throw tfjsError("tfjs-graph", { file, why: `two nodes are called \`${name}\`` });
    const inputs = fields.array("input", []).flatMap((input, at) => {
      if (typeof input !== "string" || input === "") return fields.fail(`input[${at}]`, "the name of a node");
      return input.startsWith("^") ? [] : [readRef(input)];
    });
    const attributes = fields.get("attr");
    nodes.set(name, { name, op, inputs, attributes: new NodeAttributes(name, op, isObject(attributes) ? attributes : {}) });
  });
  return nodes;
}

/**
 * The nodes that `outputs` need, each after its inputs.
 * @throws `tfjs-graph` for a node that is not there, and for a circle
 */
export function inOrder(nodes: ReadonlyMap<string, TfNode>, outputs: readonly NodeRef[], file: string): TfNode[] {
  const find = (name: string, by: string): TfNode => {
    const node = nodes.get(name);
    if (!node) throw tfjsError("tfjs-graph", { file, why: `${by} needs the node \`${name}\`, which is not there` });
    return node;
  };
  const sorted: TfNode[] = [];
  const state = new Map<TfNode, "open" | "done">();
  // An explicit stack: exported networks have chains of thousands of nodes.
  for (const output of outputs) {
    const root = find(output.node, "an output");
    if (state.has(root)) continue;
    const stack = [{ node: root, next: 0 }];
    state.set(root, "open");
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      const input = top.node.inputs[top.next++];
      if (!input) {
        state.set(top.node, "done");
        sorted.push(top.node);
        stack.pop();
        continue;
      }
      const producer = find(input.node, `\`${top.node.name}\``);
      if (state.get(producer) === "open") throw tfjsError("tfjs-graph", { file, why: `the node \`${producer.name}\` (${producer.op}) is computed from itself, and stands in no loop` });
      if (state.has(producer)) continue;
      state.set(producer, "open");
      stack.push({ node: producer, next: 0 });
    }
  }
  return sorted;
}
