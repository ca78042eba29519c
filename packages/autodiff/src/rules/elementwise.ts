import { Refusal } from "../errors.js";
import { scaled, shifted, slope } from "./activation.js";
import { ones, only, operand } from "./broadcasting.js";
import type { Cotangents, OperatorRule, RuleContext, RuleTable } from "./rule.js";

const binary = (left: (c: RuleContext, a: string, b: string) => string, right: (c: RuleContext, a: string, b: string) => string): OperatorRule => (c) => {
  const [a, d] = [c.x(0), c.x(1)];
  return [operand(c, 0, () => left(c, a, d)), operand(c, 1, () => right(c, a, d))];
};

/** a^b. The derivative by a constant exponent is built without a logarithm; by the exponent it is 0 where a is 0, as PyTorch's. */
const pow: OperatorRule = (c) => {
  const { b } = c;
  const exponent = c.known(1);
  const only1 = exponent?.data.length === 1 ? exponent.data[0]! : undefined;
  const base = (): string => {
    const x = c.x(0);
    if (only1 === 0) return b.mul(c.g, b.scalar(0));
    if (only1 === 1) return c.g;
    if (only1 === 2) return b.mul(c.g, scaled(c, x, 2));
    if (only1 === 3) return b.mul(c.g, scaled(c, b.mul(x, x), 3));
    if (only1 === 0.5) return b.mul(c.g, b.div(b.scalar(0.5), c.y));
    if (only1 !== undefined) return b.mul(c.g, scaled(c, b.pow(x, b.scalar(only1 - 1)), only1));
    // An exponent of 0 makes the derivative 0, also at a base of 0.
    const n = asFloat(c, 1);
    return b.mul(c.g, b.where(b.equal(n, b.scalar(0)), b.scalar(0), b.mul(n, b.pow(x, b.sub(n, b.scalar(1))))));
  };
  const exponentially = (): string => {
    const x = c.x(0);
    const zero = b.equal(x, b.scalar(0));
    return b.where(zero, b.scalar(0), b.mul(c.g, b.mul(c.y, b.log(b.where(zero, b.scalar(1), x)))));
  };
  return [operand(c, 0, base), operand(c, 1, exponentially)];
};

/** An input that may be whole numbers (Pow's exponent), as float32. */
const asFloat = (c: RuleContext, input: number): string => c.b.cast(c.x(input), "float32");

/** Ties share evenly among all operands that have the extreme value. */
const extreme: OperatorRule = (c) => {
  const { b } = c;
  const inputs = c.node.inputs;
  if (inputs.length === 1) return [c.g];
  if (inputs.length === 2) {
    const [first, second] = inputs as [string, string];
    const wins = c.node.op === "Max" ? b.greater : b.less;
    const half = (mine: string, other: string) => (): string => b.where(b.equal(mine, other), scaled(c, c.g, 0.5), only(b, wins(mine, other), c.g));
    return [operand(c, 0, half(first, second)), operand(c, 1, half(second, first))];
  }
  const masks = inputs.map((x) => ones(b, b.equal(x, c.y)));
  const share = b.div(c.g, b.op("Sum", masks));
  return masks.map((mask, i) => operand(c, i, () => b.mul(share, mask)));
};

const mod: OperatorRule = (c) => {
  const { b } = c;
  return binary(() => c.g, (_, x, n) => {
    const quotient = b.div(x, n);
    return b.neg(b.mul(c.g, b.mul(b.sign(quotient), b.op("Floor", [b.abs(quotient)]))));
  })(c);
};

export const elementwiseRules: RuleTable = {
  Add: binary((c) => c.g, (c) => c.g),
  Sub: binary((c) => c.g, (c) => c.b.neg(c.g)),
  Mul: binary((c, _, d) => c.b.mul(c.g, d), (c, a) => c.b.mul(c.g, a)),
  Div: binary((c, _, d) => c.b.div(c.g, d), (c, _, d) => c.b.neg(c.b.mul(c.g, c.b.div(c.y, d)))),
  Pow: pow,
  Max: extreme,
  Min: extreme,
  Mod: mod,
  Sum: (c) => c.node.inputs.map((_, i) => operand(c, i, () => c.g)),
  Mean: (c): Cotangents => {
    const share = scaled(c, c.g, 1 / c.node.inputs.length);
    return c.node.inputs.map((_, i) => operand(c, i, () => share));
  },
  Where: (c) => {
    const zero = c.b.scalar(0);
    return [undefined, operand(c, 1, () => c.b.where(c.x(0), c.g, zero)), operand(c, 2, () => c.b.where(c.x(0), zero, c.g))];
  },
  Identity: (c) => [c.g],
  // To whole numbers it is flat, and never asked.
  Cast: (c) => [c.g],
  CastLike: (c) => {
    if (!c.constant(1)?.dtype.includes("float")) throw new Refusal("what it casts to is not known to be floating point");
    return [c.g];
  },
  Dropout: (c) => {
    const [ratio, training] = [c.has(1) ? c.known(1)?.data[0] : 0.5, c.has(2) ? c.known(2)?.data[0] : 0];
    if (training !== 0 && ratio !== 0) throw new Refusal("it drops units at random: training_mode is on");
    return [c.g];
  },
  Neg: (c) => [c.b.neg(c.g)],
  Abs: slope((c, x) => c.b.sign(x)),
  Exp: slope((_, __, y) => y),
  Log: (c) => [c.b.div(c.g, c.x(0))],
  Sqrt: (c) => [c.b.div(scaled(c, c.g, 0.5), c.y)],
  Reciprocal: slope((c, _, y) => c.b.neg(c.b.mul(y, y))),
  Erf: slope((c, x) => scaled(c, c.b.exp(c.b.neg(c.b.mul(x, x))), 2 / Math.sqrt(Math.PI))),
  Sin: slope((c, x) => c.b.op("Cos", [x])),
  Cos: slope((c, x) => c.b.neg(c.b.op("Sin", [x]))),
  Tan: slope((c, _, y) => shifted(c, c.b.mul(y, y), 1)),
  Asin: slope((c, x) => c.b.reciprocal(c.b.sqrt(c.b.sub(c.b.scalar(1), c.b.mul(x, x))))),
  Acos: slope((c, x) => c.b.neg(c.b.reciprocal(c.b.sqrt(c.b.sub(c.b.scalar(1), c.b.mul(x, x)))))),
  Atan: slope((c, x) => c.b.reciprocal(shifted(c, c.b.mul(x, x), 1))),
  Sinh: slope((c, x) => c.b.op("Cosh", [x])),
  Cosh: slope((c, x) => c.b.op("Sinh", [x])),
  Asinh: slope((c, x) => c.b.reciprocal(c.b.sqrt(shifted(c, c.b.mul(x, x), 1)))),
  Acosh: slope((c, x) => c.b.reciprocal(c.b.sqrt(shifted(c, c.b.mul(x, x), -1)))),
  Atanh: slope((c, x) => c.b.reciprocal(c.b.sub(c.b.scalar(1), c.b.mul(x, x)))),
};
