import { attr, float32, type Attributes } from "@vitrine/core";
import { fixed, operatorCase, tied, uniform, type OperatorCase } from "./case.js";

const ints = attr.ints;
const w = (shape: readonly number[], seed = 2): ReturnType<typeof fixed> => fixed(uniform(shape, seed, -1, 1));

function conv(note: string, x: readonly number[], weights: readonly number[], attributes: Attributes = {}, bias = true): OperatorCase {
  return operatorCase("Conv", note, [uniform(x, 1), w(weights), bias ? w([weights[0]!], 3) : undefined], { kernel_shape: ints(weights.slice(2)), ...attributes });
}

function transposed(note: string, x: readonly number[], weights: readonly number[], attributes: Attributes = {}): OperatorCase {
  return operatorCase("ConvTranspose", note, [uniform(x, 1), w(weights)], { kernel_shape: ints(weights.slice(2)), ...attributes });
}

export function convolutionCases(): OperatorCase[] {
  return [
    conv("3×3", [2, 3, 7, 6], [4, 3, 3, 3]),
    conv("without bias", [1, 2, 5, 5], [3, 2, 3, 3], {}, false),
    conv("padded and strided", [2, 3, 8, 7], [4, 3, 3, 3], { pads: ints([1, 1, 1, 1]), strides: ints([2, 2]) }),
    conv("uneven padding", [1, 2, 6, 6], [3, 2, 3, 2], { pads: ints([0, 1, 2, 0]) }),
    conv("dilated", [1, 2, 9, 9], [3, 2, 3, 3], { dilations: ints([2, 3]) }),
    conv("grouped", [2, 4, 6, 6], [6, 2, 3, 3], { group: attr.int(2), pads: ints([1, 1, 1, 1]) }),
    conv("depthwise", [1, 5, 6, 6], [5, 1, 3, 3], { group: attr.int(5), strides: ints([2, 1]) }),
    conv("1×1", [2, 6, 4, 4], [3, 6, 1, 1]),
    conv("same, upper", [1, 2, 7, 8], [3, 2, 3, 4], { auto_pad: attr.string("SAME_UPPER"), strides: ints([2, 3]) }),
    conv("same, lower", [1, 2, 7, 8], [3, 2, 4, 2], { auto_pad: attr.string("SAME_LOWER"), strides: ints([2, 1]) }),
    conv("valid", [1, 2, 7, 8], [3, 2, 3, 3], { auto_pad: attr.string("VALID") }),
    conv("a series", [2, 3, 12], [4, 3, 5], { pads: ints([2, 2]), strides: ints([2]) }),
    conv("a volume", [1, 2, 5, 4, 6], [3, 2, 3, 2, 3], { pads: ints([1, 0, 1, 1, 1, 1]) }),
    operatorCase("Conv", "weights that are fed", [uniform([1, 2, 5, 5], 1), uniform([2, 2, 3, 3], 2)], { kernel_shape: ints([3, 3]) }),
    transposed("3×3", [2, 3, 4, 5], [3, 4, 3, 3]),
    transposed("strided", [1, 3, 4, 4], [3, 2, 3, 3], { strides: ints([2, 2]), pads: ints([1, 1, 1, 1]) }),
    transposed("output padding", [1, 3, 4, 4], [3, 2, 3, 3], { strides: ints([2, 3]), pads: ints([1, 1, 1, 1]), output_padding: ints([1, 2]) }),
    transposed("grouped", [1, 4, 4, 4], [4, 3, 2, 2], { strides: ints([2, 2]), group: attr.int(2) }),
    transposed("dilated", [1, 2, 5, 4], [2, 3, 3, 2], { dilations: ints([2, 3]), pads: ints([1, 0, 0, 1]) }),
    transposed("a series", [2, 3, 6], [3, 2, 4], { strides: ints([3]), output_padding: ints([1]) }),
    transposed("of a given size", [1, 2, 4, 4], [2, 2, 3, 3], { strides: ints([2, 2]), output_shape: ints([8, 9]) }),
    transposed("of one place", [2, 3, 1, 1], [3, 2, 3, 2]),
    transposed("of one place, strided, over volumes", [1, 2, 1, 1, 1], [2, 3, 2, 3, 2], { strides: ints([2, 1, 3]) }),
    operatorCase("ConvTranspose", "of one place, with bias", [uniform([1, 2, 1], 1), w([2, 3, 4]), w([3], 4)], { kernel_shape: ints([4]) }),
    operatorCase("ConvTranspose", "with bias", [uniform([1, 2, 3, 3], 1), w([2, 3, 2, 2]), w([3], 4)], { kernel_shape: ints([2, 2]) }),
  ];
}

const pool = (op: string, note: string, x: ReturnType<typeof uniform>, attributes: Attributes, outputs = 1): OperatorCase => operatorCase(op, note, [x], attributes, { outputs });

export function poolingCases(): OperatorCase[] {
  const k3 = { kernel_shape: ints([3, 3]) };
  const strided = { ...k3, strides: ints([2, 2]) };
  const padded = { ...strided, pads: ints([1, 1, 1, 1]) };
  const ceil = { ceil_mode: attr.int(1) };
  const x = uniform([2, 3, 8, 7], 1);
  return [
    pool("MaxPool", "overlapping", x, strided),
    pool("MaxPool", "padded", x, padded),
    pool("MaxPool", "all negative, padded", uniform([1, 2, 5, 5], 3, -5, -1), padded),
    pool("MaxPool", "rounded up", x, { ...strided, ...ceil }),
    pool("MaxPool", "dilated", x, { ...k3, dilations: ints([2, 2]) }),
    pool("MaxPool", "same, upper", x, { ...strided, auto_pad: attr.string("SAME_UPPER") }),
    pool("MaxPool", "same, lower", x, { ...strided, auto_pad: attr.string("SAME_LOWER") }),
    pool("MaxPool", "indices", x, strided, 2),
    pool("MaxPool", "indices of ties: the first", tied([2, 2, 6, 6], 5, 0, 1), strided, 2),
    pool("MaxPool", "indices of an all-zero input", float32([1, 1, 6, 6], new Float32Array(36)), padded, 2),
    pool("MaxPool", "a series", uniform([2, 3, 11], 1), { kernel_shape: ints([3]), strides: ints([2]) }, 2),
    pool("MaxPool", "a volume", uniform([1, 2, 5, 4, 6], 1), { kernel_shape: ints([2, 2, 3]), strides: ints([2, 1, 2]) }, 2),
    pool("AveragePool", "overlapping", x, strided),
    pool("AveragePool", "padding left out", x, padded),
    pool("AveragePool", "padding counted", x, { ...padded, count_include_pad: attr.int(1) }),
    pool("AveragePool", "rounded up, padding left out", x, { ...padded, ...ceil }),
    pool("AveragePool", "a series", uniform([2, 3, 11], 1), { kernel_shape: ints([4]), strides: ints([3]) }),
    pool("LpPool", "p = 2", x, { ...strided, p: attr.int(2) }),
    pool("LpPool", "p = 3, padded", x, { ...padded, p: attr.int(3) }),
    ...["GlobalAveragePool", "GlobalMaxPool"].flatMap((op) => [pool(op, "a picture", x, {}), pool(op, "a series", uniform([2, 3, 9], 2), {})]),
    pool("GlobalLpPool", "p = 2", x, { p: attr.int(2) }),
  ];
}

export function normalizationCases(): OperatorCase[] {
  const x = uniform([2, 4, 5, 3], 1);
  const perChannel = (seed: number, low = -1, high = 1): ReturnType<typeof fixed> => fixed(uniform([4], seed, low, high));
  return [
    operatorCase("BatchNormalization", "a picture", [x, perChannel(2), perChannel(3), perChannel(4), perChannel(5, 0.5, 2)], { epsilon: attr.float(1e-3) }),
    operatorCase("BatchNormalization", "a matrix", [uniform([3, 4], 1), perChannel(2), perChannel(3), perChannel(4), perChannel(5, 0.5, 2)]),
    operatorCase("InstanceNormalization", "a picture", [x, perChannel(2), perChannel(3)]),
    operatorCase("InstanceNormalization", "a series", [uniform([2, 4, 9], 1), perChannel(2), perChannel(3)], { epsilon: attr.float(0.01) }),
    operatorCase("GroupNormalization", "two groups", [x, perChannel(2), perChannel(3)], { num_groups: attr.int(2) }),
    operatorCase("LayerNormalization", "last axis", [uniform([2, 3, 6], 1), fixed(uniform([6], 2)), fixed(uniform([6], 3))]),
    operatorCase("LayerNormalization", "two axes, no bias, moments", [uniform([2, 3, 6], 1), fixed(uniform([3, 6], 2))], { axis: attr.int(-2), epsilon: attr.float(1e-3) }, { outputs: 3 }),
    operatorCase("LRN", "odd window", [uniform([2, 7, 3, 3], 1)], { size: attr.int(5), alpha: attr.float(0.1), beta: attr.float(0.6), bias: attr.float(2) }),
    operatorCase("LpNormalization", "p = 2", [uniform([3, 4], 1)], { axis: attr.int(-1), p: attr.int(2) }),
    operatorCase("LpNormalization", "p = 1, axis 0", [uniform([3, 4], 1)], { axis: attr.int(0), p: attr.int(1) }),
    operatorCase("MeanVarianceNormalization", "over pictures", [x], { axes: attr.ints([0, 2, 3]) }),
  ];
}
