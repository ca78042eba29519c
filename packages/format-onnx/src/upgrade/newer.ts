import { attr, floatAttr, int64, intAttr, stringAttr, type Graph, type Node } from "@vitrine/core";
import { onnxError } from "../errors.js";
import { beside, without, type Rule } from "./rule.js";
import { scalarLike } from "./typed-scalar.js";

/** The newest opset whose changes are known here. */
const newestOpset = 25;

/** What opsets 22 to 25 brought that opset 21 has no form for. */
const added = new Set(["Attention", "RotaryEmbedding", "TensorScatter"]);

/** Attributes that came after opset 21, with the value that changes nothing. All other changes widened element types. */
const addedAttributes: Readonly<Record<string, readonly (readonly [name: string, neutral: number | string])[]>> = {
  Cast: [["round_mode", "up"]],
  CastLike: [["round_mode", "up"]],
  DequantizeLinear: [["output_dtype", 0]],
  QuantizeLinear: [["precision", 0]],
};

/** x · sigmoid(alpha · x), of opset 24. */
const swish: Rule = (node, upgrading) => {
  const x = node.inputs[0]!;
  const alpha = floatAttr(node, "alpha", 1);
  const by = alpha === 1 ? { name: "", nodes: [] } : scalarLike(alpha, x, node, "alpha", upgrading);
  const inner = alpha === 1 ? [] : [beside(node, "inner", "Mul", [x, by.name], upgrading)];
  const gate = beside(node, "gate", "Sigmoid", [inner[0]?.outputs[0] ?? x], upgrading);
  return [...by.nodes, ...inner, gate, { ...node, op: "Mul", inputs: [x, gate.outputs[0]], attributes: {} }];
};

/** x / √(mean of x² + epsilon) · scale over the dimensions from `axis` on, of opset 23. */
const rmsNormalization: Rule = (node, upgrading) => {
  const [x = "", scale = ""] = node.inputs;
  const axis = intAttr(node, "axis", -1);
  const rank = upgrading.shape(x)?.length;
  if (axis !== -1 && rank === undefined) throw upgrading.fail(node, "the rank of its input is not known");
  const first = axis < 0 ? axis : axis - rank!;
  if (first >= 0 || (rank !== undefined && first < -rank)) throw upgrading.fail(node, `its input has no axis ${axis}`);
  const axes = upgrading.constant(int64(Array.from({ length: -first }, (_, i) => first + i)), `${node.outputs[0]}:axes`);
  const epsilon = scalarLike(floatAttr(node, "epsilon", 1e-5), x, node, "epsilon", upgrading);
  const square = beside(node, "square", "Mul", [x, x], upgrading);
  const mean = beside(node, "mean", "ReduceMean", [square.outputs[0], axes], upgrading, { keepdims: attr.int(1) });
  const shifted = beside(node, "shifted", "Add", [mean.outputs[0], epsilon.name], upgrading);
  const root = beside(node, "root", "Sqrt", shifted.outputs, upgrading);
  const normal = beside(node, "normal", "Div", [x, root.outputs[0]], upgrading);
  return [...epsilon.nodes, square, mean, shifted, root, normal, { ...node, op: "Mul", inputs: [normal.outputs[0], scale], attributes: {} }];
};

/** Rules for operators and attributes that opset 21 does not have. */
export const newerRules: Readonly<Record<string, { readonly applies: (node: Node) => boolean; readonly rule: Rule }>> = {
  Swish: { applies: () => true, rule: swish },
  RMSNormalization: { applies: () => true, rule: rmsNormalization },
  ...Object.fromEntries(
    Object.entries(addedAttributes).map(([op, attributes]) => {
      const names = attributes.map(([name]) => name);
      return [op, { applies: (node: Node) => names.some((name) => name in node.attributes), rule: (node: Node) => [{ ...node, attributes: without(node.attributes, ...names) }] }];
    }),
  ),
};

/** Fails for a graph that opset 21 cannot express, naming every operator that is to blame. @throws `onnx-opset-new` */
export function refuseNewer(graph: Graph, inner: (graph: Graph) => readonly Graph[], file: string): void {
  if (graph.opset > newestOpset) throw onnxError("onnx-opset-unknown", { file, opset: graph.opset, newest: newestOpset });
  const ops = new Set<string>();
  const collect = (other: Graph): void => {
    for (const node of other.nodes) if (node.domain === "") for (const beyond of beyondCanonical(node)) ops.add(beyond);
    for (const each of inner(other)) collect(each);
  };
  collect(graph);
  if (ops.size > 0) throw onnxError("onnx-opset-new", { file, opset: graph.opset, ops: [...ops] });
}

function beyondCanonical(node: Node): string[] {
  if (added.has(node.op)) return [node.op];
  return (addedAttributes[node.op] ?? []).flatMap(([name, neutral]) => {
    const value = typeof neutral === "number" ? intAttr(node, name, neutral) : stringAttr(node, name, neutral);
    return value === neutral ? [] : [`${node.op} with ${name}`];
  });
}
