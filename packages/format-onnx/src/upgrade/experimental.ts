import { cast, float32, floatAttr, int64, intsAttr, type Node } from "@vitrine/core";
import { beside, type Rule, type Upgrading } from "./rule.js";
import { scalarLike } from "./typed-scalar.js";

/** `op(x, value)` with a scalar of x's type. */
function withScalar(node: Node, what: string, op: string, x: string, value: number, upgrading: Upgrading): { nodes: Node[]; output: string } {
  const constant = scalarLike(value, node.inputs[0]!, node, `${what}-by`, upgrading);
  const made = beside(node, what, op, [x, constant.name], upgrading);
  return { nodes: [...constant.nodes, made], output: made.outputs[0] };
}

/** The last of the nodes takes over the name and the output of the one that it stands for. */
function ending(node: Node, nodes: readonly Node[]): Node[] {
  return nodes.map((each, i) => (i === nodes.length - 1 ? { ...each, name: node.name, outputs: node.outputs } : each));
}

/** scale · x + bias, one bias per channel. */
const imageScaler: Rule = (node, upgrading) => {
  const bias = node.attributes["bias"];
  const scaled = withScalar(node, "scaled", "Mul", node.inputs[0]!, floatAttr(node, "scale", 1), upgrading);
  if (bias?.type !== "floats") return ending(node, scaled.nodes);
  const dtype = upgrading.dtype(node.inputs[0]);
  const value = float32([1, bias.value.length, 1, 1], bias.value);
  const typed = upgrading.constant(dtype === "float16" || dtype === "float64" ? cast(value, dtype) : value, `${node.outputs[0]}:bias`);
  return ending(node, [...scaled.nodes, beside(node, "sum", "Add", [scaled.output, typed], upgrading)]);
};

/** Cuts a border (left, top, right, bottom) off, or a window of size `scale` (height, width) out. */
const crop: Rule = (node, upgrading) => {
  const [left = 0, top = 0, right = 0, bottom = 0] = intsAttr(node, "border", []);
  const size = intsAttr(node, "scale");
  const end = (border: number): number => (border === 0 ? 2 ** 31 - 1 : -border);
  const ends = size?.length === 2 ? [top + size[0]!, left + size[1]!] : [end(bottom), end(right)];
  const list = (name: string, values: readonly number[]): string => upgrading.constant(int64(values), `${node.outputs[0]}:${name}`);
  return [{ ...node, op: "Slice", inputs: [node.inputs[0]!, list("starts", [top, left]), list("ends", ends), list("axes", [2, 3])], attributes: {} }];
};

/** alpha · x + beta. */
const affine: Rule = (node, upgrading) => {
  const scaled = withScalar(node, "scaled", "Mul", node.inputs[0]!, floatAttr(node, "alpha", 1), upgrading);
  const sum = withScalar(node, "sum", "Add", scaled.output, floatAttr(node, "beta", 0), upgrading);
  return ending(node, [...scaled.nodes, ...sum.nodes]);
};

const scale: Rule = (node, upgrading) => ending(node, withScalar(node, "scaled", "Mul", node.inputs[0]!, floatAttr(node, "scale", 1), upgrading).nodes);

/** alpha · f(beta · x). */
const around = (op: string): Rule => (node, upgrading) => {
  const inner = withScalar(node, "inner", "Mul", node.inputs[0]!, floatAttr(node, "beta", 1), upgrading);
  const middle = beside(node, op.toLowerCase(), op, [inner.output], upgrading);
  const outer = withScalar(node, "outer", "Mul", middle.outputs[0], floatAttr(node, "alpha", 1), upgrading);
  return ending(node, [...inner.nodes, middle, ...outer.nodes]);
};

/**
 * Operators that early versions of ONNX tried out and opset 10 took back. They never had another version, so they are
 * replaced whatever opset a file names.
 */
export const experimentalRules: Readonly<Record<string, Rule>> = {
  ImageScaler: imageScaler,
  Crop: crop,
  Affine: affine,
  Scale: scale,
  ScaledTanh: around("Tanh"),
  ParametricSoftplus: around("Softplus"),
};
