import * as tf from "@tensorflow/tfjs-core";
import { floatAttr, intAttr, intsAttr, stringAttr, type Node } from "@vitrine/core";
import { Refusal } from "../errors.js";
import { axisIn } from "../layout.js";
import { Held } from "../value.js";
import { pick, select } from "./kernels.js";
import { axisOf, input, numbersAt, type Call, type DeviceOperator, type Operator } from "./operator.js";
import { bounded } from "./shaping.js";

/** How one axis is resized. */
interface Axis {
  readonly axis: number;
  readonly from: number;
  readonly to: number;
  readonly scale: number;
  readonly roi: readonly [number, number];
}

/** Where in the input the element `x` of the output lies: https://onnx.ai/onnx/operators/onnx__Resize.html */
const coordinates: Readonly<Record<string, (x: number, axis: Axis) => number>> = {
  half_pixel: (x, { scale }) => (x + 0.5) / scale - 0.5,
  half_pixel_symmetric: (x, { scale, from, to }) => (from / 2) * (1 - to / (scale * from)) + (x + 0.5) / scale - 0.5,
  pytorch_half_pixel: (x, { scale, to }) => (to > 1 ? (x + 0.5) / scale - 0.5 : 0),
  align_corners: (x, { from, to }) => (to > 1 ? (x * (from - 1)) / (to - 1) : 0),
  asymmetric: (x, { scale }) => x / scale,
  tf_crop_and_resize: (x, { from, to, roi: [start, end] }) => (to > 1 ? start * (from - 1) + (x * (end - start) * (from - 1)) / (to - 1) : 0.5 * (start + end) * (from - 1)),
};

const rounding: Readonly<Record<string, (x: number) => number>> = {
  round_prefer_floor: (x) => Math.ceil(x - 0.5), round_prefer_ceil: (x) => Math.floor(x + 0.5), floor: Math.floor, ceil: Math.ceil,
};

function chosen<T>(table: Readonly<Record<string, T>>, name: string): T {
  const found = Object.hasOwn(table, name) ? table[name] : undefined;
  if (found === undefined) throw new Refusal(`\`${name}\` is no mode of it`);
  return found;
}

/** Keys' cubic weights of four neighbours, at a distance of `t` behind the second; `a` is the slope at 1. */
function cubicWeights(t: number, a: number): number[] {
  const near = (d: number): number => (a + 2) * d ** 3 - (a + 3) * d ** 2 + 1;
  const far = (d: number): number => a * d ** 3 - 5 * a * d ** 2 + 8 * a * d - 4 * a;
  return [far(1 + t), near(t), near(1 - t), far(2 - t)];
}

/** The input elements that one of the output is made of, with their weights. */
function tapsOf(node: Node, x: number, size: number): { at: number; weight: number }[] {
  const inside = (at: number): number => Math.min(size - 1, Math.max(0, at));
  const mode = stringAttr(node, "mode", "nearest");
  if (mode === "nearest") return [{ at: inside(chosen(rounding, stringAttr(node, "nearest_mode", "round_prefer_floor"))(x)), weight: 1 }];
  const base = Math.floor(x);
  const linear = mode === "linear";
  const weights = linear ? [1 - (x - base), x - base] : cubicWeights(x - base, floatAttr(node, "cubic_coeff_a", -0.75));
  const all = weights.map((weight, i) => ({ at: base + i - (linear ? 0 : 1), weight }));
  if (intAttr(node, "exclude_outside", 0) === 0) return all.map(({ at, weight }) => ({ at: inside(at), weight }));
  const total = all.reduce((sum, { at, weight }) => (at === inside(at) ? sum + weight : sum), 0);
  return all.map(({ at, weight }) => ({ at: inside(at), weight: at === inside(at) ? weight / total : 0 }));
}

function axesOf(call: Call, x: Held): Axis[] {
  const { node } = call;
  const named = intsAttr(node, "axes", x.shape.map((_, axis) => axis)).map((axis) => axisOf(axis, x.rank));
  const given = (index: number): number[] | undefined => {
    const values = numbersAt(call, index);
    return values === undefined || values.length === 0 ? undefined : values;
  };
  const [scales, sizes] = [given(2), given(3)];
  const roi = stringAttr(node, "coordinate_transformation_mode", "half_pixel") === "tf_crop_and_resize" ? given(1) : undefined;
  const policy = stringAttr(node, "keep_aspect_ratio_policy", "stretch");
  const ratios = sizes?.map((size, i) => size / x.shape[named[i]!]!);
  const common = ratios && policy !== "stretch" ? (policy === "not_larger" ? Math.min(...ratios) : Math.max(...ratios)) : undefined;
  return named.map((axis, i) => {
    const from = x.shape[axis]!;
    const to = common !== undefined ? Math.round(common * from) : scales ? Math.floor(from * scales[i]!) : (sizes?.[i] ?? from);
    return { axis, from, to, scale: common ?? scales?.[i] ?? to / from, roi: roi ? [roi[i]!, roi[i + named.length]!] : [0, 1] };
  });
}

/** Interpolation works axis by axis, each a weighted sum of gathered elements: the same on every backend, in every mode. */
const resize: DeviceOperator = (call) => {
  const { node } = call;
  const x = input(call, 0);
  const mode = stringAttr(node, "coordinate_transformation_mode", "half_pixel");
  const transform = chosen(coordinates, mode);
  const axes = axesOf(call, x);
  const shape = [...x.shape];
  for (const { axis, to } of axes) shape[axis] = to;
  bounded(shape);
  let y = x.in(x.layout);
  for (const axis of axes) {
    if (axis.from === axis.to && axis.scale === 1 && axis.roi[0] === 0 && axis.roi[1] === 1) continue;
    const places = Array.from({ length: axis.to }, (_, i) => transform(i, axis));
    const taps = places.map((place) => tapsOf(node, place, axis.from));
    const at = axisIn(x.layout, axis.axis, x.rank);
    const along = y.shape.map((_, i) => (i === at ? axis.to : 1));
    const part = (k: number): tf.Tensor => {
      const gathered = pick(y, Int32Array.from(taps, (each) => each[k]!.at), at);
      return taps.every((each) => each[k]!.weight === 1) ? gathered : tf.mul(gathered, tf.tensor(Float32Array.from(taps, (each) => each[k]!.weight), along));
    };
    const parts = Array.from({ length: taps[0]?.length ?? 0 }, (_, k) => part(k));
    const made = parts.reduce((a, b) => tf.add(a, b));
    if (mode !== "tf_crop_and_resize") y = made;
    else {
      const inside = tf.tensor(Float32Array.from(places, (place) => (place < 0 || place > axis.from - 1 ? 0 : 1)), along);
      y = select(tf.cast(inside, "bool"), made, tf.scalar(floatAttr(node, "extrapolation_value", 0)));
    }
  }
  return [Held.device(x.dtype, shape, y, x.layout)];
};

export type ResizeName = "Resize";

export const resizing: Readonly<Record<ResizeName, Operator>> = {
  Resize: { device: resize, reads: [1, 2, 3], refuses: (node) => (intAttr(node, "antialias", 0) === 0 ? undefined : "it resizes with antialiasing") },
};
