import * as tf from "@tensorflow/tfjs-core";
import type { Fused } from "../fold.js";
import type { Held } from "../value.js";
import { convolve } from "./convolve.js";
import type { Prepared } from "./folded.js";
import { nearHost } from "./heap.js";
import { join, strided } from "./pieces.js";
import type { Window } from "./window.js";

/** Where a transposed convolution puts its results, over two spatial axes. */
export interface Spreading {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  /** How many of the first results are cut off along each axis. */
  readonly cut: readonly number[];
  readonly out: readonly number[];
}

interface PhasedAxis {
  readonly stride: number;
  /** Places of the kernel that one phase sees. */
  readonly taps: number;
  /** The first and the last step of a stride that hold results. */
  readonly first: number;
  readonly last: number;
}

/** Maps that wasm's convolution computes at once. */
const atOnce = 8;

/** Whether the phases of rows are cheaper one by one, each with no more places of the kernel than it sees. */
function isCheaperByRow(rows: PhasedAxis, kernel: number, maps: number): boolean {
  const cost = (each: number, taps: number): number => Math.ceil(each / atOnce) * taps;
  // The places that all phases see are the whole kernel.
  return nearHost() && rows.stride <= kernel && cost(maps, kernel) < cost(rows.stride * maps, rows.taps);
}

/**
 * A transposed convolution with strides as one convolution whose maps are the phases of its results, woven afterwards: it multiplies no
 * zeros, and fills the vectors of a kernel that computes 8 maps at once. 8 maps of 112² to 3 of 224² by 3 × 3 take 0.4 ms on wasm,
 * a convolution over zeros in between 3.1.
 * @param x [N, H, W, C]
 * @param ready weights as [M, C, kh, kw], turned round as a convolution needs them
 * @returns [N, …out, M]
 */
export function phased(x: tf.Tensor4D, weights: Held, ready: Prepared, fused: Fused | undefined, to: Spreading): tf.Tensor {
  const axes = to.strides.map((stride, i): PhasedAxis => ({
    stride, taps: Math.ceil(to.kernel[i]! / stride), first: Math.floor(to.cut[i]! / stride), last: Math.floor((to.cut[i]! + to.out[i]! - 1) / stride),
  }));
  const [rows, columns] = axes as [PhasedAxis, PhasedAxis];
  const [steps = 0, across = 0] = axes.map(({ first, last }) => last - first + 1);
  const [samples, maps] = [x.shape[0], weights.shape[1]!];
  /** `count` phases of rows, which see `taps` places of the kernel, and all of columns: [N, steps, across, count · columns · M]. */
  const part = (phase: number, count: number, taps: number): tf.Tensor => {
    const window: Window = {
      kernel: [taps, columns.taps], strides: [1, 1], dilations: [1, 1], out: [steps, across],
      before: [taps - 1 - rows.first, columns.taps - 1 - columns.first], after: axes.map(({ last }, i) => last + 1 - x.shape[i + 1]!),
    };
    const name = `phases ${phase} + ${count} of ${to.strides.join(" ")}|${ready.name}`;
    const bias = ready.bias && (weights.form(`bias:${name}`, () => tf.concat(new Array<tf.Tensor1D>(count * columns.stride).fill(ready.bias!))) as tf.Tensor1D);
    const own = (): tf.Tensor => {
      const all = phases(ready.weights(), rows, columns);
      return tf.slice(all, [phase * columns.stride * maps, 0, rows.taps - taps, 0], [count * columns.stride * maps, all.shape[1]!, taps, columns.taps]);
    };
    return convolve({ x, weights, prepared: { name, weights: own, bias }, groups: 1, window, fused });
  };
  const line = across * columns.stride * maps;
  const woven = isCheaperByRow(rows, to.kernel[0]!, columns.stride * maps)
    ? join(Array.from({ length: rows.stride }, (_, phase) => tf.reshape(part(phase, 1, Math.ceil((to.kernel[0]! - phase) / rows.stride)), [samples * steps, 1, line])), 1)
    : tf.transpose(tf.reshape<tf.Rank.R4>(part(0, rows.stride, rows.taps), [samples * steps, across, rows.stride, columns.stride * maps]), [0, 2, 1, 3]);
  const whole = tf.reshape(woven, [samples, steps * rows.stride, across * columns.stride, maps]);
  return strided(whole, [0, to.cut[0]! - rows.first * rows.stride, to.cut[1]! - columns.first * columns.stride, 0], [samples, ...to.out, maps], [1, 1, 1, 1]);
}

/** Turned weights [M, C, kh, kw] as those of every phase: [phases · M, C, taps, taps]. */
function phases(turned: tf.Tensor, rows: PhasedAxis, columns: PhasedAxis): tf.Tensor {
  const [maps = 0, channels = 0, kh = 0, kw = 0] = turned.shape;
  const own = tf.reverse(tf.reshape<tf.Rank.R3>(turned, [maps * channels, kh, kw]), [1, 2]);
  const full = tf.pad(own, [[0, 0], [0, rows.taps * rows.stride - kh], [0, columns.taps * columns.stride - kw]]);
  const split = tf.reshape<tf.Rank.R5>(full, [maps * channels, rows.taps, rows.stride, columns.taps, columns.stride]);
  const sorted = tf.reshape<tf.Rank.R3>(tf.transpose(split, [2, 4, 0, 1, 3]), [-1, rows.taps, columns.taps]);
  return tf.reshape(tf.reverse(sorted, [1, 2]), [rows.stride * columns.stride * maps, channels, rows.taps, columns.taps]);
}
