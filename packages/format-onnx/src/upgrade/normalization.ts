import { allocate, attr, float32, floatAttr, int64, intAttr, tensor, type Constant, type Node, type NumericDType, type Tensor } from "@vitrine/core";
import { beside, without, type Rule, type Rules, type Upgrading } from "./rule.js";
import { scalarLike } from "./typed-scalar.js";

/** Until opset 9, spatial = 0 meant one mean and variance for every position. */
const batchNormPerPosition: Rule = (node, upgrading) => {
  const attributes = without(node.attributes, "spatial");
  if (intAttr(node, "spatial", 1) !== 0) return [{ ...node, attributes }];
  noTrainingOutputs(node, upgrading);
  const [x = "", scale = "", bias = "", mean = "", variance = ""] = node.inputs;
  const epsilon = scalarLike(floatAttr(node, "epsilon", 1e-5), x, node, "epsilon", upgrading);
  const shifted = beside(node, "variance", "Add", [variance, epsilon.name], upgrading);
  const deviation = beside(node, "deviation", "Sqrt", shifted.outputs, upgrading);
  const centred = beside(node, "centred", "Sub", [x, mean], upgrading);
  const normal = beside(node, "normal", "Div", [centred.outputs[0], deviation.outputs[0]], upgrading);
  const scaled = beside(node, "scaled", "Mul", [normal.outputs[0], scale], upgrading);
  const sum: Node = { ...node, op: "Add", inputs: [scaled.outputs[0], bias], outputs: node.outputs.slice(0, 1), attributes: {} };
  return [...epsilon.nodes, shifted, deviation, centred, normal, scaled, sum];
};

/** Until opset 14 the outputs beyond the first were for training. */
const batchNormOutputs: Rule = (node, upgrading) => {
  noTrainingOutputs(node, upgrading);
  return [{ ...node, outputs: node.outputs.slice(0, 1) }];
};

function noTrainingOutputs(node: Node, upgrading: Upgrading): void {
  if (node.outputs.slice(1).some((name) => upgrading.isUsed(name))) throw upgrading.fail(node, "its outputs for training are used");
}

/** Beyond so many channels, which a file may claim for nothing, scales are repeated when the graph runs. */
const mostChannels = 65_536;

/** In opset 18 the scale and bias of GroupNormalization were per group, since 21 they are per channel. */
const groupNormPerChannel: Rule = (node, upgrading) => {
  const [x = "", scale = "", bias = ""] = node.inputs;
  const groups = intAttr(node, "num_groups");
  if (groups === undefined || groups < 1) throw upgrading.fail(node, "it has no num_groups");
  const channels = upgrading.shape(x)?.[1];
  const known = [scale, bias].map((name) => upgrading.constantAt(name));
  const perGroup = known.every((constant) => constant?.shape.length === 1 && constant.shape[0] === groups);
  if (channels != null && channels <= mostChannels && channels % groups === 0 && perGroup) {
    const names = known.map((constant, i) => upgrading.constant(repeated(constant!, channels / groups), `${node.inputs[i + 1]}:per-channel`));
    return [{ ...node, inputs: [x, ...names] }];
  }
  const one = upgrading.constant(int64([1]), `${node.outputs[0]}:one`);
  const count = upgrading.constant(int64([groups]), `${node.outputs[0]}:groups`);
  const column = upgrading.constant(int64([-1, 1]), `${node.outputs[0]}:column`);
  const flat = upgrading.constant(int64([-1]), `${node.outputs[0]}:flat`);
  const size = beside(node, "channels", "Shape", [x], upgrading, { start: attr.int(1), end: attr.int(2) });
  const each = beside(node, "channels-each", "Div", [size.outputs[0], count], upgrading);
  const target = beside(node, "expanded-shape", "Concat", [one, each.outputs[0]], upgrading, { axis: attr.int(0) });
  const nodes: Node[] = [size, each, target];
  const names = [scale, bias].map((name, i) => {
    const what = i === 0 ? "scale" : "bias";
    const tall = beside(node, `${what}-column`, "Reshape", [name, column], upgrading);
    const wide = beside(node, `${what}-expanded`, "Expand", [tall.outputs[0], target.outputs[0]], upgrading);
    const list = beside(node, `${what}-per-channel`, "Reshape", [wide.outputs[0], flat], upgrading);
    nodes.push(tall, wide, list);
    return list.outputs[0];
  });
  return [...nodes, { ...node, inputs: [x, ...names] }];
};

/** Every element of a list `times` times. */
function repeated(constant: Constant, times: number): Tensor {
  const source = constant.read();
  if (source.dtype === "string") return source;
  const data = allocate<NumericDType>(source.dtype, source.data.length * times) as Float32Array;
  for (let i = 0; i < data.length; i++) data[i] = (source.data as Float32Array)[Math.floor(i / times)]!;
  return tensor<NumericDType>(source.dtype, [data.length], data);
}

/** Until opset 10 the mask had the input's type. */
const dropoutMask: Rule = (node, upgrading) => {
  const [y = "", mask = ""] = node.outputs;
  if (!upgrading.isUsed(mask)) return [{ ...node, outputs: [y] }];
  const dropped = upgrading.unique(`${mask}:bool`);
  const cast = beside(node, "mask", "CastLike", [dropped, node.inputs[0]!], upgrading);
  return [{ ...node, outputs: [y, dropped] }, { ...cast, outputs: [mask] }];
};

/** Since opset 12 the ratio is an input, and outside training the mask is all ones: it was all zeros before. */
const dropoutRatio: Rule = (node, upgrading) => {
  const [y = "", mask = ""] = node.outputs;
  const ratio = floatAttr(node, "ratio", 0.5);
  const name = upgrading.constant(float32([], [ratio]), `${y}:ratio`);
  const made = { ...node, inputs: [node.inputs[0]!, name], outputs: [y], attributes: without(node.attributes, "ratio") };
  if (!upgrading.isUsed(mask)) return [made];
  const kept = upgrading.unique(`${mask}:kept`);
  return [{ ...made, outputs: [y, kept] }, { ...beside(node, "mask", "Not", [kept], upgrading), outputs: [mask] }];
};

/** The experimental MeanVarianceNormalization, its axes fixed and the variance optional. */
const meanVariance: Rule = (node, upgrading) => {
  const attributes = { axes: attr.ints(intAttr(node, "across_channels", 0) === 1 ? [0, 1, 2, 3] : [0, 2, 3]) };
  if (intAttr(node, "normalize_variance", 1) !== 0) return [{ ...node, attributes }];
  const mean = beside(node, "mean", "ReduceMean", [node.inputs[0]!], upgrading, { ...attributes, keepdims: attr.int(1) });
  return [mean, { ...node, op: "Sub", inputs: [node.inputs[0]!, mean.outputs[0]], attributes: {} }];
};

/** Normalisation and dropout. */
export const normalizationRules: Rules = {
  BatchNormalization: { 9: batchNormPerPosition, 14: batchNormOutputs },
  GroupNormalization: { 21: groupNormPerChannel },
  Dropout: { 10: dropoutMask, 12: dropoutRatio },
  MeanVarianceNormalization: { 9: meanVariance },
};
