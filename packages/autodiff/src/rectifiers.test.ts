import { attr, float32, GraphBuilder, type RectifierKind } from "@vitrine/core";
import { describe, expect, test } from "vitest";
import { findRectifiers } from "./index.js";

type Written = (b: GraphBuilder, x: string) => string;

const c = (b: GraphBuilder, value: number): string => b.scalar(value);
const clip = (b: GraphBuilder, x: string, low: number, high: number): string => b.op("Clip", [x, c(b, low), c(b, high)]);
const half = (b: GraphBuilder, x: string): string => b.mul(x, c(b, 0.5));
const gate = (b: GraphBuilder, x: string): string => b.add(b.op("Erf", [b.div(x, c(b, Math.SQRT2))]), c(b, 1));

const rectifiers: readonly (readonly [string, RectifierKind, number, Written])[] = [
  ["Relu", "relu", 1, (b, x) => b.relu(x)],
  ["a maximum with 0", "relu", 1, (b, x) => b.max(c(b, 0), x)],
  ["Clip from 0 on", "relu", 1, (b, x) => b.op("Clip", [x, c(b, 0)])],
  ["Where x > 0", "relu", 2, (b, x) => b.where(b.greater(x, c(b, 0)), x, c(b, 0))],
  ["Clip(0, 6)", "relu6", 1, (b, x) => clip(b, x, 0, 6)],
  ["ReLU, then a minimum", "relu6", 2, (b, x) => b.min(b.relu(x), c(b, 6))],
  ["LeakyRelu", "leaky-relu", 1, (b, x) => b.op("LeakyRelu", [x], { alpha: attr.float(0.2) })],
  ["max(x, x/10)", "leaky-relu", 2, (b, x) => b.max(x, b.mul(x, c(b, 0.1)))],
  ["Elu", "elu", 1, (b, x) => b.op("Elu", [x], { alpha: attr.float(0.7) })],
  ["Selu", "selu", 1, (b, x) => b.op("Selu", [x])],
  ["PRelu", "prelu", 1, (b, x) => b.op("PRelu", [x, b.constant(float32([3, 1, 1], [0.1, 0.2, 0.3]))])],
  ["x · sigmoid(x)", "silu", 2, (b, x) => b.mul(x, b.sigmoid(x))],
  ["x / (1 + e⁻ˣ)", "silu", 4, (b, x) => b.div(x, b.add(c(b, 1), b.exp(b.neg(x))))],
  ["HardSwish", "hard-swish", 1, (b, x) => b.op("HardSwish", [x])],
  ["x · HardSigmoid", "hard-swish", 2, (b, x) => b.mul(x, b.op("HardSigmoid", [x], { alpha: attr.float(1 / 6), beta: attr.float(0.5) }))],
  ["x · clip(x + 3, 0, 6) / 6", "hard-swish", 4, (b, x) => b.div(b.mul(x, clip(b, b.add(x, c(b, 3)), 0, 6)), c(b, 6))],
  ["x · clip(x / 6 + ½, 0, 1)", "hard-swish", 4, (b, x) => b.mul(x, clip(b, b.add(b.div(x, c(b, 6)), c(b, 0.5)), 0, 1))],
  ["x · relu6(x + 3) / 6, ReLU6 in two", "hard-swish", 5, (b, x) => b.mul(b.mul(x, b.min(b.relu(b.add(x, c(b, 3))), c(b, 6))), c(b, 1 / 6))],
  ["½ (x (1 + erf))", "gelu", 5, (b, x) => half(b, b.mul(x, gate(b, x)))],
  ["(½ x) (1 + erf)", "gelu", 5, (b, x) => b.mul(half(b, x), gate(b, x))],
  ["x (½ (1 + erf))", "gelu", 5, (b, x) => b.mul(x, half(b, gate(b, x)))],
  ["GELU by tanh", "gelu", 8, (b, x) => {
    const cubed = b.add(x, b.mul(c(b, 0.044715), b.pow(x, c(b, 3))));
    return b.mul(half(b, x), b.add(c(b, 1), b.tanh(b.mul(c(b, Math.sqrt(2 / Math.PI)), cubed))));
  }],
  ["x · tanh(softplus(x))", "mish", 3, (b, x) => b.mul(x, b.tanh(b.op("Softplus", [x])))],
  ["Softplus", "softplus", 1, (b, x) => b.op("Softplus", [x])],
];

const others: readonly (readonly [string, Written])[] = [
  ["a sigmoid", (b, x) => b.sigmoid(x)],
  ["another bound", (b, x) => clip(b, x, 0, 5)],
  ["a clamp to both sides", (b, x) => clip(b, x, -1, 1)],
  ["an absolute value", (b, x) => b.abs(x)],
  ["a product with something else", (b, x) => b.mul(b.sigmoid(b.op("GlobalAveragePool", [x])), x)],
  ["a scale per channel", (b, x) => b.max(x, b.mul(x, b.constant(float32([3, 1, 1], [0.1, 0.2, 0.3]))))],
  ["a guard against division by zero", (b, x) => b.op("Clip", [x, c(b, 1e-12)])],
  ["what was never negative", (b, x) => b.relu(b.abs(x))],
  ["the identity", (b, x) => b.max(x, b.identity(x))],
];

function found(written: Written): ReturnType<typeof findRectifiers> {
  const b = new GraphBuilder();
  return findRectifiers(b.build({ outputs: [written(b, b.input("x", "float32", [1, 3, 4, 4]))] }));
}

describe("rectifiers, however an export writes them", () => {
  test.each(rectifiers)("%s is %s", (_, kind, count, written) => {
    const all = found(written);
    expect(all.map((rectifier) => [rectifier.kind, rectifier.input, rectifier.nodes.length])).toEqual([[kind, "x", count]]);
  });

  test.each(others)("%s is none", (_, written) => {
    expect(found(written)).toEqual([]);
  });

  test("each of a chain is found by itself", () => {
    const all = found((b, x) => b.mul(b.relu(x), b.sigmoid(b.relu(b.op("Conv", [x, b.constant(float32([3, 3, 1, 1], new Float32Array(9)))])))));
    expect(all.map(({ kind }) => kind)).toEqual(["relu", "relu"]);
  });

  test("thousands of nodes take no time", () => {
    const time = (): number => {
      const began = performance.now();
      const all = found((b, x) => {
        let v = x;
        for (let i = 0; i < 2000; i++) v = b.add(b.mul(b.sigmoid(v), c(b, 0.5)), v);
        return v;
      });
      expect(all.length).toBe(0);
      return performance.now() - began;
    };
    // A busy machine stretches one run, hardly three.
    expect(Math.min(time(), time(), time())).toBeLessThan(3000);
  });
});
