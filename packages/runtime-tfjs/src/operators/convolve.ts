import * as tf from "@tensorflow/tfjs-core";
import type { Held } from "../value.js";
import type { Fused } from "../fold.js";
import { vectorLoops } from "../wasm/loops.js";
import { slideByChannel } from "./depthwise.js";
import type { Prepared } from "./folded.js";
import { padSpatial, stridedPlaces } from "./spatial.js";
import type { Window } from "./window.js";

export interface Convolution {
  /** [N, …, C] with one, two or three spatial axes. */
  readonly x: tf.Tensor;
  /** Repacks the weights once: they are a value of the graph and keep their forms. */
  readonly weights: Held;
  readonly prepared: Prepared;
  readonly groups: number;
  readonly window: Window;
  readonly fused: Fused | undefined;
}

/** Convolution of one, two or three spatial axes: [N, …, C] → [N, …, M]. */
export function convolve(c: Convolution): tf.Tensor {
  const { x, window } = c;
  const spatial = window.kernel.length;
  if (spatial === 3) return finished(grouped(c, volume), c);
  if (spatial === 2) return picture(c, x as tf.Tensor4D, window);
  const [samples = 0, length = 0, channels = 0] = x.shape;
  const one = (values: readonly number[], first: number): number[] => [first, ...values];
  const flat: Window = {
    kernel: one(window.kernel, 1), strides: one(window.strides, 1), dilations: one(window.dilations, 1), before: one(window.before, 0), after: one(window.after, 0), out: one(window.out, 1),
  };
  const y = picture(c, tf.reshape<tf.Rank.R4>(x, [samples, 1, length, channels]), flat);
  return tf.reshape(y, [samples, y.shape[2]!, y.shape[3]!]);
}

/** A series' kernel [M, C / groups, k] as one of height 1. */
export const lift = (w: tf.Tensor): tf.Tensor4D => (w.rank === 3 ? tf.reshape(w, [w.shape[0]!, w.shape[1]!, 1, w.shape[2]!]) : (w as tf.Tensor4D));

/** The weights as [M, C / groups, kh, kw]. */
const oihw = (c: Pick<Convolution, "prepared">): tf.Tensor4D => lift(c.prepared.weights());

const named = (c: Pick<Convolution, "prepared">, form: string): string => `${form}:${c.prepared.name}`;

/** The weights of a convolution with a group for each channel as [kh, kw, C, M / C]. */
export function depthwiseFilter(c: Pick<Convolution, "weights" | "prepared">, channels: number): tf.Tensor4D {
  return c.weights.form(named(c, "hwcm"), () => {
    const w = oihw(c);
    return tf.transpose(tf.reshape<tf.Rank.R4>(w, [channels, w.shape[0] / channels, w.shape[2], w.shape[3]]), [2, 3, 0, 1]);
  }) as tf.Tensor4D;
}

function picture(c: Convolution, x: tf.Tensor4D, window: Window): tf.Tensor4D {
  const channels = x.shape[3];
  // tfjs has no kernel that is strided and dilated at once: a dilated one, of which every other result is taken.
  const both = window.dilations.some((n) => n > 1) && window.strides.some((n) => n > 1);
  const cut = [...window.before, ...window.after].some((pad) => pad < 0);
  const source = cut ? (padSpatial(x, window.before, window.after) as tf.Tensor4D) : x;
  const [top = 0, left = 0] = cut ? [] : window.before;
  const [bottom = 0, right = 0] = cut ? [] : window.after;
  const pad: tf.backend_util.ExplicitPadding | "valid" = top + left + bottom + right === 0 ? "valid" : [[0, 0], [top, bottom], [left, right], [0, 0]];
  const [strides, dilations] = [both ? [1, 1] : [...window.strides], [...window.dilations]] as [[number, number], [number, number]];
  const taken = (y: tf.Tensor): tf.Tensor4D => (both ? stridedPlaces(y, [0, 0], window.out, window.strides) : y) as tf.Tensor4D;
  // Not by tfjs's operators of these names, which work out the same geometry before the kernels do, and take a third of the time of a small convolution.
  const fused = (kernel: typeof tf.FusedConv2D | typeof tf.FusedDepthwiseConv2D, filter: tf.Tensor): tf.Tensor =>
    tf.engine().runKernel(kernel, { x: source, filter, ...(c.prepared.bias && { bias: c.prepared.bias }) }, { strides, pad, dilations, dataFormat: "NHWC", activation: c.fused ?? "linear" } as unknown as tf.NamedAttrMap);
  if (c.groups === 1) {
    const filter = c.weights.form(named(c, "hwio"), () => tf.transpose(oihw(c), [2, 3, 1, 0]));
    return taken(fused(tf.FusedConv2D, filter));
  }
  if (c.groups === channels) {
    const filter = depthwiseFilter(c, channels);
    const plain = !c.prepared.bias && !c.fused && window.strides.every((n) => n === 1);
    const loops = plain && filter.shape[3] === 1 && channels % 4 === 0 && x.size > 0 ? vectorLoops() : undefined;
    return loops ? slideByChannel(loops, x, filter, window) : taken(fused(tf.FusedDepthwiseConv2D, filter));
  }
  const y = grouped({ ...c, x: source }, (part, filter) => taken(tf.conv2d(part as tf.Tensor4D, filter as tf.Tensor4D, strides, pad, "NHWC", dilations)), window);
  return finished(y, c) as tf.Tensor4D;
}

/** Group by group; each has repacked weights of its own. */
function grouped(c: Convolution, one: (x: tf.Tensor, filter: tf.Tensor, window: Window) => tf.Tensor, window = c.window): tf.Tensor {
  const axis = c.x.rank - 1;
  const parts = c.groups === 1 ? [c.x] : tf.split(c.x, c.groups, axis);
  const made = parts.map((part, i) => {
    const filter = c.weights.form(named(c, `group ${i} of ${c.groups}`), () => {
      const w = window.kernel.length === 3 ? c.prepared.weights() : oihw(c);
      const maps = w.shape[0]! / c.groups;
      const own = tf.slice(w, [i * maps, ...w.shape.slice(1).map(() => 0)], [maps, ...w.shape.slice(1)]);
      return tf.transpose(own, [...w.shape.map((_, k) => k).slice(2), 1, 0]);
    });
    return one(part, filter, window);
  });
  return made.length === 1 ? made[0]! : tf.concat(made, axis);
}

/** A three-dimensional one: tfjs pads it by SAME or not at all, and has no dilated one with strides. */
function volume(x: tf.Tensor, filter: tf.Tensor, window: Window): tf.Tensor {
  const padded = padSpatial(x, window.before, window.after) as tf.Tensor5D;
  const both = window.dilations.some((n) => n > 1) && window.strides.some((n) => n > 1);
  const y = tf.conv3d(padded, filter as tf.Tensor5D, (both ? [1, 1, 1] : [...window.strides]) as [number, number, number], "valid", "NDHWC", [...window.dilations] as [number, number, number]);
  return both ? stridedPlaces(y, [0, 0, 0], window.out, window.strides) : y;
}

/** Bias and activation, where the kernel did not apply them. */
export function finished(y: tf.Tensor, { prepared: { bias }, fused }: Pick<Convolution, "prepared" | "fused">): tf.Tensor {
  const biased = bias ? tf.add(y, bias) : y;
  if (fused === undefined) return biased;
  return fused === "relu" ? tf.relu(biased) : tf.relu6(biased);
}
