import { floatAttr, intAttr, intsAttr, stringAttr, type Node } from "@vitrine/core";
import { Refusal } from "../errors.js";
import { mapAxesBack, type AxisMap } from "./axis-map.js";
import { axisOf } from "./broadcasting.js";
import type { OperatorRule, RuleContext, RuleTable } from "./rule.js";

interface Axis {
  readonly axis: number;
  readonly from: number;
  readonly to: number;
  readonly scale: number;
  readonly roi: readonly [number, number];
}

/** Where output position `x` lies in the input: ONNX's coordinate_transformation_mode. */
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

/** Weights of the four neighbours at a distance of `t` from the second (Keys 1981); `a` is the slope at 1. */
function cubicWeights(t: number, a: number): number[] {
  const near = (d: number): number => (a + 2) * d ** 3 - (a + 3) * d ** 2 + 1;
  const far = (d: number): number => a * d ** 3 - 5 * a * d ** 2 + 8 * a * d - 4 * a;
  return [far(1 + t), near(t), near(1 - t), far(2 - t)];
}

/** The input elements, with weights, that the node makes the element at coordinate `x` of. */
function taps(node: Node, x: number, size: number): [number, number][] {
  const mode = stringAttr(node, "mode", "nearest");
  const inside = (at: number): number => Math.min(size - 1, Math.max(0, at));
  if (mode === "nearest") return [[inside(lookup(rounding, stringAttr(node, "nearest_mode", "round_prefer_floor"))(x)), 1]];
  if (mode !== "linear" && mode !== "cubic") throw new Refusal(`its mode is \`${mode}\``);
  const base = Math.floor(x);
  const t = x - base;
  const weights = mode === "linear" ? [1 - t, t] : cubicWeights(t, floatAttr(node, "cubic_coeff_a", -0.75));
  const all = weights.map((weight, i): [number, number] => [base + i - (mode === "linear" ? 0 : 1), weight]);
  if (intAttr(node, "exclude_outside", 0) === 0) return all.map(([at, weight]) => [inside(at), weight]);
  const kept = all.filter(([at]) => at === inside(at));
  const total = kept.reduce((sum, [, weight]) => sum + weight, 0);
  return kept.map(([at, weight]) => [at, weight / total]);
}

function lookup<T>(table: Readonly<Record<string, T>>, name: string): T {
  const found = Object.hasOwn(table, name) ? table[name] : undefined;
  if (found === undefined) throw new Refusal(`\`${name}\` is no mode of Resize`);
  return found;
}

function axesOf(c: RuleContext): Axis[] {
  const { node } = c;
  const [shape, out] = [c.xShape(0), c.yShape];
  const named = intsAttr(node, "axes", shape.map((_, axis) => axis)).map((axis) => axisOf(axis, shape.length));
  // An empty tensor stands for one that is left out.
  const given = (i: number, what: string): readonly number[] | undefined => {
    const values = c.has(i) && c.xShape(i)[0] !== 0 ? c.ints(i, what) : undefined;
    return values?.length === 0 ? undefined : values;
  };
  const cropping = stringAttr(node, "coordinate_transformation_mode", "half_pixel") === "tf_crop_and_resize";
  const roi = cropping ? given(1, "the region that it takes") : undefined;
  const scales = given(2, "its scales");
  const sizes = scales ? undefined : given(3, "its sizes");
  const policy = stringAttr(node, "keep_aspect_ratio_policy", "stretch");
  const ratios = sizes?.map((size, i) => size / shape[named[i]!]!);
  const common = ratios && policy !== "stretch" ? (policy === "not_larger" ? Math.min(...ratios) : Math.max(...ratios)) : undefined;
  return named.map((axis, i) => ({
    axis, from: shape[axis]!, to: out[axis]!, scale: common ?? scales?.[i] ?? ratios?.[i] ?? out[axis]! / shape[axis]!,
    roi: roi ? [roi[i]!, roi[i + named.length]!] : [0, 1],
  }));
}

/** Interpolation is linear and works axis by axis; so does its gradient. */
const resize: OperatorRule = (c) => {
  const mode = stringAttr(c.node, "coordinate_transformation_mode", "half_pixel");
  const transform = lookup(coordinates, mode);
  const changed = axesOf(c).filter(({ from, to, scale, roi }) => from !== to || scale !== 1 || roi[0] !== 0 || roi[1] !== 1);
  const maps = changed.map((axis) => {
    const map: AxisMap = Array.from({ length: axis.to }, (_, to) => {
      const x = transform(to, axis);
      // What lies outside is filled with a constant.
      return mode === "tf_crop_and_resize" && (x < 0 || x > axis.from - 1) ? [] : taps(c.node, x, axis.from);
    });
    return { axis: axis.axis, from: axis.from, map };
  });
  return [mapAxesBack(c.b, c.g, c.yShape, maps)];
};

/** Which element of the input stands at each place of a padded axis; -1 for the padding's own value. */
function padSource(mode: string, at: number, size: number): number {
  if (at >= 0 && at < size) return at;
  if (mode === "edge") return at < 0 ? 0 : size - 1;
  if (mode === "wrap") return ((at % size) + size) % size;
  if (mode !== "reflect") throw new Refusal(`its mode is \`${mode}\``);
  const period = Math.max(1, 2 * (size - 1));
  const folded = ((at % period) + period) % period;
  return folded < size ? folded : period - folded;
}

const pad: OperatorRule = (c) => {
  const { b } = c;
  const [shape, out] = [c.xShape(0), c.yShape];
  const pads = c.ints(1, "how far it pads");
  const axes = (c.has(3) ? c.ints(3, "its axes") : shape.map((_, axis) => axis)).map((axis) => axisOf(axis, shape.length));
  const before = shape.map(() => 0);
  axes.forEach((axis, i) => (before[axis] = pads[i]!));
  const mode = stringAttr(c.node, "mode", "constant");
  if (mode !== "constant") {
    const maps = shape.flatMap((from, axis) => {
      if (from === out[axis] && before[axis] === 0) return [];
      const map: AxisMap = Array.from({ length: out[axis]! }, (_, at) => [[padSource(mode, at - before[axis]!, from), 1] as const]);
      return [{ axis, from, map }];
    });
    return [c.needs(0) ? mapAxesBack(b, c.g, out, maps) : undefined];
  }
  const after = shape.map((size, axis) => out[axis]! - size - before[axis]!);
  const taken = shape.map((_, axis) => axis).filter((axis) => before[axis] !== 0 || after[axis] !== 0);
  // What it had added is cut, and what it had cut is added.
  const cut = taken.filter((axis) => before[axis]! > 0 || after[axis]! > 0);
  const kept = cut.length === 0 ? c.g : b.slice(c.g, cut.map((axis) => Math.max(0, before[axis]!)), cut.map((axis) => out[axis]! - Math.max(0, after[axis]!)), cut);
  const grown = [...before, ...after].map((count) => Math.max(0, -count));
  const input = (): string => (grown.every((count) => count === 0) ? kept : b.pad(kept, grown));
  const value = (): string => b.reshape(b.sub(b.reduceSum(c.g), b.reduceSum(kept)), c.xShape(2));
  return [c.needs(0) ? input() : undefined, undefined, c.needs(2) ? value() : undefined];
};

export const resizingRules: RuleTable = { Resize: resize, Pad: pad };
