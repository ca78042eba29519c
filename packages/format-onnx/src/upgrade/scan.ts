import { attr, canonicalOpset, int64, intAttr, intsAttr, type Graph, type Node, type ValueInfo } from "@vitrine/core";
import { beside, type Rule, type Rules, type Upgrading } from "./rule.js";

const untyped = (name: string): ValueInfo => ({ name, dtype: undefined, shape: undefined });

/**
 * Scan-8 ran over a batch of sequences, each with a length of its own; Scan-9 runs over one sequence.
 * So an outer Scan goes through the batch, and its body holds the Scan of the file.
 */
const overBatch: Rule = (node, upgrading) => {
  const body = node.attributes["body"];
  const count = intAttr(node, "num_scan_inputs");
  if (body?.type !== "graph" || count === undefined) throw upgrading.fail(node, "it has no body or no num_scan_inputs");
  const [lengths = "", ...data] = node.inputs;
  const states = data.length - count;
  if (states < 0 || states > body.value.outputs.length) throw upgrading.fail(node, "its inputs do not fit num_scan_inputs");
  const bare = data.map((name) => upgrading.unique(`${name}:sample`));
  const nodes: Node[] = [];
  const sequences = bare.slice(states);
  let length = "";
  if (lengths !== "") {
    length = upgrading.unique(`${lengths}:sample`);
    const from = upgrading.constant(int64([0]), `${node.name}:from`);
    const row = upgrading.constant(int64([1]), `${node.name}:row`);
    const end = beside(node, "end", "Reshape", [length, row], upgrading);
    nodes.push(end);
    sequences.forEach((name, i) => {
      const cut = beside(node, `cut-${i}`, "Slice", [name, from, end.outputs[0], from], upgrading);
      nodes.push(cut);
      sequences[i] = cut.outputs[0];
    });
  }
  const inner = node.outputs.map((name) => (name === "" ? "" : upgrading.unique(`${name}:sample`)));
  const directions = intsAttr(node, "directions");
  nodes.push({
    ...node,
    inputs: [...bare.slice(0, states), ...sequences],
    outputs: inner,
    attributes: { body, num_scan_inputs: attr.int(count), ...(directions ? { scan_input_directions: attr.ints(directions) } : {}) },
  });
  const results = inner.map((name, i) => (name !== "" && i >= states && length !== "" ? padded(node, name, bare[states]!, upgrading, nodes) : name));
  const used = results.flatMap((name, i) => (name === "" ? [] : [i]));
  const outer: Graph = {
    name: `${body.value.name || "body"}:batch`,
    opset: canonicalOpset,
    domains: body.value.domains,
    inputs: [...(length === "" ? [] : [length]), ...bare].map(untyped),
    outputs: used.map((i) => untyped(results[i]!)),
    nodes,
    constants: new Map(),
    values: new Map(),
  };
  const inputs = [...(lengths === "" ? [] : [lengths]), ...data];
  return [{ ...node, name: `${node.name}:batch`, inputs, outputs: used.map((i) => node.outputs[i]!), attributes: { body: attr.graph(outer), num_scan_inputs: attr.int(inputs.length) } }];
};

/** Zeros after the end of a shorter sequence, up to the length of the longest. */
function padded(node: Node, result: string, whole: string, upgrading: Upgrading, nodes: Node[]): string {
  const add = (what: string, op: string, inputs: readonly string[], attributes: Node["attributes"] = {}): string => {
    const made = beside({ ...node, outputs: [result] }, what, op, inputs, upgrading, attributes);
    nodes.push({ ...made, name: `${made.name}:${result}` });
    return made.outputs[0];
  };
  const first = { start: attr.int(0), end: attr.int(1) };
  const missing = add("missing", "Sub", [add("longest", "Shape", [whole], first), add("length", "Shape", [result], first)]);
  const shape = add("rest-shape", "Concat", [missing, add("step-shape", "Shape", [result], { start: attr.int(1) })], { axis: attr.int(0) });
  const rest = add("rest", "CastLike", [add("zeros", "ConstantOfShape", [shape]), result]);
  return add("padded", "Concat", [result, rest], { axis: attr.int(0) });
}

export const scanRules: Rules = { Scan: { 9: overBatch } };
