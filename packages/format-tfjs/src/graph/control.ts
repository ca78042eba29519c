import { attr, type Graph } from "@vitrine/core";
import type { Shape } from "../build/held.js";
import { Layout } from "../build/layout.js";
import { ScopedBuilder } from "../build/scoped-builder.js";
import { tfjsError } from "../errors.js";
import type { NodeCall, TfValue } from "./call.js";
import type { FunctionLibrary, TfFunction } from "./functions.js";

/** Translates the nodes of a function on a builder; `given` are its arguments. */
export type Inline = (b: ScopedBuilder, layout: Layout, called: TfFunction, given: readonly TfValue[], path: string) => readonly TfValue[];

const branching = new Set(["If", "StatelessIf"]);
const looping = new Set(["While", "StatelessWhile"]);

/** Loops and branches of TensorFlow 2, whose bodies are functions. */
export const isControl = (op: string): boolean => branching.has(op) || looping.has(op);

export function control(call: NodeCall, library: FunctionLibrary, inline: Inline): readonly TfValue[] {
  const called = (key: string): TfFunction => {
    const name = call.attributes.func(key) ?? call.invalid(`its attribute \`${key}\` names no function`);
    return library.find(name, `\`${call.name}\``);
  };
  return branching.has(call.op) ? branches(call, called("then_branch"), called("else_branch"), inline) : loop(call, called("cond"), called("body"), inline);
}

/** A graph inside another one takes its values by name: none of its own may be called like one of theirs. */
function inside(outer: ScopedBuilder): { b: ScopedBuilder; layout: Layout } {
  const b = new ScopedBuilder(undefined, outer.names());
  return { b, layout: new Layout(b) };
}

/** The finished graph. What it does not compute itself, an argument or a value around it, passes through a node. */
function closed(b: ScopedBuilder, layout: Layout, results: readonly TfValue[]): Graph {
  const taken = new Set<string>();
  const outputs = results.map((result) => {
    const value = layout.plain(result);
    const own = b.nodes.some((node) => node.outputs.includes(value)) && !taken.has(value);
    const output = own ? value : b.identity(value, `${value}:result`);
    taken.add(output);
    return output;
  });
  return b.build({ outputs, prune: false });
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
    return { results, graph: closed(inner.b, inner.layout, results) };
  });
  const [yes, no] = made as [(typeof made)[0], (typeof made)[0]];
  if (yes.results.length !== no.results.length) return call.invalid(`its branches have ${yes.results.length} and ${no.results.length} results`);
  if (yes.results.length === 0) return [];
  const outputs = b.node("If", [b.cast(call.plain(0), "bool", "Cast")], { then_branch: attr.graph(yes.graph), else_branch: attr.graph(no.graph) }, { outputs: yes.results.map((_, i) => (i === 0 ? "If" : `${call.name}/If:${i}`)) });
  return outputs.map((value, i) => call.value(value, common(yes.results[i]!, no.results[i]!)));
}

function loop(call: NodeCall, condition: TfFunction, body: TfFunction, inline: Inline): readonly TfValue[] {
  const { b } = call;
  const { inputs } = call;
  if (condition.arguments.length !== inputs.length || body.arguments.length !== inputs.length || body.results.length !== inputs.length) return call.invalid(`${inputs.length} values go into it, and its functions take ${condition.arguments.length} and ${body.arguments.length} and give ${body.results.length}`);
  // What every round hands on as it was stays outside, and is known inside as it is here.
  const fixed = body.arguments.map((argument, i) => body.results[i]!.node === argument.name);
  const truth = (on: ScopedBuilder, layout: Layout, values: readonly TfValue[], path: string): string => {
    const [result] = inline(on, layout, condition, values, path);
    if (!result) return call.invalid("its condition has no result");
    return on.cast(on.reshape(layout.plain(result), []), "bool", "Cast");
  };
  const { label, scope } = b;
  const begins = truth(b, call.layout, inputs, `${call.name}/cond`);
  Object.assign(b, { label, scope });
  const inner = inside(b);
  const declared = call.attributes.shapes("output_shapes");
  inner.b.input(`${call.name}/round`, "int64", []);
  inner.b.input(`${call.name}/again`, "bool", []);
  const values = inputs.map((input, i): TfValue => {
    if (fixed[i]) return input;
    const { name, dtype = call.fail(`the element type of its value ${i} is not said`) } = body.arguments[i]!;
    const shape = declared[i] ?? input.shape;
    return { value: inner.b.input(`${call.name}/${name}`, dtype, shape?.map((size) => size)), shape, order: undefined };
  });
  const results = inline(inner.b, inner.layout, body, values, `${call.name}/body`);
  results.forEach(({ shape }, i) => {
    const held = values[i]!.shape;
    if (!fixed[i] && shape && held && (shape.length !== held.length || shape.some((size, axis) => size !== null && held[axis] !== null && held[axis] !== undefined && size !== held[axis]))) {
      call.fail(`its value ${i} changes its shape from [${held.join(", ")}] to [${shape.join(", ")}] in a round, and the file does not say that it may`);
    }
  });
  const again = truth(inner.b, inner.layout, results, `${call.name}/again`);
  const carried = inputs.flatMap((_, i) => (fixed[i] ? [] : [i]));
  const graph = closed(inner.b, inner.layout, [{ value: again, shape: [], order: undefined }, ...carried.map((i) => results[i]!)]);
  const outputs = carried.length === 0 ? [] : b.node("Loop", ["", begins, ...carried.map((i) => call.plain(i))], { body: attr.graph(graph) }, { outputs: carried.map((i, n) => (n === 0 ? "Loop" : `${call.name}/Loop:${i}`)) });
  return inputs.map((input, i) => {
    const at = carried.indexOf(i);
    return at < 0 ? input : call.value(outputs[at]!, values[i]!.shape?.map((size, axis) => (size === (results[i]!.shape?.[axis] ?? null) ? size : null)));
  });
}

/** Functions that call each other deeper than this are made to fill the memory. */
const mostDepth = 16;

export function checkDepth(path: string, depth: number, file: string): void {
  if (depth > mostDepth) throw tfjsError("tfjs-too-much", { file, what: `functions inside functions at \`${path}\``, count: depth, most: mostDepth });
}
