import { producersOf, renameUses, type Graph, type GraphBuilder, type Node } from "@vitrine/core";
import type { Pass } from "./backward.js";
import { Refusal } from "./errors.js";
import { differentiableInputs, isFlat } from "./flow.js";
import { knownValues } from "./known.js";
import { Shapes } from "./shapes.js";

/** The branch of an `If` as nodes of the graph around it, and how to go back through them. */
export interface Branch {
  readonly pass: Pass;
  readonly path: readonly Node[];
  /** The values that stand for the node's outputs. */
  readonly outputs: readonly string[];
  /** The values around it that the branch takes a gradient to. */
  readonly captured: readonly string[];
}

/**
 * The branch that an `If` takes, appended to the graph: its inner values are computed a second time, which for what
 * exporters write (a Squeeze or not) costs nothing.
 * @throws Refusal where the data decides the branch
 */
export function branchTaken(pass: Pass, node: Node): Branch {
  const { b } = pass;
  const condition = pass.known.get(node.inputs[0]!) ?? constantTruth(b, node.inputs[0]!);
  if (!condition) throw new Refusal(`which branch it takes is decided while running, by \`${node.inputs[0]}\``);
  const taken = node.attributes[condition.data[0] !== 0 ? "then_branch" : "else_branch"];
  if (taken?.type !== "graph") throw new Refusal("it lacks the branch that it takes");
  const { nodes, outputs } = inlined(b, taken.value);
  const reached = new Set(pass.flow.carries);
  const path = nodes.filter((inner) => {
    const carries = !isFlat(inner) && differentiableInputs(inner).some((name) => reached.has(name));
    if (carries) for (const output of inner.outputs) reached.add(output);
    return carries;
  });
  const captured = [...new Set([...path.flatMap((inner) => inner.inputs), ...outputs])].filter((name) => pass.flow.carries.has(name));
  const shapes = new Shapes(new Map(node.outputs.flatMap((name, i) => (name === "" ? [] : [[outputs[i]!, pass.shapes.of(name)] as const]))), producersOf({ nodes }), (name) => b.constantAt(name)?.shape ?? pass.shapes.find(name));
  const known = new Map([...pass.known, ...knownValues(nodes, (name) => b.constantAt(name), (name) => shapes.find(name))]);
  shapes.known = known;
  return { pass: { ...pass, flow: { ...pass.flow, carries: reached }, shapes, known, rectifiers: new Map() }, path, outputs, captured };
}

const constantTruth = (b: GraphBuilder, name: string): { data: readonly number[] } | undefined => {
  const constant = b.constantAt(name)?.read();
  return constant && { data: [Number(constant.data[0])] };
};

function inlined(b: GraphBuilder, graph: Graph): { nodes: Node[]; outputs: string[] } {
  const renamed = new Map<string, string>();
  for (const [name, constant] of graph.constants) renamed.set(name, b.constant(constant, name));
  const nodes = graph.nodes.map((node) => {
    const { op, inputs, attributes, domain } = renameUses(node, renamed);
    const made = b.node(op, inputs, attributes, { name: node.name, outputs: node.outputs, domain });
    node.outputs.forEach((name, i) => name !== "" && renamed.set(name, made[i]!));
    return b.nodes.at(-1)!;
  });
  return { nodes, outputs: graph.outputs.map(({ name }) => renamed.get(name) ?? name) };
}
