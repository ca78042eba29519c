import { producersOf, qualifiedOp, type DifferentiateOptions, type Differentiation, type GraphBuilder, type GraphView, type Node } from "@vitrine/core";
import { pull, type Pass } from "./backward.js";
import { autodiffError } from "./errors.js";
import { flowBetween, isFlat, type FlowSource } from "./flow.js";
import { knownConstant, knownValues, type Known } from "./known.js";
import { blockages } from "./blockages.js";
import { caveats } from "./caveats.js";
import { findRectifiers } from "./rectifiers.js";
import { ruleOf } from "./rules/index.js";
import type { OperatorRule } from "./rules/rule.js";
import { Shapes } from "./shapes.js";
import { limitOf } from "./limits.js";

/** Rules of further operators, by qualified name (`com.example.Gate`), or other rules for known ones. */
export type OperatorRules = Readonly<Record<string, OperatorRule>>;

/** Differentiation with the rules of ai.onnx, and those that are given. */
export function createDifferentiation(rules: OperatorRules = {}): Differentiation {
  const own = new Map(Object.entries(rules));
  return {
    differentiate: (builder, options) => differentiateWith(own, builder, options),
    valuesBetween,
    differentiable: (node) => differentiableWith(own, node),
    undifferentiable: (graph) => blockages(graph, (node) => differentiableWith(own, node)),
    caveats,
    rectifiers: (graph) => findRectifiers(graph),
  };
}

/** Differentiation with the rules of ai.onnx. */
export const differentiateGraph: Differentiation = createDifferentiation();

/** Appends the backward pass of `of` to `builder`; see core's `Differentiation`. */
export function differentiate(builder: GraphBuilder, options: DifferentiateOptions): ReadonlyMap<string, string> {
  return differentiateGraph.differentiate(builder, options);
}

const viewOf = (builder: GraphBuilder): FlowSource => ({ nodes: builder.nodes, inputs: builder.inputs, constantAt: (name) => builder.constantAt(name) });

function differentiateWith(own: ReadonlyMap<string, OperatorRule>, b: GraphBuilder, { of, seed, wrt, rule, shapes: observed }: DifferentiateOptions): ReadonlyMap<string, string> {
  const flow = flowBetween(viewOf(b), of, wrt);
  const shapes = new Shapes(observed, producersOf({ nodes: b.nodes }), (name) => b.constantAt(name)?.shape);
  const known = knownValues(flow.nodes, (name) => b.constantAt(name), (name) => shapes.find(name));
  shapes.known = known;
  const rectifiers = rule?.rectifier ? findRectifiers({ nodes: flow.nodes }, (name) => known.get(name) ?? constantKnown(b, name), (name) => shapes.find(name)) : [];
  // What is asked for within a rectifier is asked of its parts.
  const whole = rectifiers.filter(({ nodes }) => !nodes.slice(0, -1).some((node) => node.outputs.some((name) => wrt.includes(name))));
  const pass: Pass = { b, of, flow, shapes, known, rule, rectifiers: new Map(whole.map((found) => [found.output, found])), own };
  const gradients = pull(pass, flow.path, new Map([[of, checkedSeed(pass, seed)]]), false);
  const taken = new Set([seed]);
  return new Map(
    wrt.map((value) => {
      const gradient = gradients.get(value);
      if (gradient === undefined) throw autodiffError("gradient-nowhere", { of, wrt: value, stops: [] });
      // Each gradient is a value of its own: two may be one where an operator passes it on unchanged, and as outputs they must differ.
      const name = taken.has(gradient) ? b.identity(gradient, `${value}:grad`) : gradient;
      taken.add(name);
      return [value, name];
    }),
  );
}

function constantKnown(b: GraphBuilder, name: string): Known | undefined {
  const constant = b.constantAt(name);
  return constant && knownConstant(constant);
}

function checkedSeed({ b, of, shapes }: Pass, seed: string): string {
  const expected = shapes.of(of);
  const declared = b.inputs.find(({ name }) => name === seed)?.shape;
  const shape = shapes.find(seed) ?? (declared?.every((dim) => typeof dim === "number") ? declared : undefined);
  if (shape && (shape.length !== expected.length || shape.some((dim, axis) => dim !== expected[axis]))) throw autodiffError("seed-shape", { seed, shape, of, expected });
  if (declared && declared.length !== expected.length) throw autodiffError("seed-shape", { seed, shape: declared.map((dim) => (typeof dim === "number" ? dim : -1)), of, expected });
  // One that is not known has to have as many elements: then the runtime says so.
  return shape ? seed : b.reshape(seed, expected, `${of}:seed`);
}

/** The values whose shapes a gradient needs: see core's `Differentiation`. */
export function valuesBetween(graph: GraphView, of: string, wrt: readonly string[]): readonly string[] {
  const flow = flowBetween(graph, of, wrt);
  const producers = producersOf({ nodes: flow.nodes });
  const constants = graph.constants;
  const values = new Set<string>([of, ...wrt]);
  const looked = new Set<string>();
  const pending: string[] = [];
  for (const node of flow.path) {
    for (const name of [...node.inputs, ...node.outputs]) if (name !== "") values.add(name);
    for (const name of node.inputs) if (!flow.carries.has(name)) pending.push(name);
  }
  // Shapes, pads and bounds that are computed follow from the shapes of what they are computed from.
  while (pending.length > 0) {
    const producer = producers.get(pending.pop()!);
    if (!producer || looked.has(producer.name)) continue;
    looked.add(producer.name);
    if (producer.op === "Shape" || producer.op === "Size") values.add(producer.inputs[0]!);
    else if (isArithmetic(producer)) pending.push(...producer.inputs.filter((name) => name !== ""));
  }
  return [...values].filter((name) => !constants?.has(name));
}

/** Operators that shapes are not computed through need not be followed. */
const isArithmetic = (node: Node): boolean => node.domain === "" && !["Conv", "MatMul", "Gemm", "MaxPool", "AveragePool", "BatchNormalization", "LayerNormalization"].includes(node.op);

/** Whether a gradient passes through this kind of node, as far as the node itself tells; else why not, in one sentence. */
function differentiableWith(own: ReadonlyMap<string, OperatorRule>, node: Node): true | string {
  // Of an If the branch that is taken counts, which shapes may settle.
  if (own.has(qualifiedOp(node)) || isFlat(node) || qualifiedOp(node) === "If") return true;
  if (!ruleOf(node)) return `there is no rule for the operator ${qualifiedOp(node)}`;
  return limitOf(node) ?? true;
}

