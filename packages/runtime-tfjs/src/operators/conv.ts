import * as tf from "@tensorflow/tfjs-core";
import { intAttr, intsAttr, stringAttr } from "@vitrine/core";
import { Refusal } from "../errors.js";
import { Held } from "../value.js";
import { vectorLoops } from "../wasm/loops.js";
import { convolve, depthwiseFilter, finished, lift } from "./convolve.js";
import { spreadByChannel } from "./depthwise.js";
import { prepared } from "./folded.js";
import { input, type DeviceOperator, type Operator } from "./operator.js";
import { phased } from "./phases.js";
import { spacedOut } from "./spatial.js";
import { extentOf, halves, isSame, windowOf, type Window } from "./window.js";

const conv: DeviceOperator = (call) => {
  const [x, weights] = [input(call, 0), input(call, 1)];
  const [samples = 0, channels = 0, ...size] = x.shape;
  const [maps = 0, perGroup = 0, ...kernel] = weights.shape;
  const groups = intAttr(call.node, "group", 1);
  if (channels !== perGroup * groups || maps % groups !== 0) throw new Refusal(`${channels} channels in ${groups} groups do not fit weights of shape [${weights.shape.join(", ")}]`);
  const window = windowOf(call.node, size, kernel);
  const ready = prepared(weights, call.inputs[2], groups, call.folded, { name: "", apply: (w) => w });
  const y = convolve({ x: x.last(), weights, prepared: ready, groups, window, fused: call.fused });
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
  const [before, after, cut] = [[], [], []] as [number[], number[], number[]];
  const out = size.map((dim, axis) => {
    const reach = extentOf(kernel[axis]!, dilations[axis]!);
    const full = strides[axis]! * (dim - 1) + extra[axis]! + reach;
    const sized = wanted?.[axis] ?? (isSame(node) ? dim * strides[axis]! : undefined);
    const own = sized === undefined ? { before: valid ? 0 : pads[axis]!, after: valid ? 0 : pads[axis + size.length]! } : halves(node, Math.max(0, full - sized));
    const length = sized ?? full - own.before - own.after;
    cut.push(own.before);
    before.push(reach - 1 - own.before);
    // Behind the last element lie `stride − 1` zeros already.
    after.push(length + reach - 1 - before[axis]! - dim * strides[axis]!);
    return length;
  });
  const maps = perGroup * groups;
  const flat = (list: readonly number[], lead: number): number[] => (size.length === 2 ? [...list] : [lead, ...list]);
  const pictures = (): tf.Tensor4D => tf.reshape<tf.Rank.R4>(x.last(), [samples, ...flat(size, 1), channels] as [number, number, number, number]);
  const loops = groups === channels && perGroup === 1 && channels % 4 === 0 && size.length <= 2 && x.size > 0 ? vectorLoops() : undefined;
  if (loops) {
    const own = prepared(weights, call.inputs[2], groups, call.folded, { name: "", apply: (w) => w });
    const y = spreadByChannel(loops, pictures(), depthwiseFilter({ weights, prepared: own }, channels), { kernel: flat(kernel, 1), strides: flat(strides, 1), dilations: flat(dilations, 1), cut: flat(cut, 0), out: flat(out, 1) });
    return [Held.device(x.dtype, [samples, maps, ...out], finished(tf.reshape(y, [samples, ...out, maps]), { prepared: own, fused: call.fused }), "last")];
  }
  const ready = prepared(weights, call.inputs[2], groups, call.folded, { name: `turned ${groups}`, apply: (w: tf.Tensor) => turned(w, groups) });
  const single = groups === 1 && size.every((dim) => dim === 1) && out.every((dim, axis) => dim === kernel[axis]) && cut.every((n) => n === 0) && dilations.every((n) => n === 1);
  if (single && x.size > 0) {
    const y = tf.matMul(tf.reshape<tf.Rank.R2>(x.last(), [samples, channels]), weights.form(`spread:${ready.name}`, () => spreadOf(ready.weights())) as tf.Tensor2D);
    return [Held.device(x.dtype, [samples, maps, ...out], finished(tf.reshape(y, [samples, ...out, maps]), { prepared: ready, fused: call.fused }), "last")];
  }
  if (groups === 1 && size.length <= 2 && strides.some((n) => n > 1) && dilations.every((n) => n === 1) && x.size > 0) {
    const lifted = { name: ready.name, bias: ready.bias, weights: () => lift(ready.weights()) };
    const y = phased(pictures(), weights, lifted, call.fused, { kernel: flat(kernel, 1), strides: flat(strides, 1), cut: flat(cut, 0), out: flat(out, 1) });
    return [Held.device(x.dtype, [samples, maps, ...out], tf.reshape(y, [samples, ...out, maps]), "last")];
  }
  const spaced = spacedOut(x.last(), strides, before, after);
  const window: Window = { kernel, strides: each(1), dilations, before: each(0), after: each(0), out };
  const y = convolve({ x: spaced, weights, prepared: ready, groups, window, fused: call.fused });
  return [Held.device(x.dtype, [samples, maps, ...out], y, "last")];
};

/** Of turned weights [M, C, …kernel], what one element of each channel spreads to: [C, places · M]. */
function spreadOf(turnedWeights: tf.Tensor): tf.Tensor {
  const [maps = 0, channels = 0, ...kernel] = turnedWeights.shape;
  const places = kernel.reduce((a, b) => a * b, 1);
  return tf.reshape(tf.transpose(tf.reverse(tf.reshape<tf.Rank.R3>(turnedWeights, [maps, channels, places]), [2]), [1, 2, 0]), [channels, places * maps]);
}

/** [C, M / groups, …] as [M, C / groups, …], turned round along every spatial axis. */
function turned(w: tf.Tensor, groups: number): tf.Tensor {
  const [channels = 0, perGroup = 0, ...kernel] = w.shape;
  const places = kernel.reduce((a, b) => a * b, 1);
  // All of its places one after the other: WebGL reverses four axes at most.
  const reversed = places === 1 ? w : tf.reverse(tf.reshape<tf.Rank.R3>(w, [channels, perGroup, places]), [2]);
  const swapped = tf.transpose(tf.reshape<tf.Rank.R4>(reversed, [groups, channels / groups, perGroup, places]), [0, 2, 1, 3]);
  return tf.reshape(swapped, [groups * perGroup, channels / groups, ...kernel]);
}

export type ConvName = "Conv" | "ConvTranspose";

export const convolutions: Readonly<Record<ConvName, Operator>> = { Conv: { device: conv }, ConvTranspose: { device: convTranspose } };
