import { attr, floatAttr, int64, intAttr, stringAttr, type Int, type Node } from "@vitrine/core";
import { axesToInput } from "./reduction.js";
import { exactInts, withAttributes, withInput, without, type Rule, type Rules, type Upgrading } from "./rule.js";
import { scalarLike } from "./typed-scalar.js";

const listInput = (node: Node, name: string, values: readonly Int[], upgrading: Upgrading): string =>
  upgrading.constant(int64(values), `${node.outputs[0] ?? node.name}:${name}`);

/** Slice-1 took starts, ends and axes as attributes. */
const slice: Rule = (node, upgrading) => {
  const starts = exactInts(node, "starts");
  const ends = exactInts(node, "ends");
  if (!starts || !ends || starts.length !== ends.length) throw upgrading.fail(node, "it has no starts and ends of equal length");
  const axes = exactInts(node, "axes") ?? starts.map((_, i) => i);
  const inputs = [node.inputs[0]!, listInput(node, "starts", starts, upgrading), listInput(node, "ends", ends, upgrading), listInput(node, "axes", axes, upgrading)];
  return [{ ...node, inputs, attributes: without(node.attributes, "starts", "ends", "axes") }];
};

/** Pad-2 took pads and value as attributes. */
const pad: Rule = (node, upgrading) => {
  const pads = exactInts(node, "pads");
  if (!pads) throw upgrading.fail(node, "it has no pads");
  const inputs = [node.inputs[0]!, listInput(node, "pads", pads, upgrading)];
  const attributes = without(node.attributes, "pads", "value");
  const value = floatAttr(node, "value", 0);
  if (value === 0 || stringAttr(node, "mode", "constant") !== "constant") return [{ ...node, inputs, attributes }];
  const fill = scalarLike(value, node.inputs[0]!, node, "value", upgrading);
  return [...fill.nodes, { ...node, inputs: [...inputs, fill.name], attributes }];
};

/** Split-2 and -11 took the sizes as an attribute. */
const splitSizes: Rule = (node, upgrading) => {
  const sizes = exactInts(node, "split");
  const attributes = without(node.attributes, "split");
  return [sizes && sizes.length > 0 ? { ...node, inputs: [node.inputs[0]!, listInput(node, "split", sizes, upgrading)], attributes } : { ...node, attributes }];
};

/** Since opset 18 a Split without sizes says into how many parts. */
const splitCount: Rule = (node) => {
  const given = node.inputs[1] !== undefined && node.inputs[1] !== "";
  return given || intAttr(node, "num_outputs") !== undefined ? undefined : [withAttributes(node, { num_outputs: attr.int(node.outputs.length) })];
};

/** The experimental DynamicSlice is Slice-10, whose axes come last too. */
const dynamicSlice: Rule = (node) => [{ ...node, op: "Slice" }];

/** TopK-1 took K as an attribute. */
const topK: Rule = (node, upgrading) => {
  const k = intAttr(node, "k");
  if (k === undefined) throw upgrading.fail(node, "it has no k");
  return [{ ...node, inputs: withInput(node.inputs, 1, listInput(node, "k", [k], upgrading)), attributes: without(node.attributes, "k") }];
};

/** Scatter is called ScatterElements since opset 11. */
const scatter: Rule = (node) => [{ ...node, op: "ScatterElements" }];

/** Since opset 20, DFT takes its axis (1 by default until then) as an input. */
const dft: Rule = (node, upgrading) => {
  const axis = upgrading.constant(int64([intAttr(node, "axis", 1)], []), `${node.outputs[0]}:axis`);
  return [{ ...node, inputs: withInput(node.inputs, 2, axis), attributes: without(node.attributes, "axis") }];
};

/** Rearranging, cutting and picking. */
export const shapingRules: Rules = {
  Squeeze: { 13: axesToInput(1) },
  Unsqueeze: { 13: axesToInput(1) },
  Slice: { 10: slice },
  DynamicSlice: { 10: dynamicSlice },
  Pad: { 11: pad },
  Split: { 13: splitSizes, 18: splitCount },
  TopK: { 10: topK },
  Scatter: { 11: scatter },
  DFT: { 20: dft },
};

