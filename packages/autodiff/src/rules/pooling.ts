import { float32, int64, intAttr, intsAttr, sizeOf } from "@vitrine/core";
import { ones, only, repeat } from "./broadcasting.js";
import { scaled } from "./activation.js";
import { maxPool } from "./max-pool.js";
import type { OperatorRule, RuleContext, RuleTable } from "./rule.js";
import { covered, transposeAttributes, windowOf, type Window } from "./window.js";

const poolWindow = (c: RuleContext): Window => windowOf(c.node, intsAttr(c.node, "kernel_shape", []), c.xShape(0).slice(2), c.yShape.slice(2));

/** Adds the cotangent of every window to all elements that the window covers. */
function spreadWindows(c: RuleContext, g: string, window: Window): string {
  const { b } = c;
  const [shape, yShape] = [c.xShape(0), c.yShape];
  const [size, out] = [shape.slice(2), yShape.slice(2)];
  // One window over everything.
  if (size.every((dim, axis) => out[axis] === 1 && covered(window, axis, dim, 1, false)[0] === dim)) return repeat(b, g, yShape, shape);
  // One channel per map, so that one small kernel of ones serves any number of them.
  const maps = b.reshape(g, [sizeOf(yShape.slice(0, 2)), 1, ...out]);
  const kernel = b.constant(float32([1, 1, ...window.kernel], new Float32Array(sizeOf(window.kernel)).fill(1)), "ones");
  return b.reshape(b.op("ConvTranspose", [maps, kernel], transposeAttributes(window, size, out, 1)), shape);
}

const averagePool: OperatorRule = (c) => {
  const { b } = c;
  const window = poolWindow(c);
  const padding = intAttr(c.node, "count_include_pad", 0) === 1;
  let g = c.g;
  let divisor = 1;
  window.kernel.forEach((size, axis) => {
    const counts = covered(window, axis, c.xShape(0)[axis + 2]!, c.yShape[axis + 2]!, padding);
    if (counts.every((count) => count === counts[0])) divisor *= counts[0] ?? size;
    else {
      // Windows at the edge divide by fewer elements.
      const column = [counts.length, ...window.kernel.slice(axis + 1).map(() => 1)];
      g = b.mul(g, b.constant(float32(column, counts.map((count) => 1 / count)), "share"));
    }
  });
  return [spreadWindows(c, scaled(c, g, 1 / divisor), window)];
};

/** y = (Σ|x|ᵖ)^(1/p): sign(x) · (|x| / y)^(p − 1); 0 where the window is all zero. */
function lp(c: RuleContext, spread: (value: string) => string): string {
  const { b } = c;
  const p = intAttr(c.node, "p", 2);
  const x = c.x(0);
  if (p === 1) return b.mul(spread(c.g), b.sign(x));
  const zero = b.equal(c.y, b.scalar(0));
  const norm = b.where(zero, b.scalar(1), c.y);
  const share = only(b, b.not(zero), b.div(c.g, p === 2 ? norm : b.pow(norm, b.scalar(p - 1))));
  const power = p === 2 ? x : b.mul(b.sign(x), b.pow(b.abs(x), b.scalar(p - 1)));
  return b.mul(spread(share), power);
}

/** The first maximum of each map. */
const globalMaxPool: OperatorRule = (c) => {
  const { b } = c;
  const shape = c.xShape(0);
  const [maps, plane] = [sizeOf(shape.slice(0, 2)), sizeOf(shape.slice(2))];
  const first = b.argMax(b.reshape(c.x(0), [maps, plane]), 1);
  const places = b.constant(int64(Array.from({ length: plane }, (_, i) => i)), "places");
  const chosen = b.mul(ones(b, b.equal(places, first)), b.reshape(c.g, [maps, 1]));
  return [b.reshape(chosen, shape)];
};

export const poolingRules: RuleTable = {
  MaxPool: maxPool,
  AveragePool: averagePool,
  LpPool: (c) => [lp(c, (value) => spreadWindows(c, value, poolWindow(c)))],
  GlobalAveragePool: (c) => [repeat(c.b, scaled(c, c.g, 1 / sizeOf(c.xShape(0).slice(2))), c.yShape, c.xShape(0))],
  GlobalMaxPool: globalMaxPool,
  GlobalLpPool: (c) => [lp(c, (value) => value)],
};
