import { floatAttr, stringAttr } from "@vitrine/core";
import { masked, ones, only, operand } from "./broadcasting.js";
import type { OperatorRule, RuleContext, RuleTable } from "./rule.js";

const one = (c: RuleContext): string => c.b.scalar(1);
/** `scale · x`, `x + shift` with constants. */
export const scaled = (c: RuleContext, x: string, factor: number): string => (factor === 1 ? x : c.b.mul(x, c.b.scalar(factor)));
export const shifted = (c: RuleContext, x: string, shift: number): string => c.b.add(x, c.b.scalar(shift));

/** A rule of an elementwise function: its derivative times the cotangent. */
export const slope = (derivative: (c: RuleContext, x: string, y: string) => string): OperatorRule => (c) => [c.b.mul(c.g, derivative(c, c.x(0), c.y))];

/** Passes where y > 0: the kink belongs to the flat side. The output is read, not the input, so that runtimes may still fuse the activation into the convolution before it. */
const relu: OperatorRule = (c) => [masked(c.b, c.b.greater(c.y, c.b.scalar(0)), c.g)];

/** x > 0 ? 1 : `negative`. */
const twoSided = (negative: (c: RuleContext, x: string, y: string) => string): OperatorRule => slope((c, x, y) => c.b.where(c.b.greater(x, c.b.scalar(0)), one(c), negative(c, x, y)));

const selu = { alpha: 1.6732632423543772, gamma: 1.0507009873554805 };

/** Φ and the density of the normal distribution: x · Φ(x) is GELU. */
function gelu(c: RuleContext, x: string): string {
  const { b } = c;
  if (stringAttr(c.node, "approximate", "none") === "tanh") {
    const k = Math.sqrt(2 / Math.PI);
    const square = b.mul(x, x);
    const t = b.tanh(b.mul(x, shifted(c, scaled(c, square, k * 0.044715), k)));
    const inner = shifted(c, scaled(c, square, 3 * k * 0.044715), k);
    const left = scaled(c, shifted(c, t, 1), 0.5);
    return b.add(left, scaled(c, b.mul(b.mul(x, inner), b.sub(one(c), b.mul(t, t))), 0.5));
  }
  const phi = scaled(c, shifted(c, b.op("Erf", [scaled(c, x, Math.SQRT1_2)]), 1), 0.5);
  return b.add(phi, b.mul(x, scaled(c, b.exp(scaled(c, b.mul(x, x), -0.5)), 1 / Math.sqrt(2 * Math.PI))));
}

/** Bounds as constants where they are known. Clip(0, 6) is ReLU6 to PyTorch, which passes nothing at its bounds; any other Clip does. */
const clip: OperatorRule = (c) => {
  const { b } = c;
  const bound = (i: number): number | undefined => (c.has(i) ? c.known(i)?.data[0] : undefined);
  const [low, high] = [bound(1), bound(2)];
  if (low === 0 && high === 6) return [masked(b, b.and(b.greater(c.y, b.scalar(0)), b.less(c.y, b.scalar(6))), c.g)];
  const x = c.x(0);
  const inside = [c.has(1) ? b.greaterOrEqual(x, c.x(1)) : undefined, c.has(2) ? b.lessOrEqual(x, c.x(2)) : undefined].filter((mask) => mask !== undefined);
  const gx = inside.length === 0 ? c.g : only(b, inside.reduce((p, q) => b.and(p, q)), c.g);
  // Of a bound that is computed: what goes to it where it holds.
  const atLow = c.has(1) ? b.less(x, c.x(1)) : undefined;
  const atHigh = c.has(2) ? b.greater(x, c.x(2)) : undefined;
  return [gx, atLow && operand(c, 1, () => only(b, atLow, c.g)), atHigh && operand(c, 2, () => only(b, atHigh, c.g))];
};

export const activationRules: RuleTable = {
  Relu: relu,
  Clip: clip,
  Sigmoid: slope((c, _, y) => c.b.mul(y, c.b.sub(one(c), y))),
  Tanh: slope((c, _, y) => c.b.sub(one(c), c.b.mul(y, y))),
  Softplus: slope((c, x) => c.b.sigmoid(x)),
  Softsign: slope((c, x) => {
    const d = shifted(c, c.b.abs(x), 1);
    return c.b.reciprocal(c.b.mul(d, d));
  }),
  LeakyRelu: twoSided((c) => c.b.scalar(floatAttr(c.node, "alpha", 0.01))),
  ThresholdedRelu: (c) => [masked(c.b, c.b.greater(c.x(0), c.b.scalar(floatAttr(c.node, "alpha", 1))), c.g)],
  // y = α(eˣ − 1) below zero, so its derivative is y + α: no exponential again.
  Elu: twoSided((c, _, y) => shifted(c, y, floatAttr(c.node, "alpha", 1))),
  Celu: twoSided((c, _, y) => shifted(c, scaled(c, y, 1 / floatAttr(c.node, "alpha", 1)), 1)),
  Selu: (c) => {
    const [alpha, gamma] = [floatAttr(c.node, "alpha", selu.alpha), floatAttr(c.node, "gamma", selu.gamma)];
    return [c.b.mul(c.g, c.b.where(c.b.greater(c.x(0), c.b.scalar(0)), c.b.scalar(gamma), shifted(c, c.y, alpha * gamma)))];
  },
  HardSigmoid: (c) => {
    const inside = c.b.and(c.b.greater(c.y, c.b.scalar(0)), c.b.less(c.y, one(c)));
    return [masked(c.b, inside, scaled(c, c.g, floatAttr(c.node, "alpha", 0.2)))];
  },
  // As PyTorch: 0 below −3, x/3 + ½ up to 3, 1 above.
  HardSwish: slope((c, x) => c.b.where(c.b.less(x, c.b.scalar(-3)), c.b.scalar(0), c.b.where(c.b.lessOrEqual(x, c.b.scalar(3)), shifted(c, scaled(c, x, 1 / 3), 0.5), one(c)))),
  Mish: slope((c, x) => {
    const { b } = c;
    const t = b.tanh(b.op("Softplus", [x]));
    return b.add(t, b.mul(b.mul(x, b.sigmoid(x)), b.sub(one(c), b.mul(t, t))));
  }),
  Gelu: slope(gelu),
  Shrink: (c) => [only(c.b, c.b.greater(c.b.abs(c.x(0)), c.b.scalar(floatAttr(c.node, "lambd", 0.5))), c.g)],
  PRelu: (c) => {
    const { b } = c;
    const [x, weight] = [c.x(0), c.x(1)];
    const positive = b.greater(x, b.scalar(0));
    const gx = c.needs(0) ? b.mul(c.g, b.where(positive, one(c), weight)) : undefined;
    return [gx, operand(c, 1, () => b.mul(c.g, b.mul(x, ones(b, b.not(positive)))))];
  },
};
