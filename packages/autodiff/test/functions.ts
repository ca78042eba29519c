import { attr, int64, scalar, sizeOf, type Attributes, type Tensor } from "@vitrine/core";
import { operatorCase, type Fixed, type OperatorCase } from "@vitrine/testing";
import fc from "fast-check";
import { dims, fixed, flag, seed, spaced, uniform, type Family } from "./drawing.js";

/** Numbers of a shape from a seed, where a function is smooth. */
type Draw = (shape: readonly number[], s: number) => Tensor<"float32">;

const between = (low: number, high: number): Draw => (shape, s) => uniform(shape, s, low, high);
/** Sixteenths from low to high: kinks at such places are never met by `spaced` numbers. */
const sixteenths = (low: number, high: number): fc.Arbitrary<number> => fc.integer({ min: 16 * low, max: 16 * high }).map((value) => value / 16);
const factor = sixteenths(0.125, 2);
const floats = (attributes: Readonly<Record<string, fc.Arbitrary<number>>>): fc.Arbitrary<Attributes> =>
  fc.record(attributes).map((values) => Object.fromEntries(Object.entries(values).map(([name, value]) => [name, attr.float(value)])));
const none: fc.Arbitrary<Attributes> = fc.constant({});

/** Elementwise functions: where each is looked at, and its attributes. */
const functions: Readonly<Record<string, readonly [Draw, fc.Arbitrary<Attributes>?]>> = {
  Abs: [spaced], Acos: [between(-0.9, 0.9)], Acosh: [between(1.1, 4)], Asin: [between(-0.9, 0.9)], Asinh: [between(-3, 3)], Atan: [between(-3, 3)], Atanh: [between(-0.9, 0.9)],
  Cast: [uniform, fc.constantFrom(1, 11).map((to) => ({ to: attr.int(to) }))],
  Celu: [spaced, floats({ alpha: factor })], Cos: [uniform], Cosh: [uniform], Dropout: [uniform],
  Elu: [spaced, floats({ alpha: factor })], Erf: [uniform], Exp: [uniform],
  Gelu: [between(-4, 4), fc.constantFrom("none", "tanh").map((kind) => ({ approximate: attr.string(kind) }))],
  // Its kinks lie at −β/α and (1 − β)/α: sixteenths for these slopes.
  HardSigmoid: [spaced, fc.record({ alpha: fc.constantFrom(0.25, 0.5, 1), beta: sixteenths(0.25, 0.75) }).map(({ alpha, beta }) => ({ alpha: attr.float(alpha), beta: attr.float(beta) }))],
  HardSwish: [spaced], Identity: [uniform], LeakyRelu: [spaced, floats({ alpha: factor })], Log: [between(0.2, 4)], Mish: [between(-6, 6)], Neg: [uniform],
  Reciprocal: [between(0.3, 3)], Relu: [spaced], Selu: [spaced, floats({ alpha: factor, gamma: factor })], Shrink: [spaced, floats({ lambd: sixteenths(0, 2), bias: factor })],
  Sigmoid: [between(-6, 6)], Sin: [uniform], Sinh: [uniform], Softplus: [between(-6, 6)], Softsign: [spaced], Sqrt: [between(0.2, 4)], Tan: [between(-1.2, 1.2)], Tanh: [uniform],
  ThresholdedRelu: [spaced, floats({ alpha: sixteenths(0, 2) })],
};

const shapes = dims(0, 4);

const elementwise: fc.Arbitrary<OperatorCase> = fc.constantFrom(...Object.keys(functions)).chain((op) => {
  const [draw, attributes = none] = functions[op]!;
  return fc.record({ s: seed, shape: shapes, drawn: attributes }).map(({ s, shape, drawn }) => operatorCase(op, "random", [draw(shape, s)], drawn));
});

/** Bounds on sixteenths, either left out, fed or constant; what they hold back comes to them. */
const clipping = fc.record({ s: seed, shape: shapes, low: fc.option(sixteenths(-2, 0)), high: fc.option(fc.oneof(sixteenths(0.0625, 3), fc.constant(6))), computed: fc.boolean() })
  .map(({ s, shape, low, high, computed }) => {
    const bound = (value: number | null): Tensor | Fixed | undefined => (value === null ? undefined : computed ? scalar(value) : fixed(scalar(value)));
    return operatorCase("Clip", "random", [spaced(shape, s), bound(low), bound(high)]);
  });

const casting = fc.record({ s: seed, shape: shapes, to: fc.constantFrom("float32", "float64") })
  .map(({ s, shape, to }) => operatorCase("CastLike", "random", [uniform(shape, s), fixed(scalar(1, to as "float32"))]));

/** The remainder jumps where the quotient is whole, which drawn numbers are not near. */
const remainder = fc.record({ s: seed, shape: shapes })
  .map(({ s, shape }) => operatorCase("Mod", "random", [spaced(shape, s), uniform([], s + 1, 1.01, 1.04)], { fmod: attr.int(1) }))
  .filter(({ feeds }) => Array.from(feeds["x0"]!.data as Float32Array).every((value) => {
    const quotient = value / (feeds["x1"]!.data as Float32Array)[0]!;
    return Math.abs(quotient - Math.round(quotient)) > 1e-2;
  }));

const maps = dims(1, 3, 4).chain((size) => fc.record({ s: seed, channels: dims(2, 2, 3) }).map(({ s, channels }) => ({ s, shape: [...channels, ...size] })));
const ofMaps = fc.record({ at: maps, op: fc.constantFrom("GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool"), p: fc.integer({ min: 1, max: 3 }) })
  .map(({ at: { s, shape }, op, p }) => operatorCase(op, "random", [spaced(shape, s)], op === "GlobalLpPool" ? { p: attr.int(p) } : {}));

const normalising = dims(1, 4).chain((shape) => fc.record({ s: seed, op: fc.constantFrom("LpNormalization", "MeanVarianceNormalization"), axis: fc.integer({ min: -shape.length, max: shape.length - 1 }), p: fc.constantFrom(1, 2), pick: fc.subarray(shape.map((_, i) => i), { minLength: 1 }) })
  .map(({ s, op, axis, p, pick }) => {
    if (op === "LpNormalization") return operatorCase(op, "random", [spaced(shape, s)], { axis: attr.int(axis), p: attr.int(p) });
    // One number alone has no deviation to divide by.
    const wide = shape.map((size, i) => (i === pick[0] ? size + 2 : size));
    return operatorCase(op, "random", [uniform(wide, s)], { axes: attr.ints(pick) });
  }));

const logSum = dims(1, 4).chain((shape) => fc.record({ s: seed, axes: fc.subarray(shape.map((_, i) => i)), keep: flag, noop: flag }).map(({ s, axes, keep, noop }) =>
  operatorCase("ReduceLogSum", "random", [uniform(shape, s, 0.3, 3), fixed(int64(axes))], { keepdims: attr.int(keep), noop_with_empty_axes: attr.int(noop) })))
  .filter(({ feeds }) => sizeOf(feeds["x0"]!.shape) > 0);

/** Functions of one tensor. */
export const functionFamilies: readonly Family[] = [
  { name: "elementwise functions", cases: elementwise },
  { name: "Clip", cases: clipping },
  { name: "CastLike", cases: casting },
  { name: "Mod", cases: remainder },
  { name: "global pooling", cases: ofMaps },
  { name: "norms and moments", cases: normalising },
  { name: "ReduceLogSum", cases: logSum },
];
