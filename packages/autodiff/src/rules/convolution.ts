import { attr, type Attributes } from "@vitrine/core";
import type { OperatorRule, RuleContext, RuleTable } from "./rule.js";
import { turnedForBackward } from "./weights.js";
import { extent, groupOf, transposeAttributes, windowOf, type Window } from "./window.js";

const geometry = (c: RuleContext): { window: Window; group: number; size: readonly number[]; out: readonly number[] } => {
  const [size, out] = [c.xShape(0).slice(2), c.yShape.slice(2)];
  return { window: windowOf(c.node, c.xShape(1).slice(2), size, out), group: groupOf(c.node), size, out };
};

/** Sum over the batch and all places: what a bias gets. */
const biasOf = (c: RuleContext): string => c.b.reduceSum(c.g, c.yShape.map((_, axis) => axis).filter((axis) => axis !== 1));

/**
 * With stride 1 the gradient of the input is a convolution with flipped, transposed weights, which runtimes compute faster
 * than a transposed one; with larger strides it is ConvTranspose, which shares the weights as they are.
 */
function inputOf(c: RuleContext): string {
  const { b } = c;
  const { window, group, size, out } = geometry(c);
  const weights = b.constantAt(c.x(1));
  const pads = [window.before, window.after].map((side) => side.map((pad, i) => extent(window.kernel[i]!, window.dilations[i]!) - 1 - pad));
  if (weights && window.strides.every((stride) => stride === 1) && pads.flat().every((pad) => pad >= 0)) {
    const turned = b.constant(turnedForBackward(weights, group), `${c.x(1)}:turned`);
    return b.op("Conv", [c.g, turned], {
      kernel_shape: attr.ints(window.kernel), dilations: attr.ints(window.dilations), pads: attr.ints(pads.flat()), group: attr.int(group),
    });
  }
  return b.op("ConvTranspose", [c.g, c.x(1)], transposeAttributes(window, size, out, group));
}

/**
 * The gradient of weights that are computed: the input convolved with the cotangent, samples taken for channels and
 * strides for dilations. `image` and `kernel` are [N, group · a, …] and [N, group · b, …]; the result is [group · b, a, …].
 */
function weightsOf(c: RuleContext, image: { value: string; shape: readonly number[] }, kernel: { value: string; shape: readonly number[] }, window: Window, group: number): string {
  const { b } = c;
  const [samples = 1, imageChannels = 1, ...size] = image.shape;
  const [, kernelChannels = 1, ...out] = kernel.shape;
  const [a, d] = [imageChannels / group, kernelChannels / group];
  const axes = size.map((_, i) => i + 3);
  const turned = b.reshape(b.transpose(b.reshape(image.value, [samples, group, a, ...size]), [2, 1, 0, ...axes]), [a, group * samples, ...size]);
  const filters = b.reshape(b.transpose(b.reshape(kernel.value, [samples, group, d, ...out]), [1, 2, 0, ...axes]), [group * d, samples, ...out]);
  const attributes: Attributes = {
    kernel_shape: attr.ints(out), strides: attr.ints(window.dilations), dilations: attr.ints(window.strides), group: attr.int(group), pads: attr.ints([...window.before, ...window.after]),
  };
  const found = b.op("Conv", [turned, filters], attributes);
  // Places that no window reached make it larger than the kernel.
  const spatial = size.map((_, i) => i + 2);
  const cut = b.slice(found, spatial.map(() => 0), [...window.kernel], spatial);
  return b.transpose(cut, [1, 0, ...spatial]);
}

const conv: OperatorRule = (c) => {
  const { window, group } = geometry(c);
  return [
    c.needs(0) ? inputOf(c) : undefined,
    c.needs(1) ? weightsOf(c, { value: c.x(0), shape: c.xShape(0) }, { value: c.g, shape: c.yShape }, window, group) : undefined,
    c.needs(2) ? biasOf(c) : undefined,
  ];
};

/** The padding of a ConvTranspose follows from its sizes, however its attributes say it. */
function transposeWindow(c: RuleContext): Window {
  const [size, out] = [c.xShape(0).slice(2), c.yShape.slice(2)];
  const plain = windowOf(c.node, c.xShape(1).slice(2), size, out);
  const auto = c.node.attributes["auto_pad"];
  const mode = auto?.type === "string" ? auto.value : "NOTSET";
  const outputPadding = c.node.attributes["output_padding"];
  const extra = outputPadding?.type === "ints" ? outputPadding.value.map(Number) : size.map(() => 0);
  const given = c.node.attributes["output_shape"] !== undefined || mode.startsWith("SAME");
  if (!given) return plain;
  const total = size.map((dim, i) => Math.max(0, plain.strides[i]! * (dim - 1) + extra[i]! + extent(plain.kernel[i]!, plain.dilations[i]!) - out[i]!));
  const small = total.map((pad) => Math.floor(pad / 2));
  const large = total.map((pad, i) => pad - small[i]!);
  return mode === "SAME_UPPER" ? { ...plain, before: small, after: large } : { ...plain, before: large, after: small };
}

/** Its gradient is the convolution that it transposes: the weights are shared as they are. */
const convTranspose: OperatorRule = (c) => {
  const { b } = c;
  const [window, group] = [transposeWindow(c), groupOf(c.node)];
  const [size, out] = [c.xShape(0).slice(2), c.yShape.slice(2)];
  // The convolution has to yield `size` again: what output_padding added behind the last window is left alone.
  const after = size.map((dim, i) => (dim - 1) * window.strides[i]! + extent(window.kernel[i]!, window.dilations[i]!) - window.before[i]! - out[i]!);
  const exact: Window = { ...window, after: after.map((pad) => Math.max(0, pad)) };
  const input = (): string =>
    b.op("Conv", [c.g, c.x(1)], {
      kernel_shape: attr.ints(window.kernel), strides: attr.ints(window.strides), dilations: attr.ints(window.dilations), group: attr.int(group), pads: attr.ints([...exact.before, ...exact.after]),
    });
  return [
    c.needs(0) ? input() : undefined,
    c.needs(1) ? weightsOf(c, { value: c.g, shape: c.yShape }, { value: c.x(0), shape: c.xShape(0) }, exact, group) : undefined,
    c.needs(2) ? biasOf(c) : undefined,
  ];
};

export const convolutionRules: RuleTable = { Conv: conv, ConvTranspose: convTranspose };
