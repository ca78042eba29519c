import { attr } from "@vitrine/core";
import type { Shape } from "../build/held.js";
import { tfjsError } from "../errors.js";
import type { NodeCall, TfValue } from "./call.js";
import type { FunctionLibrary, TfFunction } from "./functions.js";
import { closed, inside, type Inline } from "./inside.js";
import { loop } from "./loop.js";

const branching = new Set(["If", "StatelessIf"]);
const looping = new Set(["While", "StatelessWhile"]);
const calling = new Set(["PartitionedCall", "StatefulPartitionedCall"]);

/** Loops, branches and calls of TensorFlow 2, whose bodies are functions. */
export const isControl = (op: string): boolean => branching.has(op) || looping.has(op) || calling.has(op);

export function control(call: NodeCall, library: FunctionLibrary, inline: Inline): readonly TfValue[] {
  const called = (key: string): TfFunction => {
    const name = call.attributes.func(key) ?? call.invalid(`its attribute \`${key}\` names no function`);
    return library.find(name, `\`${call.name}\``);
  };
  if (calling.has(call.op)) return inline(call.b, call.layout, called("f"), call.inputs, call.name);
  return branching.has(call.op) ? branches(call, called("then_branch"), called("else_branch"), inline) : loop(call, called("cond"), called("body"), inline);
}

/** What is known of a result both ways. */
function common(one: TfValue, other: TfValue): Shape | undefined {
  if (!one.shape || one.shape.length !== other.shape?.length) return undefined;
  return one.shape.map((size, axis) => (size === other.shape![axis] ? size : null));
}

function branches(call: NodeCall, then: TfFunction, otherwise: TfFunction, inline: Inline): readonly TfValue[] {
  const { b } = call;
  const [, ...given] = call.inputs;
  const made = [then, otherwise].map((branch, i) => {
    const inner = inside(b);
    const results = inline(inner.b, inner.layout, branch, given, `${call.name}/${i === 0 ? "then" : "else"}`);
    if (results.some(({ list }) => list)) call.fail("a list of tensors leaves its branches");
    return { results, graph: closed(inner.b, inner.layout, results) };
  });
  const [yes, no] = made as [(typeof made)[0], (typeof made)[0]];
  if (yes.results.length !== no.results.length) return call.invalid(`its branches have ${yes.results.length} and ${no.results.length} results`);
  if (yes.results.length === 0) return [];
  const outputs = b.node("If", [b.cast(call.plain(0), "bool", "Cast")], { then_branch: attr.graph(yes.graph), else_branch: attr.graph(no.graph) }, { outputs: yes.results.map((_, i) => (i === 0 ? "If" : `${call.name}/If:${i}`)) });
  return outputs.map((value, i) => call.value(value, common(yes.results[i]!, no.results[i]!)));
}

/** Functions that call each other deeper than this are made to fill the memory. */
const mostDepth = 16;

export function checkDepth(path: string, depth: number, file: string): void {
  if (depth > mostDepth) throw tfjsError("tfjs-too-much", { file, what: `functions inside functions at \`${path}\``, count: depth, most: mostDepth });
}
