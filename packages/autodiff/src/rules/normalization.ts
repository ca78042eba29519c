import { attr, float32, floatAttr, intAttr, intsAttr, sizeOf, toFloat32 } from "@vitrine/core";
import { scaled, shifted } from "./activation.js";
import { axisOf, only, unbroadcast } from "./broadcasting.js";
import type { OperatorRule, RuleContext, RuleTable } from "./rule.js";

/** A parameter per channel, laid along axis 1. */
const channels = (c: RuleContext): number[] => c.xShape(0).map((dim, axis) => (axis === 1 ? dim : 1));
const alongChannels = (c: RuleContext, input: number): string => c.b.reshape(c.x(input), channels(c));
const withoutChannels = (c: RuleContext): number[] => c.xShape(0).flatMap((_, axis) => (axis === 1 ? [] : [axis]));

/** In inference a multiplication by scale / √(variance + ε), which is computed beforehand where both are constant. */
const batchNorm: OperatorRule = (c) => {
  const { b } = c;
  const epsilon = floatAttr(c.node, "epsilon", 1e-5);
  const [scale, variance] = [c.constant(1), c.constant(4)];
  const deviation = (): string => b.reciprocal(b.sqrt(shifted(c, alongChannels(c, 4), epsilon)));
  const factor = (): string => {
    if (!scale || !variance) return b.mul(alongChannels(c, 1), deviation());
    const spread = toFloat32(variance);
    return b.constant(float32(channels(c), toFloat32(scale).map((s, i) => s / Math.sqrt(spread[i]! + epsilon))), `${c.x(1)}:factor`);
  };
  const centred = (): string => b.mul(b.sub(c.x(0), alongChannels(c, 3)), deviation());
  const rest = withoutChannels(c);
  return [
    c.needs(0) ? b.mul(c.g, factor()) : undefined,
    c.needs(1) ? b.reduceSum(b.mul(c.g, centred()), rest) : undefined,
    c.needs(2) ? b.reduceSum(c.g, rest) : undefined,
    c.needs(3) ? b.neg(b.reduceSum(b.mul(c.g, factor()), rest)) : undefined,
    c.needs(4) ? b.reduceSum(b.mul(b.mul(c.g, centred()), scaled(c, b.mul(factor(), deviation()), -0.5)), rest) : undefined,
  ];
};

/** The cotangent before normalising to mean 0 and variance 1 over `axes`: `inverse` is 1 / deviation, `hat` the normalised value. */
function normalised(c: RuleContext, g: string, hat: string, inverse: string, axes: readonly number[]): string {
  const { b } = c;
  const mean = b.reduceMean(g, axes, true);
  const along = b.reduceMean(b.mul(g, hat), axes, true);
  return b.mul(inverse, b.sub(b.sub(g, mean), b.mul(hat, along)));
}

/** Groups of channels, each normalised by itself; then a scale and a bias per channel. */
const grouped = (groupsOf: (c: RuleContext) => number): OperatorRule => (c) => {
  const { b } = c;
  const shape = c.xShape(0);
  const groups = groupsOf(c);
  const opened = [shape[0]!, groups, sizeOf(shape.slice(1)) / groups];
  const x = b.reshape(c.x(0), opened);
  const centred = b.sub(x, b.reduceMean(x, [2], true));
  const inverse = b.reciprocal(b.sqrt(shifted(c, b.reduceMean(b.mul(centred, centred), [2], true), floatAttr(c.node, "epsilon", 1e-5))));
  const hat = b.mul(centred, inverse);
  const rest = withoutChannels(c);
  const input = (): string => b.reshape(normalised(c, b.reshape(b.mul(c.g, alongChannels(c, 1)), opened), hat, inverse, [2]), shape);
  return [
    c.needs(0) ? input() : undefined,
    c.needs(1) ? b.reduceSum(b.mul(c.g, b.reshape(hat, shape)), rest) : undefined,
    c.needs(2) ? b.reduceSum(c.g, rest) : undefined,
  ];
};

/** Mean and 1 / deviation are further outputs of the operator itself. */
const layerNorm: OperatorRule = (c) => {
  const { b } = c;
  const shape = c.xShape(0);
  const first = axisOf(intAttr(c.node, "axis", -1), shape.length);
  const axes = shape.map((_, axis) => axis).slice(first);
  const [mean, inverse] = [b.withOutput(c.node.name, 1), b.withOutput(c.node.name, 2)];
  const hat = b.mul(b.sub(c.x(0), mean), inverse);
  return [
    c.needs(0) ? normalised(c, b.mul(c.g, c.x(1)), hat, inverse, axes) : undefined,
    c.needs(1) ? unbroadcast(b, b.mul(c.g, hat), shape, c.xShape(1)) : undefined,
    c.needs(2) ? unbroadcast(b, c.g, shape, c.xShape(2)) : undefined,
  ];
};

/** y = x · s^−β with s = bias + α/size · Σ x² over neighbouring channels: their sums are poolings over the channel axis. */
const lrn: OperatorRule = (c) => {
  const { b } = c;
  const [batch = 1, count = 1, ...rest] = c.xShape(0);
  const size = intAttr(c.node, "size", 1);
  const [alpha, beta, bias] = [floatAttr(c.node, "alpha", 1e-4), floatAttr(c.node, "beta", 0.75), floatAttr(c.node, "bias", 1)];
  const [below, above] = [Math.floor((size - 1) / 2), Math.ceil((size - 1) / 2)];
  const opened = [batch, 1, count, sizeOf(rest)];
  const average = (value: string, before: number, after: number): string =>
    b.op("AveragePool", [value], { kernel_shape: attr.ints([size, 1]), pads: attr.ints([before, 0, after, 0]), count_include_pad: attr.int(1) });
  const x = b.reshape(c.x(0), opened);
  const g = b.reshape(c.g, opened);
  const s = shifted(c, scaled(c, average(b.mul(x, x), below, above), alpha), bias);
  const power = b.pow(s, b.scalar(-beta));
  const through = b.mul(b.mul(g, x), b.div(power, s));
  const neighbours = scaled(c, b.mul(x, average(through, above, below)), 2 * alpha * beta);
  return [b.reshape(b.sub(b.mul(g, power), neighbours), c.xShape(0))];
};

/** x / ‖x‖ along one axis; 0 where all of it is. */
const lpNorm: OperatorRule = (c) => {
  const { b } = c;
  const axis = axisOf(intAttr(c.node, "axis", -1), c.xShape(0).length);
  const x = c.x(0);
  const p = intAttr(c.node, "p", 2);
  const norm = p === 1 ? b.reduceSum(b.abs(x), [axis], true) : b.sqrt(b.reduceSum(b.mul(x, x), [axis], true));
  const zero = b.equal(norm, b.scalar(0));
  const safe = b.where(zero, b.scalar(1), norm);
  const along = b.reduceSum(b.mul(c.g, c.y), [axis], true);
  const direction = p === 1 ? b.sign(x) : c.y;
  return [only(b, b.not(zero), b.div(b.sub(c.g, b.mul(direction, along)), safe))];
};

/** (x − mean) / (deviation + 10⁻⁹). */
const meanVariance: OperatorRule = (c) => {
  const { b } = c;
  const axes = intsAttr(c.node, "axes", [0, 2, 3]).map((axis) => axisOf(axis, c.xShape(0).length));
  const centred = b.sub(c.x(0), b.reduceMean(c.x(0), axes, true));
  const deviation = b.sqrt(b.reduceMean(b.mul(centred, centred), axes, true));
  return [normalised(c, c.g, c.y, b.reciprocal(shifted(c, deviation, 1e-9)), axes)];
};

export const normalizationRules: RuleTable = {
  BatchNormalization: batchNorm,
  InstanceNormalization: grouped((c) => c.xShape(0)[1]!),
  GroupNormalization: grouped((c) => intAttr(c.node, "num_groups", 1)),
  LayerNormalization: layerNorm,
  LRN: lrn,
  LpNormalization: lpNorm,
  MeanVarianceNormalization: meanVariance,
};
