import { attr, intAttr, intsAttr, sizeOf } from "@vitrine/core";
import { scaled } from "./activation.js";
import { axisOf, keptShape, ones, repeat } from "./broadcasting.js";
import type { OperatorRule, RuleContext, RuleTable } from "./rule.js";

interface Reduction {
  readonly c: RuleContext;
  readonly axes: readonly number[];
  /** The cotangent, and the result, with the reduced axes kept as 1. */
  readonly g: string;
  kept(value: string): string;
  /** Elements that each result is made of. */
  readonly count: number;
}

function reductionOf(c: RuleContext): Reduction | undefined {
  const shape = c.xShape(0);
  const given = c.has(1) ? c.ints(1, "its axes") : intsAttr(c.node, "axes");
  const empty = !given || given.length === 0;
  if (empty && intAttr(c.node, "noop_with_empty_axes", 0) === 1) return undefined;
  const axes = empty ? shape.map((_, axis) => axis) : given.map((axis) => axisOf(axis, shape.length));
  const to = keptShape(shape, axes);
  const kept = (value: string): string => (intAttr(c.node, "keepdims", 1) === 1 ? value : c.b.reshape(value, to));
  return { c, axes, g: kept(c.g), kept, count: sizeOf(axes.map((axis) => shape[axis]!)) };
}

/** A rule from what multiplies the cotangent; nothing is reduced where there are no axes to reduce. */
const reduction = (rule: (r: Reduction) => string, noop: OperatorRule = (c) => [c.g]): OperatorRule => (c) => {
  const found = reductionOf(c);
  return found ? [rule(found)] : noop(c);
};

const spread = ({ c, axes }: Reduction, g: string): string => repeat(c.b, g, keptShape(c.xShape(0), axes), c.xShape(0));

/** Ties share evenly. */
const extreme = reduction((r) => {
  const { c, axes } = r;
  const mask = ones(c.b, c.b.equal(c.x(0), r.kept(c.y)));
  return c.b.mul(mask, c.b.div(r.g, c.b.reduceSum(mask, axes, true)));
});

/** The product of the others, exact where one or more elements are zero. */
const product = reduction((r) => {
  const { c, axes } = r;
  const { b } = c;
  const x = c.x(0);
  const [zero, one] = [b.scalar(0), b.scalar(1)];
  const isZero = b.equal(x, zero);
  const rest = b.where(isZero, one, x);
  const restProduct = b.op("ReduceProd", [rest, b.ints(axes)], { keepdims: attr.int(1) });
  const zeros = b.reduceSum(ones(b, isZero), axes, true);
  const atZero = b.where(b.equal(zeros, one), restProduct, zero);
  const elsewhere = b.where(b.equal(zeros, zero), b.div(restProduct, rest), zero);
  return b.mul(b.where(isZero, atZero, elsewhere), r.g);
});

/** x / ‖x‖, 0 at the origin. */
const l2 = reduction(
  (r) => {
    const { b } = r.c;
    const norm = r.kept(r.c.y);
    const safe = b.where(b.equal(norm, b.scalar(0)), b.scalar(1), norm);
    return b.mul(r.c.x(0), b.div(r.g, safe));
  },
  (c) => [c.b.mul(c.g, c.b.sign(c.x(0)))],
);

const sumSquare = (c: RuleContext, g: string): string => c.b.mul(scaled(c, g, 2), c.x(0));

const cumSum: OperatorRule = (c) => {
  const flags = { exclusive: attr.int(intAttr(c.node, "exclusive", 0)), reverse: attr.int(1 - intAttr(c.node, "reverse", 0)) };
  return [c.b.op("CumSum", [c.g, c.x(1)], flags)];
};

export const reductionRules: RuleTable = {
  ReduceSum: reduction((r) => spread(r, r.g)),
  ReduceMean: reduction((r) => spread(r, scaled(r.c, r.g, 1 / r.count))),
  ReduceMax: extreme,
  ReduceMin: extreme,
  ReduceProd: product,
  ReduceL1: reduction((r) => r.c.b.mul(r.c.b.sign(r.c.x(0)), r.g), (c) => [c.b.mul(c.g, c.b.sign(c.x(0)))]),
  ReduceL2: l2,
  ReduceSumSquare: reduction((r) => sumSquare(r.c, r.g), (c) => [sumSquare(c, c.g)]),
  ReduceLogSum: reduction((r) => spread(r, r.c.b.div(r.g, r.c.b.exp(r.kept(r.c.y)))), (c) => [c.b.div(c.g, c.x(0))]),
  ReduceLogSumExp: reduction((r) => r.c.b.mul(r.c.b.exp(r.c.b.sub(r.c.x(0), r.kept(r.c.y))), r.g)),
  CumSum: cumSum,
};
