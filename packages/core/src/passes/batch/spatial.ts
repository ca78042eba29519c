import { intAttr, intsAttr } from "../../graph/attributes.js";
import { needPure } from "./elementwise.js";
import type { BatchFlow, FlowRule, FlowRules } from "./flow.js";

/** [samples, channels, places …], parameters shared. */
const convolutional: FlowRule = (node) => {
  const flow = node.only();
  if (flow.axis !== 0) node.fail("the samples do not lie along its first axis");
  node.give(flow);
};

const maxPool: FlowRule = (node) => {
  // ONNX counts Indices through the whole tensor, samples included.
  if ((node.original.outputs[1] ?? "") !== "") node.fail("its Indices count across the samples");
  convolutional(node);
};

const batchNormalization: FlowRule = (node) => {
  const flow = node.only();
  if (intAttr(node.original, "training_mode", 0) !== 0) node.fail("it is in training mode, where samples are normalised together");
  if (flow.axis === 1) node.fail("the samples lie along its channels");
  node.give(flow);
};

/** Normalises over `axis` and everything after it. */
const layerNormalization: FlowRule = (node) => {
  const flow = node.only();
  if (flow.axis >= node.axis(0, intAttr(node.original, "axis", -1))) node.fail("it normalises over the samples");
  node.give(flow);
};

const acrossChannels: FlowRule = (node) => {
  const flow = node.only();
  if (flow.axis === 1) node.fail("the samples lie along its channels");
  node.give(flow);
};

const meanVariance: FlowRule = (node) => {
  const flow = node.only();
  const axes = intsAttr(node.original, "axes", [0, 2, 3]).map((axis) => node.axis(0, axis));
  if (axes.includes(flow.axis)) node.fail("it normalises over the samples");
  node.give(flow);
};

/** A grid per sample. */
const gridSample: FlowRule = (node) => {
  const [x, grid] = [node.batch(0), node.batch(1)];
  const apart = (flow: BatchFlow | undefined): boolean => flow?.axis === 0 && flow.outer === 1;
  if (!x || !apart(x) || (grid && (!apart(grid) || grid.inner !== x.inner))) return node.fail("picture and grid do not both hold the samples along their first axis");
  if (!grid) {
    needPure(node, x, "a grid that is shared by the samples");
    node.repeat(1, 0);
  }
  node.give(x);
};

export const spatialRules: FlowRules = {
  ...Object.fromEntries(
    [
      "Conv", "ConvInteger", "ConvTranspose", "DeformConv", "QLinearConv", "AveragePool", "LpPool", "GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool", "InstanceNormalization", "GroupNormalization",
      "DepthToSpace", "SpaceToDepth",
    ].map((op) => [op, convolutional]),
  ),
  MaxPool: maxPool,
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  RMSNormalization: layerNormalization,
  LRN: acrossChannels,
  MeanVarianceNormalization: meanVariance,
  GridSample: gridSample,
};

