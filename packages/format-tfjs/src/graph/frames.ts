import { tfjsError } from "../errors.js";
import type { TfType } from "./attributes.js";
import { argument, firstOf, nodeOf, part, source, type Functions, type Nodes } from "./dataflow.js";
import { mergesAsBranches } from "./merges.js";
import type { NodeRef, TfNode } from "./nodes.js";

/** One value of a loop of TensorFlow 1: it enters, is merged with what a round made of it, and goes into the next round or out. */
interface Variable {
  readonly enter: TfNode;
  readonly merge: string;
  /** What a round makes of it. */
  readonly next: NodeRef;
}

/** A loop of TensorFlow 1. http://download.tensorflow.org/paper/white_paper_tf_control_flow_implementation_2017_11_1.pdf */
interface Frame {
  readonly name: string;
  readonly variables: readonly Variable[];
  /** Values that are the same in every round. */
  readonly constants: readonly TfNode[];
  /** Switches of the loop, with the variable that each lets in or out. */
  readonly switches: ReadonlyMap<string, number>;
  readonly condition: NodeRef;
}

/** More loops than this are made to fill the time. */
const mostLoops = 1000;

/** The nodes with every loop of TensorFlow 1 as a While of TensorFlow 2, the innermost first. */
export function framesAsLoops(given: Nodes, functions: Functions): Map<string, TfNode> {
  const nodes = new Map(given);
  const waiting = framesOf(nodes, functions);
  if (waiting.length > mostLoops) throw tfjsError("tfjs-too-much", { file: functions.file, what: "loops", count: waiting.length, most: mostLoops });
  while (waiting.length > 0) {
    const inner = waiting.findIndex((frame) => !bodyHolds(nodes, frame, waiting));
    if (inner < 0) functions.wrong(`the loops \`${waiting.map(({ name }) => name).join("`, `")}\` stand inside one another`);
    asLoop(nodes, waiting.splice(inner, 1)[0]!, functions);
  }
  return nodes;
}

function framesOf(nodes: Nodes, functions: Functions): Frame[] {
  const entering = new Map<string, TfNode[]>();
  const merges = new Map<string, TfNode>();
  const switches = new Map<string, TfNode[]>();
  for (const node of nodes.values()) {
    if (node.op === "Enter") {
      const name = node.attributes.text("frame_name") ?? functions.wrong(`\`${node.name}\` names no loop (frame_name)`);
      entering.set(name, [...(entering.get(name) ?? []), node]);
    }
    if (node.op === "Merge") for (const { node: from } of node.inputs) merges.set(from, node);
    if (node.op === "Switch") {
      const from = node.inputs[0]?.node ?? "";
      switches.set(from, [...(switches.get(from) ?? []), node]);
    }
  }
  return [...entering].map(([name, enters]): Frame => {
    const constants = enters.filter((enter) => enter.attributes.bool("is_constant") || !merges.has(enter.name));
    const variables = enters.flatMap((enter): Variable[] => {
      const merge = constants.includes(enter) ? undefined : merges.get(enter.name);
      if (!merge) return [];
      const next = merge.inputs.map(({ node }) => nodes.get(node)).find((node) => node?.op === "NextIteration");
      return [{ enter, merge: merge.name, next: next?.inputs[0] ?? functions.wrong(`\`${merge.name}\` of the loop \`${name}\` gets no value from a round`) }];
    });
    const own = new Map(variables.flatMap(({ merge }, i) => (switches.get(merge) ?? []).map((node): [string, number] => [node.name, i])));
    const [first] = own.keys();
    const truth = first === undefined ? undefined : nodes.get(source(nodes, nodes.get(first)!.inputs[1] ?? firstOf("")).node);
    return { name, variables, constants, switches: own, condition: (truth?.op === "LoopCond" ? truth.inputs[0] : undefined) ?? functions.wrong(`the loop \`${name}\` has no condition (LoopCond)`) };
  });
}

/** Where a loop's own nodes take a value from outside: as an argument of its functions, which is called as what enters. */
const argumentOf = ({ variables, constants, switches, name }: Frame, functions: Functions) => {
  const merges = new Map(variables.map(({ merge, enter }): [string, string] => [merge, enter.name]));
  const fixed = new Set(constants.map((enter) => enter.name));
  return ({ node, index }: NodeRef): NodeRef | undefined => {
    const variable = switches.get(node);
    if (variable !== undefined) return index === 1 ? firstOf(variables[variable]!.enter.name) : functions.wrong(`a round of the loop \`${name}\` uses \`${node}\`, which leaves it`);
    const merged = merges.get(node);
    return merged === undefined ? (fixed.has(node) ? firstOf(node) : undefined) : firstOf(merged);
  };
};

const resultsOf = ({ variables, condition }: Frame): NodeRef[] => [condition, ...variables.map(({ next }) => next)];

/** Whether another loop that is still to be changed stands inside one. */
function bodyHolds(nodes: Nodes, frame: Frame, waiting: readonly Frame[]): boolean {
  const others = new Set(waiting.filter((each) => each !== frame).flatMap(({ switches }) => [...switches.keys()]));
  const own = new Set([...frame.switches.keys(), ...frame.variables.map(({ merge }) => merge), ...frame.constants.map(({ name }) => name)]);
  const inside = part(nodes, resultsOf(frame), (ref) => (own.has(ref.node) ? ref : undefined));
  return [...inside.nodes.keys()].some((name) => others.has(name));
}

function asLoop(nodes: Map<string, TfNode>, frame: Frame, functions: Functions): void {
  const enters = [...frame.variables.map(({ enter }) => enter), ...frame.constants];
  const enter = argumentOf(frame, functions);
  const made = (results: readonly NodeRef[], kind: string): { readonly func: { readonly name: string } } => {
    const inner = part(nodes, results, enter);
    for (const { name } of enters) inner.nodes.set(name, argument(name));
    const whole = mergesAsBranches(inner.nodes, inner.results, functions);
    return functions.add(`${frame.name}/${kind}`, { arguments: enters.map((each): { name: string; dtype: TfType | undefined } => ({ name: each.name, dtype: each.attributes.type("T") })), results: inner.results, nodes: whole });
  };
  const name = freeName(nodes, `${frame.name}/while`);
  const functionsOf = {
    cond: made([frame.condition], "cond"),
    body: made([...frame.variables.map(({ next }) => next), ...frame.constants.map((each) => firstOf(each.name))], "body"),
  };
  nodes.set(name, nodeOf(name, "StatelessWhile", enters.map((each) => each.inputs[0] ?? functions.wrong(`nothing goes into \`${each.name}\``)), functionsOf));
  for (const node of [...nodes.values()]) {
    const variable = node.op === "Exit" ? frame.switches.get(node.inputs[0]?.node ?? "") : undefined;
    if (variable !== undefined) nodes.set(node.name, nodeOf(node.name, "Identity", [{ node: name, index: variable }]));
  }
}

function freeName(nodes: Nodes, wanted: string): string {
  let name = wanted;
  for (let i = 2; nodes.has(name); i++) name = `${wanted}_${i}`;
  return name;
}
