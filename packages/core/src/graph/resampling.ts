import { floatAttr, intAttr, stringAttr } from "./attributes.js";
import type { Node } from "./graph.js";

// Where the elements that Resize and Pad give come from: what a runtime gathers by, and a gradient goes back by.

/** How one axis is resized. */
export interface ResizeAxis {
  readonly from: number;
  readonly to: number;
  readonly scale: number;
  /** The part of the input, in [0, 1], that `tf_crop_and_resize` stretches over the output. */
  readonly roi: readonly [number, number];
}

/** An element of the input, with its weight. */
export interface Tap {
  readonly at: number;
  readonly weight: number;
}

/** Where output position `x` lies in the input: https://onnx.ai/onnx/operators/onnx__Resize.html, coordinate_transformation_mode */
const coordinates: Readonly<Record<string, (x: number, axis: ResizeAxis) => number>> = {
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

/** The weight of an element at a distance of `d`: a triangle. */
const triangle = (d: number): number => Math.max(0, 1 - Math.abs(d));

/** The same of the cubic kernel (Keys 1981); `a` is its slope at 1. */
function cubic(distance: number, a: number): number {
  const d = Math.abs(distance);
  if (d <= 1) return (a + 2) * d ** 3 - (a + 3) * d ** 2 + 1;
  return d < 2 ? a * d ** 3 - 5 * a * d ** 2 + 8 * a * d - 4 * a : 0;
}

const chosen = <T>(table: Readonly<Record<string, T>>, name: string): T | undefined => (Object.hasOwn(table, name) ? table[name] : undefined);

/**
 * The elements of the input that each element of a resized axis is made of: as many for each, those left out with a weight of 0.
 * Undefined for an element that lies outside, which `tf_crop_and_resize` fills with a constant.
 * @returns a sentence for a mode that is none
 */
export function resizeTaps(node: Node, axis: ResizeAxis): readonly (readonly Tap[] | undefined)[] | string {
  const [transformation, mode] = [stringAttr(node, "coordinate_transformation_mode", "half_pixel"), stringAttr(node, "mode", "nearest")];
  const transform = chosen(coordinates, transformation);
  const nearest = stringAttr(node, "nearest_mode", "round_prefer_floor");
  const round = chosen(rounding, nearest);
  if (!transform) return `\`${transformation}\` is no mode of Resize`;
  if (mode === "nearest" && !round) return `\`${nearest}\` is no mode of Resize`;
  if (mode !== "nearest" && mode !== "linear" && mode !== "cubic") return `its mode is \`${mode}\``;
  const crops = transformation === "tf_crop_and_resize";
  return Array.from({ length: axis.to }, (_, to) => {
    const x = transform(to, axis);
    if (crops && (x < 0 || x > axis.from - 1)) return undefined;
    return mode === "nearest" ? [{ at: inside(round!(x), axis.from), weight: 1 }] : interpolated(node, x, axis, mode === "linear");
  });
}

const inside = (at: number, size: number): number => Math.min(size - 1, Math.max(0, at));

function interpolated(node: Node, x: number, { from: size, scale }: ResizeAxis, linear: boolean): Tap[] {
  const base = Math.floor(x);
  const a = floatAttr(node, "cubic_coeff_a", -0.75);
  // With antialiasing a kernel is as wide in the output as it would be in the input.
  const narrow = intAttr(node, "antialias", 0) === 0 ? 1 : Math.min(1, scale);
  const reach = Math.ceil((linear ? 1 : 2) / narrow);
  const places = Array.from({ length: 2 * reach }, (_, i) => base + 1 - reach + i);
  const weights = places.map((at) => (linear ? triangle((at - x) * narrow) : cubic((at - x) * narrow, a)));
  const sum = narrow === 1 ? 1 : weights.reduce((all, weight) => all + weight, 0);
  const all = places.map((at, i) => ({ at, weight: weights[i]! / sum }));
  const excludes = intAttr(node, "exclude_outside", 0) !== 0;
  const counts = ({ at }: Tap): boolean => !excludes || at === inside(at, size);
  const total = excludes ? all.reduce((sum, tap) => (counts(tap) ? sum + tap.weight : sum), 0) : 1;
  return all.map((tap) => ({ at: inside(tap.at, size), weight: counts(tap) ? tap.weight / total : 0 }));
}

/** Which element of an axis of `size` stands at a place of it once it is padded by copies; undefined for a mode that copies nothing. */
export function padSource(mode: string, at: number, size: number): number | undefined {
  if (at >= 0 && at < size) return at;
  if (mode === "edge") return at < 0 ? 0 : size - 1;
  if (mode === "wrap") return ((at % size) + size) % size;
  if (mode !== "reflect") return undefined;
  const period = Math.max(1, 2 * (size - 1));
  const folded = ((at % period) + period) % period;
  return folded < size ? folded : period - folded;
}
