import { intsAttr, padSource, resizeTaps, stringAttr, type ResizeAxis } from "@vitrine/core";
import { Refusal } from "../errors.js";
import { mapAxesBack, type AxisMap } from "./axis-map.js";
import { axisOf } from "./broadcasting.js";
import type { OperatorRule, RuleContext, RuleTable } from "./rule.js";

interface Axis extends ResizeAxis {
  readonly axis: number;
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
  const changed = axesOf(c).filter(({ from, to, scale, roi }) => from !== to || scale !== 1 || roi[0] !== 0 || roi[1] !== 1);
  const maps = changed.map((axis) => {
    const taps = resizeTaps(c.node, axis);
    if (typeof taps === "string") throw new Refusal(taps);
    // What lies outside is filled with a constant.
    const map: AxisMap = taps.map((each) => (each ?? []).map(({ at, weight }) => [at, weight] as const));
    return { axis: axis.axis, from: axis.from, map };
  });
  return [mapAxesBack(c.b, c.g, c.yShape, maps)];
};

function sourceAt(mode: string, at: number, size: number): number {
  const source = padSource(mode, at, size);
  if (source === undefined) throw new Refusal(`its mode is \`${mode}\``);
  return source;
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
      const map: AxisMap = Array.from({ length: out[axis]! }, (_, at) => [[sourceAt(mode, at - before[axis]!, from), 1] as const]);
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
