import { floatAttr, intAttr, intsAttr, stringAttr, type Node } from "@vitrine/core";
import { fromNumbers, numbers, type Held } from "./held.js";
import { axisOf, boundedSize, positions, splitAt, withDim } from "./indexing.js";
import { input, type Call, type OperatorTable } from "./operator.js";

/** How one axis is resized. */
interface Axis {
  readonly from: number;
  readonly to: number;
  readonly scale: number;
  /** The part of the input, in [0, 1], that `tf_crop_and_resize` stretches over the output. */
  readonly roi: readonly [number, number];
}

/** Where output position `x` lies in the input. https://onnx.ai/onnx/operators/onnx__Resize.html, coordinate_transformation_mode */
const coordinates: Readonly<Record<string, (x: number, axis: Axis) => number>> = {
  half_pixel: (x, { scale }) => (x + 0.5) / scale - 0.5,
  half_pixel_symmetric: (x, { scale, from, to }) => (from / 2) * (1 - to / (scale * from)) + (x + 0.5) / scale - 0.5,
  pytorch_half_pixel: (x, { scale, to }) => (to > 1 ? (x + 0.5) / scale - 0.5 : 0),
  align_corners: (x, { from, to }) => (to > 1 ? (x * (from - 1)) / (to - 1) : 0),
  asymmetric: (x, { scale }) => x / scale,
  tf_crop_and_resize: (x, { from, to, roi: [start, end] }) =>
    to > 1 ? start * (from - 1) + (x * (end - start) * (from - 1)) / (to - 1) : 0.5 * (start + end) * (from - 1),
};

const rounding: Readonly<Record<string, (x: number) => number>> = {
  round_prefer_floor: (x) => Math.ceil(x - 0.5),
  round_prefer_ceil: (x) => Math.floor(x + 0.5),
  floor: Math.floor,
  ceil: Math.ceil,
};

/** Keys's kernel at distance `x` (Keys 1981, "Cubic convolution interpolation"), `a` its slope at 1. */
function cubic(x: number, a: number): number {
  const d = Math.abs(x);
  if (d <= 1) return (a + 2) * d ** 3 - (a + 3) * d ** 2 + 1;
  return d < 2 ? a * d ** 3 - 5 * a * d ** 2 + 8 * a * d - 4 * a : 0;
}

interface Tap {
  readonly at: number;
  readonly weight: number;
}

/** The input elements that make up the one at coordinate `x`; those outside repeat the border, unless they are to be excluded. */
function taps(node: Node, x: number, size: number): Tap[] {
  const mode = stringAttr(node, "mode", "nearest");
  const clamped = (at: number): number => Math.min(size - 1, Math.max(0, at));
  if (mode === "nearest") return [{ at: clamped(chosen(rounding, node, "nearest_mode", "round_prefer_floor")(x)), weight: 1 }];
  const base = Math.floor(x);
  const a = floatAttr(node, "cubic_coeff_a", -0.75);
  if (mode !== "linear" && mode !== "cubic") throw new TypeError(`\`${mode}\` is no mode of Resize`);
  const reach = mode === "linear" ? [0, 1] : [-1, 0, 1, 2];
  const weights = reach.map((step) => {
    const at = base + step;
    return { at, weight: mode === "linear" ? 1 - Math.abs(x - at) : cubic(x - at, a) };
  });
  if (intAttr(node, "exclude_outside", 0) === 0) return weights.map(({ at, weight }) => ({ at: clamped(at), weight }));
  const inside = weights.filter(({ at }) => at === clamped(at));
  const total = inside.reduce((sum, { weight }) => sum + weight, 0);
  return inside.map(({ at, weight }) => ({ at, weight: weight / total }));
}

function chosen<T>(table: Readonly<Record<string, T>>, node: Node, attribute: string, fallback: string): T {
  const name = stringAttr(node, attribute, fallback);
  const found = Object.hasOwn(table, name) ? table[name] : undefined;
  if (found === undefined) throw new TypeError(`\`${name}\` is no ${attribute}`);
  return found;
}

/** Sizes and scales of every axis, those not named in `axes` untouched. */
function axesOf(call: Call, x: Held): Axis[] {
  const { node } = call;
  const rank = x.shape.length;
  const named = (intsAttr(node, "axes") ?? x.shape.map((_, axis) => axis)).map((axis) => axisOf(axis, rank));
  const given = (index: number): Float64Array | undefined => {
    const found = call.inputs[index];
    return found && found.data.length > 0 ? numbers(found) : undefined;
  };
  const [roi, scales, sizes] = [given(1), given(2), given(3)];
  if (!scales === !sizes) throw new TypeError("either scales or sizes are given, and not both");
  if ((scales ?? sizes)!.length !== named.length) throw new RangeError(`${(scales ?? sizes)!.length} factors do not fit ${named.length} axes`);
  const policy = stringAttr(node, "keep_aspect_ratio_policy", "stretch");
  const ratios = sizes && Array.from(sizes, (size, i) => size / x.shape[named[i]!]!);
  const common = ratios && policy !== "stretch" ? (policy === "not_larger" ? Math.min(...ratios) : Math.max(...ratios)) : undefined;
  const result: Axis[] = x.shape.map((dim) => ({ from: dim, to: dim, scale: 1, roi: [0, 1] }));
  named.forEach((axis, i) => {
    const from = x.shape[axis]!;
    const scale = common ?? scales?.[i] ?? ratios![i]!;
    const to = common !== undefined ? Math.floor(common * from + 0.5) : sizes ? sizes[i]! : Math.floor(from * scale);
    result[axis] = { from, to, scale, roi: roi ? [roi[i]!, roi[i + named.length]!] : [0, 1] };
  });
  return result;
}

/** Interpolation is separable: one axis after the other. */
function resize(call: Call): Held {
  const { node } = call;
  const x = input(call, 0);
  const axes = axesOf(call, x);
  const transform = chosen(coordinates, node, "coordinate_transformation_mode", "half_pixel");
  let data = numbers(x);
  let shape = x.shape;
  axes.forEach((axis, i) => {
    if (axis.to === axis.from && axis.scale === 1 && axis.roi[0] === 0 && axis.roi[1] === 1) return;
    const { outer, size, inner } = splitAt(shape, i);
    const next = new Float64Array(boundedSize([outer, axis.to, inner]));
    for (let to = 0; to < axis.to; to++) {
      for (const { at, weight } of taps(node, transform(to, axis), size)) {
        for (let o = 0; o < outer; o++) for (let k = 0; k < inner; k++) next[(o * axis.to + to) * inner + k]! += weight * data[(o * size + at) * inner + k]!;
      }
    }
    data = next;
    shape = withDim(shape, i, axis.to);
  });
  if (stringAttr(node, "coordinate_transformation_mode", "half_pixel") === "tf_crop_and_resize") {
    const fill = floatAttr(node, "extrapolation_value", 0);
    const isOutside = axes.map((axis) => Array.from({ length: axis.to }, (_, to) => {
      const at = transform(to, axis);
      return at < 0 || at > axis.from - 1;
    }));
    data = data.slice();
    let i = 0;
    for (const position of positions(shape)) {
      if (position.some((at, axis) => isOutside[axis]![at])) data[i] = fill;
      i++;
    }
  }
  return fromNumbers(x.dtype, shape, data);
}

export const resizeOperators: OperatorTable = { Resize: (call) => [resize(call)] };

