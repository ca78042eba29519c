import { floatAttr, producersOf, stringAttr, type GraphView, type Node, type Rectifier, type RectifierKind } from "@vitrine/core";
import { knownConstant, type Known } from "./known.js";

/** Points at which a written-out activation is compared with the known ones: both sides, near and far, the bounds of the hard ones. */
const points = [-11, -7.3, -6, -4.2, -3, -2.9, -1.7, -1, -0.6, -0.25, -0.01, 0, 0.02, 0.3, 0.7, 1, 1.6, 2.4, 3, 3.3, 4.7, 5.9, 6, 6.2, 8.4, 12];

/** An activation is written out of at most so many nodes. */
const mostNodes = 14;
/** A value of an elementwise chain is expressed by at most so many values before it. */
const mostSources = 16;

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** The error function by the complementary one's continued fraction and its series: good to 1e-12. */
function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  if (Math.abs(x) < 3) {
    let term = x;
    let sum = x;
    for (let n = 1; n < 80; n++) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = 0;
  for (let k = 60; k >= 1; k--) fraction = k / 2 / (Math.abs(x) + fraction);
  return Math.sign(x) * (1 - Math.exp(-x * x) / (Math.sqrt(Math.PI) * (Math.abs(x) + fraction)));
}

type Samples = readonly number[];

const tanhGelu = (x: number): number => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));

/** Written-out rectifiers by their values. */
const exact: readonly (readonly [RectifierKind, (x: number) => number])[] = [
  ["relu", (x) => Math.max(0, x)],
  ["relu6", (x) => Math.min(6, Math.max(0, x))],
  ["silu", (x) => x * sigmoid(x)],
  ["hard-swish", (x) => (x * Math.min(6, Math.max(0, x + 3))) / 6],
  ["gelu", (x) => 0.5 * x * (1 + erf(x / Math.SQRT2))],
  ["gelu", tanhGelu],
  ["mish", (x) => x * Math.tanh(softplus(x))],
  ["softplus", softplus],
  ["selu", (x) => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * Math.expm1(x))],
];

/** Those with a parameter: positive numbers as they are, negative ones in a fixed proportion to `shape`. */
const proportional: readonly (readonly [RectifierKind, (x: number) => number])[] = [
  ["leaky-relu", (x) => x],
  ["elu", (x) => Math.expm1(x)],
];

const close = (a: number, b: number): boolean => Math.abs(a - b) <= 2e-5 * Math.max(1, Math.abs(b));

/** The hard ones hold back all of it: a clamp to 10⁻¹², which guards a division, is none of them. */
const hard: ReadonlySet<RectifierKind> = new Set(["relu", "relu6"]);

function kindOf(samples: Samples): RectifierKind | undefined {
  const found = exact.find(([kind, f]) => points.every((x, i) => (hard.has(kind) && f(x) === 0 ? samples[i] === 0 : close(samples[i]!, f(x)))));
  if (found) return found[0];
  if (!points.every((x, i) => x < 0 || close(samples[i]!, x))) return undefined;
  return proportional.find(([, f]) => {
    const slope = samples[0]! / f(points[0]!);
    return slope > 0 && slope < 1.5 && Math.abs(slope - 1) > 1e-3 && points.every((x, i) => x >= 0 || close(samples[i]!, slope * f(x)));
  })?.[0];
}

/** Activations that are one node. */
const single: Readonly<Record<string, RectifierKind>> = {
  Relu: "relu", LeakyRelu: "leaky-relu", PRelu: "prelu", ThresholdedRelu: "thresholded-relu", Elu: "elu", Celu: "celu", Selu: "selu", Softplus: "softplus", HardSwish: "hard-swish",
  Mish: "mish", Gelu: "gelu",
};

const unary: Readonly<Record<string, (x: number, node: Node) => number>> = {
  Identity: (x) => x, Relu: (x) => Math.max(0, x), Sigmoid: sigmoid, Tanh: Math.tanh, Exp: Math.exp, Log: Math.log, Erf: erf, Softplus: softplus, Neg: (x) => -x, Abs: Math.abs,
  Sqrt: Math.sqrt, Reciprocal: (x) => 1 / x, Sign: Math.sign, Not: (x) => 1 - x, Cast: (x) => x,
  HardSigmoid: (x, node) => Math.min(1, Math.max(0, floatAttr(node, "alpha", 0.2) * x + floatAttr(node, "beta", 0.5))),
  LeakyRelu: (x, node) => (x < 0 ? floatAttr(node, "alpha", 0.01) * x : x),
  Elu: (x, node) => (x < 0 ? floatAttr(node, "alpha", 1) * Math.expm1(x) : x),
  HardSwish: (x) => (x * Math.min(6, Math.max(0, x + 3))) / 6,
  Gelu: (x, node) => (stringAttr(node, "approximate", "none") === "tanh" ? tanhGelu(x) : 0.5 * x * (1 + erf(x / Math.SQRT2))),
};

/** Operators that yield no negative number. */
const neverNegative = new Set(["Abs", "Sqrt", "Exp", "Sigmoid", "HardSigmoid", "Softmax", "ReduceL1", "ReduceL2", "ReduceSumSquare"]);

const truth = (condition: boolean): number => (condition ? 1 : 0);
const several: Readonly<Record<string, (values: readonly number[]) => number>> = {
  Add: ([a, b]) => a! + b!, Sub: ([a, b]) => a! - b!, Mul: ([a, b]) => a! * b!, Div: ([a, b]) => a! / b!, Pow: ([a, b]) => a! ** b!,
  Max: (values) => Math.max(...values), Min: (values) => Math.min(...values), Where: ([c, a, b]) => (c !== 0 ? a! : b!),
  Greater: ([a, b]) => truth(a! > b!), GreaterOrEqual: ([a, b]) => truth(a! >= b!), Less: ([a, b]) => truth(a! < b!), LessOrEqual: ([a, b]) => truth(a! <= b!),
  Clip: ([x, low, high]) => Math.min(high!, Math.max(low!, x!)),
};

/** A value as a function of one earlier value. */
interface Expression {
  readonly samples: Samples;
  readonly nodes: ReadonlySet<Node>;
}

/**
 * The rectifiers among nodes (in topological order): one-node activations, and chains of elementwise nodes and scalars that
 * have the values of one, in whatever way they are written. Found by evaluating each chain at a few points.
 */
export function findRectifiers(
  graph: GraphView,
  known: (name: string) => Known | undefined = (name) => {
    const constant = graph.constants?.get(name);
    return constant && knownConstant(constant);
  },
  shape: (name: string) => readonly number[] | undefined = () => undefined,
): readonly Rectifier[] {
  const expressions = new Map<string, ReadonlyMap<string, Expression>>();
  const order = new Map(graph.nodes.map((node, i) => [node, i]));
  const producers = producersOf(graph);
  const found = new Map<string, Rectifier>();
  for (const node of graph.nodes) {
    const output = node.outputs[0]!;
    if (node.domain !== "" || output === "") continue;
    const sources = expressionsOf(node, known, expressions);
    if (sources) expressions.set(output, sources);
    const whole = sources && [...sources].flatMap(([input, expression]): Rectifier[] => {
      const kind = kindOf(expression.samples);
      const same = shape(input)?.join() === shape(output)?.join();
      return kind !== undefined && same ? [{ kind, input, output, nodes: [...expression.nodes].sort((a, b) => order.get(a)! - order.get(b)!) }] : [];
    }).reduce<Rectifier | undefined>((best, next) => (best && best.nodes.length >= next.nodes.length ? best : next), undefined);
    const alone = Object.hasOwn(single, node.op) ? { kind: single[node.op]!, input: node.inputs[0]!, output, nodes: [node] } : undefined;
    const rectifier = whole ?? alone;
    // What is never negative is not rectified: PyTorch writes an Lp pooling as sign(s) · relu(|s|) · ….
    if (!rectifier || neverNegative.has(producers.get(rectifier.input)?.op ?? "")) continue;
    found.set(output, rectifier);
  }
  // A ReLU within a ReLU6, a sigmoid's parts within a SiLU: the whole counts.
  const inner = new Set([...found.values()].flatMap(({ nodes }) => nodes.slice(0, -1)));
  return [...found.values()].filter(({ nodes }) => !inner.has(nodes.at(-1)!));
}

/** A node's value as a function of each of the values that it alone depends on; undefined where it is no elementwise function of one. */
function expressionsOf(node: Node, known: (name: string) => Known | undefined, expressions: ReadonlyMap<string, ReadonlyMap<string, Expression>>): ReadonlyMap<string, Expression> | undefined {
  const f = Object.hasOwn(unary, node.op) ? ([x]: readonly number[]): number => unary[node.op]!(x!, node) : Object.hasOwn(several, node.op) ? several[node.op]! : undefined;
  if (!f) return undefined;
  const bounds = node.op === "Clip" ? [undefined, -Infinity, Infinity] : [];
  const operands = Array.from({ length: Math.max(node.inputs.length, bounds.length) }, (_, i): number | string | undefined => {
    const name = node.inputs[i] ?? "";
    if (name === "") return bounds[i];
    const value = known(name);
    return value ? (value.data.length === 1 ? value.data[0] : undefined) : name;
  });
  if (operands.includes(undefined)) return undefined;
  const names = [...new Set(operands.filter((operand) => typeof operand === "string"))];
  if (names.length === 0) return undefined;
  const identity = (name: string): [string, Expression] => [name, { samples: points, nodes: new Set() }];
  const choices = names.map((name) => new Map([identity(name), ...(expressions.get(name) ?? [])]));
  const result = new Map<string, Expression>();
  for (const source of choices[0]!.keys()) {
    if (!choices.every((choice) => choice.has(source))) continue;
    const parts = new Map(names.map((name, i) => [name, choices[i]!.get(source)!]));
    const nodes = new Set([...[...parts.values()].flatMap((part) => [...part.nodes]), node]);
    if (nodes.size > mostNodes) continue;
    const samples = points.map((_, i) => f(operands.map((operand) => (typeof operand === "string" ? parts.get(operand)!.samples[i]! : operand!))));
    result.set(source, { samples, nodes });
    if (result.size >= mostSources) break;
  }
  return result;
}
