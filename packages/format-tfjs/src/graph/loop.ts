import { attr } from "@vitrine/core";
import type { Shape } from "../build/held.js";
import type { Layout } from "../build/layout.js";
import type { ScopedBuilder } from "../build/scoped-builder.js";
import type { NodeCall, TfValue } from "./call.js";
import { closed, inside, type Inline } from "./inside.js";
import type { TfFunction } from "./functions.js";
import { stacked } from "./lists.js";
import type { NodeRef } from "./nodes.js";

/** What becomes of a value of a loop: it stays as it is, goes from round to round, or is a list that gets one element a round. */
type Kind = "fixed" | "carried" | "grown";

/** The argument that a result of a function is, passed through. */
function passed({ nodes }: TfFunction, ref: NodeRef): string | undefined {
  let at = ref;
  for (let steps = 0; steps <= nodes.size && at.index === 0; steps++) {
    const node = nodes.get(at.node);
    if (node?.op === "_Arg") return node.name;
    if (node?.op !== "Identity" || node.inputs.length !== 1) return undefined;
    at = node.inputs[0]!;
  }
  return undefined;
}

interface Round {
  readonly b: ScopedBuilder;
  readonly layout: Layout;
  /** The arguments of the body, and what it makes of them. */
  readonly values: readonly TfValue[];
  readonly results: readonly TfValue[];
}

/** A While with its condition and its body, as a Loop: its condition is computed before it, and at the end of every round. */
export function loop(call: NodeCall, condition: TfFunction, body: TfFunction, inline: Inline): readonly TfValue[] {
  const { b, inputs } = call;
  if (condition.arguments.length !== inputs.length || body.arguments.length !== inputs.length || body.results.length !== inputs.length) return call.invalid(`${inputs.length} values go into it, and its functions take ${condition.arguments.length} and ${body.arguments.length} and give ${body.results.length}`);
  // What every round hands on as it was stays outside, and is known inside as it is here.
  const kinds = inputs.map(({ list }, i): Kind => (passed(body, body.results[i]!) === body.arguments[i]!.name ? "fixed" : list?.kind === "written" && list.written.length === 0 ? "grown" : "carried"));
  const of = (kind: Kind): readonly number[] => kinds.flatMap((each, i) => (each === kind ? [i] : []));
  const [carried, grown] = [of("carried"), of("grown")];
  const given = inputs.map((input, i) => (kinds[i] === "carried" && input.list ? { ...stacked(call, input), list: { kind: "stacked" as const, dtype: input.list.dtype } } : input));
  const truth = (on: ScopedBuilder, layout: Layout, values: readonly TfValue[], path: string): string => {
    const [result] = inline(on, layout, condition, values, path);
    if (!result) return call.invalid("its condition has no result");
    return on.cast(on.reshape(layout.plain(result), []), "bool", "Cast");
  };
  const { label, scope } = b;
  const begins = truth(b, call.layout, given, `${call.name}/cond`);
  Object.assign(b, { label, scope });

  const round = (shapes: readonly (Shape | undefined)[]): Round => {
    const inner = inside(b);
    inner.b.input(`${call.name}/round`, "int64", []);
    inner.b.input(`${call.name}/again`, "bool", []);
    const values = given.map((value, i): TfValue => {
      if (kinds[i] === "fixed") return value;
      if (kinds[i] === "grown") return { value: "", shape: undefined, order: undefined, list: { kind: "growing", dtype: value.list!.dtype } };
      const { name, dtype = value.list?.dtype ?? call.fail(`the element type of its value ${i} is not said`) } = body.arguments[i]!;
      const shape = shapes[i];
      return { value: inner.b.input(`${call.name}/${name}`, dtype, shape?.map((size) => size)), shape, order: undefined, ...(value.list && { list: value.list }) };
    });
    return { ...inner, values, results: inline(inner.b, inner.layout, body, values, `${call.name}/body`) };
  };
  const declared = call.attributes.shapes("output_shapes");
  let shapes = given.map(({ shape, list }, i) => (list ? shape : (declared[i] ?? shape)));
  let made = round(shapes);
  for (let wider = widened(call, carried, made); wider; wider = widened(call, carried, made)) made = round((shapes = shapes.map((shape, i) => wider!.get(i) ?? shape)));

  const { values, results } = made;
  const again = truth(made.b, made.layout, results, `${call.name}/again`);
  const kept = carried.map((i) => (values[i]!.list ? stacked(call, results[i]!) : results[i]!));
  const added = grown.map((i) => elementOf(call, i, made, carried));
  const graph = closed(made.b, made.layout, [{ value: again, shape: [], order: undefined }, ...kept, ...added]);
  const changing = [...carried, ...grown];
  const outputs = changing.length === 0 ? [] : b.node("Loop", ["", begins, ...carried.map((i) => call.layout.plain(given[i]!))], { body: attr.graph(graph) }, { outputs: changing.map((i, n) => (n === 0 ? "Loop" : `${call.name}/Loop:${i}`)) });
  return given.map((value, i) => {
    const at = changing.indexOf(i);
    if (at < 0) return value;
    const list = value.list && { kind: "stacked" as const, dtype: value.list.dtype };
    const { shape } = kinds[i] === "grown" ? added[at - carried.length]! : kept[at]!;
    const known = kinds[i] === "grown" ? shape && [null, ...shape] : values[i]!.shape?.map((size, axis) => (size === (shape?.[axis] ?? null) ? size : null));
    return { ...call.value(outputs[at]!, known), ...(list && { list }) };
  });
}

/** Shapes that hold in every round, where a round has changed what was taken for known; undefined where none has. */
function widened(call: NodeCall, carried: readonly number[], { values, results }: Round): Map<number, Shape> | undefined {
  const wider = new Map<number, Shape>();
  for (const i of carried) {
    const [held, shape] = [values[i]!.shape, results[i]!.list?.kind === "written" ? undefined : results[i]!.shape];
    if (!held || !shape) continue;
    if (held.length !== shape.length) call.fail(`its value ${i} changes its shape from [${held.join(", ")}] to [${shape.join(", ")}] in a round`);
    if (shape.some((size, axis) => size !== null && held[axis] !== null && size !== held[axis])) wider.set(i, held.map((size, axis) => (size === shape[axis] ? size : null)));
  }
  return wider.size > 0 ? wider : undefined;
}

/** The element that a list gets in every round: at the place that a counter of rounds names, or behind its end. */
function elementOf(call: NodeCall, i: number, { b, values, results }: Round, carried: readonly number[]): TfValue {
  const { list } = results[i]!;
  const added = list?.kind === "growing" ? list.added : undefined;
  if (!added) return call.fail(`its list ${i} does not get one element a round`);
  const { element, index } = added;
  if (index === undefined) return element;
  const constant = (name: string | undefined): number | undefined => {
    const found = b.constantAt(name ?? "") ?? call.b.constantAt(name ?? "");
    return found ? Number(found.read().data[0]) : undefined;
  };
  const counter = carried.find((j) => values[j]!.value === index.value);
  const step = counter === undefined ? undefined : b.nodes.find(({ outputs }) => outputs[0] === results[counter]!.value);
  const other = step?.inputs.find((name) => name !== index.value);
  const counting = step?.op === "Add" && step.inputs.includes(index.value) && constant(other) === 1;
  const [first] = counter === undefined ? [] : (call.known(counter) ?? []);
  if (!counting || first !== 0) return call.fail(`its list ${i} is not filled from its first element on, one element a round`);
  return element;
}
