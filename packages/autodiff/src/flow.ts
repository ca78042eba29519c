import { isFloat, onnxTypeNumber, intAttr, producersOf, qualifiedOp, sortedFor, subgraphsOf, usesOf, type Constant, type GraphView, type Node, type ValueInfo } from "@vitrine/core";
import { autodiffError } from "./errors.js";
import { quantizing } from "./rules/quantization.js";

/** Operators whose results are piecewise constant: their derivative is zero wherever it exists, so nothing goes on through them. */
const flat = new Set([
  "Floor", "Ceil", "Round", "Sign", "ArgMax", "ArgMin", "Shape", "Size", "NonZero", "NonMaxSuppression", "Hardmax", "IsNaN", "IsInf", "Not", "And", "Or", "Xor",
  "Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "ConstantOfShape", "EyeLike", "RandomNormalLike", "RandomUniformLike", "Bernoulli",
]);

/** Inputs of operators that decide (an index, a shape, a condition, a bound of a loop) and carry no gradient, by position. */
const deciding: Readonly<Record<string, readonly number[]>> = {
  Where: [0], Reshape: [1], Expand: [1], Tile: [1], Gather: [1], GatherElements: [1], GatherND: [1], ScatterElements: [1], ScatterND: [1], Slice: [1, 2, 3, 4], Pad: [1, 3],
  Split: [1], Squeeze: [1], Unsqueeze: [1], TopK: [1], CumSum: [1], Trilu: [1], Dropout: [1, 2], CastLike: [1], Resize: [1, 2, 3], OneHot: [0, 1], Compress: [1],
  ReduceSum: [1], ReduceMean: [1], ReduceMax: [1], ReduceMin: [1], ReduceProd: [1], ReduceL1: [1], ReduceL2: [1], ReduceSumSquare: [1], ReduceLogSum: [1], ReduceLogSumExp: [1],
  QuantizeLinear: [1, 2], DequantizeLinear: [1, 2], QLinearConv: [1, 2, 4, 5, 6, 7], QLinearMatMul: [1, 2, 4, 5, 6, 7], ConvInteger: [2, 3], MatMulInteger: [2, 3],
  LSTM: [4], GRU: [4], RNN: [4], ReverseSequence: [1],
};

/** Operators that decide by the data how many elements they yield. */
const sizedByData = new Set(["NonZero", "NonMaxSuppression", "Unique", "Compress"]);

/** Whether anything goes back through a node at all: where not, its derivative is zero. */
export function isFlat(node: Node): boolean {
  if (node.domain !== "") return false;
  if (flat.has(node.op)) return true;
  return node.op === "Cast" && !wideTypes.has(intAttr(node, "to", 0));
}

const wideTypes = new Set([onnxTypeNumber["float32"], onnxTypeNumber["float64"], onnxTypeNumber["float16"], onnxTypeNumber["bfloat16"]] as number[]);

/** The values through which a gradient may come to a node: its inputs without the deciding ones, and what its inner graphs capture. */
export function differentiableInputs(node: Node): readonly string[] {
  const skip = node.domain === "" && Object.hasOwn(deciding, node.op) ? deciding[node.op]! : [];
  const inputs = node.inputs.filter((name, i) => name !== "" && !skip.includes(i));
  if (subgraphsOf(node).length === 0) return inputs;
  const condition = node.op === "If" ? node.inputs : [];
  return usesOf(node).filter((name) => !condition.includes(name));
}

/** What lies between values and what is computed from them. */
export interface Flow {
  /** Everything that `of` needs, in topological order. */
  readonly nodes: readonly Node[];
  /** Values of the nodes between, and the `wrt` themselves, that a gradient goes through. */
  readonly carries: ReadonlySet<string>;
  /** The nodes between, in topological order. */
  readonly path: readonly Node[];
}

export interface FlowSource extends GraphView {
  /** Where known, for the types of inputs. */
  readonly inputs?: readonly ValueInfo[];
  constantAt?(name: string): Constant | undefined;
}

/**
 * @throws `wrt-none`, `wrt-not-upstream`, `gradient-nowhere`, `value-not-float`, `shape-by-data`
 */
export function flowBetween(graph: FlowSource, of: string, wrt: readonly string[]): Flow {
  if (wrt.length === 0) throw autodiffError("wrt-none", { of });
  const nodes = sortedFor(graph.nodes, [of]);
  for (const value of wrt) checkFloat(graph, nodes, value);
  const reached = reachedFrom(nodes, wrt, true);
  const depends = wrt.length === 1 ? undefined : new Map(wrt.map((value) => [value, reachedFrom(nodes, [value], true)]));
  for (const value of wrt) {
    if ((depends?.get(value) ?? reached).has(of)) continue;
    if (!reachedFrom(nodes, [value], false).has(of)) throw autodiffError("wrt-not-upstream", { of, wrt: value });
    throw autodiffError("gradient-nowhere", { of, wrt: value, stops: stopsBetween(nodes, value, of) });
  }
  // Of what the values reach, only that which reaches `of` through inputs that carry a gradient.
  const needed = new Set([of]);
  const path: Node[] = [];
  for (const node of nodes.toReversed()) {
    if (isFlat(node) || !node.outputs.some((name) => needed.has(name))) continue;
    const carrying = differentiableInputs(node).filter((name) => reached.has(name));
    if (carrying.length === 0) continue;
    path.push(node);
    for (const name of carrying) needed.add(name);
  }
  path.reverse();
  const carries = new Set([...reached].filter((name) => needed.has(name)));
  checkSizes(graph, nodes, path, of);
  return { nodes, carries, path };
}

function checkFloat(graph: FlowSource, nodes: readonly Node[], value: string): void {
  const input = graph.inputs?.find(({ name }) => name === value);
  if (input?.dtype !== undefined && !isFloat(input.dtype)) throw autodiffError("value-not-float", { value, why: `it is an input of ${input.dtype}` });
  const producer = nodes.find((node) => node.outputs.includes(value));
  if (producer?.domain === "" && quantizing.has(producer.op)) throw autodiffError("value-not-float", { value, why: `it is quantised: ${qualifiedOp(producer)} makes whole numbers that stand for others` });
  if (producer && isWhole(producer)) throw autodiffError("value-not-float", { value, why: `${qualifiedOp(producer)} makes whole numbers or truth values` });
}

function isWhole(node: Node): boolean {
  const continuous = new Set(["Floor", "Ceil", "Round", "Sign", "Hardmax", "ConstantOfShape", "EyeLike", "RandomNormalLike", "RandomUniformLike", "Bernoulli"]);
  return isFlat(node) && !continuous.has(node.op);
}

/** Values computed from `from`: through inputs that carry a gradient, or by any way at all. */
export function reachedFrom(nodes: readonly Node[], from: readonly string[], carrying: boolean): Set<string> {
  const reached = new Set(from);
  for (const node of nodes) {
    if (carrying && isFlat(node)) continue;
    const inputs = carrying ? differentiableInputs(node) : usesOf(node);
    if (inputs.some((name) => reached.has(name))) for (const output of node.outputs) if (output !== "") reached.add(output);
  }
  return reached;
}

function stopsBetween(nodes: readonly Node[], value: string, of: string): { op: string; node: string }[] {
  const carried = reachedFrom(nodes, [value], true);
  const any = reachedFrom(nodes, [value], false);
  const stops = nodes.filter((node) => node.outputs.some((name) => any.has(name) && !carried.has(name)) && usesOf(node).some((name) => carried.has(name)));
  return (stops.length > 0 ? stops : nodes.filter((node) => node.outputs.includes(of))).map((node) => ({ op: qualifiedOp(node), node: node.name }));
}

/** Shapes that the data decides cannot be those that were observed. */
function checkSizes(graph: FlowSource, nodes: readonly Node[], path: readonly Node[], of: string): void {
  if (!nodes.some((node) => node.domain === "" && sizedByData.has(node.op))) return;
  const inputs = new Map(graph.inputs?.map((input) => [input.name, input]));
  const producers = producersOf({ nodes });
  const isConstant = (name: string): boolean => !producers.has(name) && (graph.constantAt?.(name) ?? graph.constants?.get(name)) !== undefined;
  // Values of floating-point data, as opposed to what the inputs' shapes or whole-number inputs settle.
  const data = new Set<string>();
  const isData = (name: string): boolean => {
    if (data.has(name)) return true;
    if (producers.has(name) || isConstant(name)) return false;
    const { dtype } = inputs.get(name) ?? {};
    return dtype === undefined || isFloat(dtype);
  };
  const unsized = new Map<string, Node>();
  for (const node of nodes) {
    const uses = usesOf(node);
    const source = uses.map((name) => unsized.get(name)).find((found) => found !== undefined);
    const fromData = uses.some(isData);
    const own = node.domain === "" && sizedByData.has(node.op) && fromData ? node : undefined;
    for (const output of node.outputs) {
      if (node.op !== "Shape" && node.op !== "Size" && fromData) data.add(output);
      if (source ?? own) unsized.set(output, (source ?? own)!);
    }
  }
  for (const node of path) {
    const source = usesOf(node).map((name) => unsized.get(name)).find((found) => found !== undefined);
    if (source) throw autodiffError("shape-by-data", { op: qualifiedOp(source), node: source.name, of, user: node.name });
  }
}
