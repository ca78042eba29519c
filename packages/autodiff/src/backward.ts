import { qualifiedOp, usesOf, type BackwardRule, type Constant, type GraphBuilder, type Node, type Rectifier } from "@vitrine/core";
import { branchTaken } from "./branch.js";
import { autodiffError, Refusal } from "./errors.js";
import type { Flow } from "./flow.js";
import { knownConstant, type Known } from "./known.js";
import { limitOf } from "./limits.js";
import { ruleOf } from "./rules/index.js";
import type { Cotangents, OperatorRule, RuleContext } from "./rules/rule.js";
import type { Shapes } from "./shapes.js";

/** What a backward pass works on. */
export interface Pass {
  readonly b: GraphBuilder;
  readonly of: string;
  readonly flow: Flow;
  readonly shapes: Shapes;
  readonly known: ReadonlyMap<string, Known>;
  readonly rule: BackwardRule | undefined;
  /** The rectifiers that the rule is asked about, by their output. */
  readonly rectifiers: ReadonlyMap<string, Rectifier>;
  /** Rules of operators that others brought along, by qualified name. */
  readonly own: ReadonlyMap<string, OperatorRule>;
}

/**
 * Takes cotangents back through `path`, the last node first: each value's cotangents are summed when all of its consumers
 * have been passed. What arrives at values that nothing on the path makes stays in the returned map.
 */
export function pull(pass: Pass, path: readonly Node[], start: ReadonlyMap<string, string>, plain: boolean): Map<string, string> {
  const arriving = new Map<string, string[]>([...start].map(([value, g]) => [value, [g]]));
  const summed = new Map<string, string>();
  const total = (value: string): string | undefined => {
    const parts = arriving.get(value);
    if (!parts) return undefined;
    const known = summed.get(value);
    if (known !== undefined) return known;
    const sum = parts.length === 1 ? parts[0]! : parts.length === 2 ? pass.b.add(parts[0]!, parts[1]!, `${value}:grad`) : pass.b.op("Sum", parts, {}, `${value}:grad`);
    summed.set(value, sum);
    return sum;
  };
  const send = (value: string, g: string | undefined): void => {
    if (g === undefined || !pass.flow.carries.has(value)) return;
    const list = arriving.get(value);
    if (list) list.push(g);
    else arriving.set(value, [g]);
  };
  for (const node of path.toReversed()) {
    const gradients = node.outputs.map((name) => (name === "" ? undefined : total(name)));
    if (gradients.every((g) => g === undefined)) continue;
    const rectifier = plain ? undefined : pass.rectifiers.get(node.outputs[0]!);
    const ruled = rectifier && gradients[0] !== undefined ? ruledRectifier(pass, rectifier, gradients[0]) : undefined;
    if (rectifier && ruled !== undefined) {
      send(rectifier.input, ruled);
      // A rule of a rectifier is about what is rectified; a slope that is computed keeps its derivative.
      if (rectifier.nodes.length === 1 && node.inputs.some((name, i) => i > 0 && pass.flow.carries.has(name))) {
        derivative(pass, node, gradients).forEach((g, i) => i > 0 && send(node.inputs[i]!, g));
      }
      continue;
    }
    if (node.op === "If" && node.domain === "" && !pass.own.has("If")) {
      for (const [value, g] of throughBranch(pass, node, gradients, plain)) send(value, g);
      continue;
    }
    const replaced = plain ? undefined : ruledOperator(pass, node, gradients);
    (replaced ?? derivative(pass, node, gradients)).forEach((g, i) => send(node.inputs[i]!, g));
  }
  const left = new Map<string, string>();
  for (const value of arriving.keys()) left.set(value, total(value)!);
  return left;
}

/** What comes to the values that the taken branch of an `If` captures. */
function throughBranch(pass: Pass, node: Node, gradients: Cotangents, plain: boolean): (readonly [string, string | undefined])[] {
  const branch = refusing(pass, node, () => branchTaken(pass, node));
  // A branch may pass one value on twice, or a captured one as it is.
  const start = new Map<string, string>();
  branch.outputs.forEach((name, i) => {
    const g = gradients[i];
    const before = start.get(name);
    if (g !== undefined) start.set(name, before === undefined ? g : pass.b.add(before, g));
  });
  const arrived = pull(branch.pass, branch.path, start, plain);
  return branch.captured.map((value) => [value, arrived.get(value)] as const);
}

function site(pass: Pass): { builder: GraphBuilder; shape: (value: string) => readonly number[]; constant: (value: string) => ReturnType<Constant["read"]> | undefined } {
  return { builder: pass.b, shape: (value) => pass.shapes.of(value), constant: (value) => pass.b.constantAt(value)?.read() };
}

function ruledRectifier(pass: Pass, rectifier: Rectifier, gradient: string): string | undefined {
  return pass.rule?.rectifier?.({
    ...site(pass),
    rectifier,
    gradient,
    derivative: (g = gradient) => pull(pass, rectifier.nodes, new Map([[rectifier.output, g]]), true).get(rectifier.input)!,
  });
}

function ruledOperator(pass: Pass, node: Node, gradients: Cotangents): Cotangents | undefined {
  const { rule } = pass;
  const result = rule?.operator?.({
    ...site(pass),
    node,
    gradients,
    needs: (i) => pass.flow.carries.has(node.inputs[i] ?? ""),
    // One for every input, so that a rule may map over them and hand the list on.
    derivative: (others = gradients) => {
      const found = derivative(pass, node, others);
      return node.inputs.map((_, i) => found[i]);
    },
  });
  if (rule && result && result.length !== node.inputs.length) throw autodiffError("rule-shape", { rule: rule.id, node: node.name, given: result.length, expected: node.inputs.length });
  return result;
}

function derivative(pass: Pass, node: Node, gradients: Cotangents): Cotangents {
  const rule = pass.own.get(qualifiedOp(node)) ?? ruleOf(node);
  if (!rule) throw blocked(pass, node, undefined);
  const limit = pass.own.has(qualifiedOp(node)) ? undefined : limitOf(node);
  if (limit !== undefined) throw blocked(pass, node, limit);
  return refusing(pass, node, () => rule(contextOf(pass, node, gradients)));
}

/** A rule's refusal as the error that names the node and what it blocks. */
function refusing<T>(pass: Pass, node: Node, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Refusal) throw blocked(pass, node, error.message);
    throw error;
  }
}

function blocked(pass: Pass, node: Node, why: string | undefined): Error {
  const before = pass.flow.path.slice(0, pass.flow.path.indexOf(node));
  const upstream = new Set(usesOf(node));
  for (const other of before.toReversed()) if (other.outputs.some((name) => upstream.has(name))) for (const name of usesOf(other)) upstream.add(name);
  const values = [...upstream].filter((name) => pass.flow.carries.has(name)).reverse();
  return autodiffError("operator-without-rule", { op: qualifiedOp(node), node: node.name, why, of: pass.of, blocked: values });
}

function contextOf(pass: Pass, node: Node, gradients: Cotangents): RuleContext {
  const { b, shapes } = pass;
  const has = (i: number): boolean => (node.inputs[i] ?? "") !== "";
  const x = (i: number): string => {
    if (!has(i)) throw new Refusal(`its input ${i} is left out`);
    return node.inputs[i]!;
  };
  const known = (i: number): Known | undefined => {
    const name = x(i);
    const constant = pass.known.has(name) ? undefined : b.constantAt(name);
    return pass.known.get(name) ?? (constant && knownConstant(constant));
  };
  return {
    b,
    node,
    gradients,
    get g() {
      const [first] = gradients;
      if (first === undefined) throw new Refusal("only a further output of it is explained");
      const other = gradients.findIndex((g, i) => i > 0 && g !== undefined);
      if (other > 0) throw new Refusal(`its output ${other} is explained as well`);
      return first;
    },
    needs: (i) => has(i) && pass.flow.carries.has(x(i)),
    x,
    has,
    y: node.outputs[0]!,
    shape: (value) => shapes.of(value),
    xShape: (i) => shapes.of(x(i)),
    get yShape() {
      return shapes.of(node.outputs[0]!);
    },
    known,
    ints: (i, what) => {
      const found = known(i);
      if (!found) throw new Refusal(`${what} is decided while running, by \`${x(i)}\``);
      return found.data;
    },
    constant: (i) => (has(i) ? b.constantAt(x(i))?.read() : undefined),
  };
}
