import * as tf from "@tensorflow/tfjs-core";
import { intAttr, intsAttr, stringAttr } from "@vitrine/core";
import { Refusal } from "../errors.js";
import { Held } from "../value.js";
import { convolve } from "./convolve.js";
import { input, type DeviceOperator, type Operator } from "./operator.js";
import { padSpatial, spread } from "./spatial.js";
import { extentOf, halves, isSame, windowOf, type Window } from "./window.js";

const conv: DeviceOperator = (call) => {
  const [x, weights] = [input(call, 0), input(call, 1)];
  const [samples = 0, channels = 0, ...size] = x.shape;
  const [maps = 0, perGroup = 0, ...kernel] = weights.shape;
  const groups = intAttr(call.node, "group", 1);
  if (channels !== perGroup * groups || maps % groups !== 0) throw new Refusal(`${channels} channels in ${groups} groups do not fit weights of shape [${weights.shape.join(", ")}]`);
  const window = windowOf(call.node, size, kernel);
  const bias = call.inputs[2]?.plain() as tf.Tensor1D | undefined;
  const y = convolve({ x: x.last(), weights, groups, window, bias, fused: call.fused });
  return [Held.device(x.dtype, [samples, maps, ...window.out], y, "last")];
};

/**
 * Each input element spreads its value through the kernel. As a convolution: zeros are put between the elements, and the
 * kernel is turned round. So the gradient of any convolution, depthwise ones included, needs no kernel of its own.
 */
const convTranspose: DeviceOperator = (call) => {
  const { node } = call;
  const [x, weights] = [input(call, 0), input(call, 1)];
  const [samples = 0, channels = 0, ...size] = x.shape;
  const [wChannels = 0, perGroup = 0, ...kernel] = weights.shape;
  const groups = intAttr(node, "group", 1);
  if (channels !== wChannels || channels % groups !== 0 || kernel.length !== size.length) {
    throw new Refusal(`${channels} channels in ${groups} groups do not fit weights of shape [${weights.shape.join(", ")}]`);
  }
  const each = (value: number): number[] => size.map(() => value);
  const [strides, dilations] = [intsAttr(node, "strides", each(1)), intsAttr(node, "dilations", each(1))];
  const [extra, pads] = [intsAttr(node, "output_padding", each(0)), intsAttr(node, "pads", [...each(0), ...each(0)])];
  const wanted = intsAttr(node, "output_shape")?.slice(-size.length);
  const valid = stringAttr(node, "auto_pad", "NOTSET") === "VALID";
  const before: number[] = [];
  const after: number[] = [];
  const out = size.map((dim, axis) => {
    const reach = extentOf(kernel[axis]!, dilations[axis]!);
    const full = strides[axis]! * (dim - 1) + extra[axis]! + reach;
    const sized = wanted?.[axis] ?? (isSame(node) ? dim * strides[axis]! : undefined);
    const own = sized === undefined ? { before: valid ? 0 : pads[axis]!, after: valid ? 0 : pads[axis + size.length]! } : halves(node, Math.max(0, full - sized));
    const length = sized ?? full - own.before - own.after;
    before.push(reach - 1 - own.before);
    // Behind the last element lie `stride − 1` zeros already.
    after.push(length + reach - 1 - before[axis]! - dim * strides[axis]!);
    return length;
  });
  const spaced = padSpatial(spread(x.last(), strides), before, after);
  const window: Window = { kernel, strides: each(1), dilations, before: each(0), after: each(0), out };
  const maps = perGroup * groups;
  const prepare = { name: `turned ${groups}`, apply: (w: tf.Tensor) => turned(w, groups) };
  const y = convolve({ x: spaced, weights, prepare, groups, window, bias: call.inputs[2]?.plain() as tf.Tensor1D | undefined, fused: call.fused });
  return [Held.device(x.dtype, [samples, maps, ...out], y, "last")];
};

/** [C, M / groups, …] as [M, C / groups, …], turned round along every spatial axis. */
function turned(w: tf.Tensor, groups: number): tf.Tensor {
  const [channels = 0, perGroup = 0, ...kernel] = w.shape;
  const reversed = kernel.every((size) => size === 1) ? w : tf.reverse(w, kernel.map((_, i) => i + 2));
  const places = kernel.reduce((a, b) => a * b, 1);
  const swapped = tf.transpose(tf.reshape<tf.Rank.R4>(reversed, [groups, channels / groups, perGroup, places]), [0, 2, 1, 3]);
  return tf.reshape(swapped, [groups * perGroup, channels / groups, ...kernel]);
}

export type ConvName = "Conv" | "ConvTranspose";

export const convolutions: Readonly<Record<ConvName, Operator>> = { Conv: { device: conv }, ConvTranspose: { device: convTranspose } };
