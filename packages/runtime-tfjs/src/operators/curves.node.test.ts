import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import { attr, GraphBuilder, type Node } from "@vitrine/core";
import { beforeAll, describe, expect, test } from "vitest";
import { curveNames, curvesOf } from "./curves.js";
import { exponential } from "./exponential.js";

beforeAll(() => tf.setBackend("cpu"));

function nodeWith(activations: readonly string[], alphas: readonly number[], betas: readonly number[]): Node {
  const b = new GraphBuilder();
  const attributes = { activations: attr.strings(activations), activation_alpha: attr.floats(alphas), activation_beta: attr.floats(betas) };
  return b.build({ outputs: [b.op("RNN", [b.input("x", "float32", [1, 1, 1])], attributes)] }).nodes[0]!;
}

const points = Float32Array.from([...Array.from({ length: 241 }, (_, i) => (i - 120) / 20), 1e-3, -1e-3, 1e-6, -0, 20, -20, 90, -90, 300, -300]);

describe("both forms of a curve are one", () => {
  test.each(curveNames.flatMap((name) => [[name, [], []], [name, [0.7], [1.3]], [name, [2], [-0.4]]] as const))("%s with α %j, β %j", (name, alphas, betas) => {
    const [curve] = curvesOf(nodeWith([name], alphas, betas), ["Tanh"], 1);
    const expected = tf.tidy(() => curve!.ofTensor(tf.tensor1d(points)).dataSync());
    const found = Float32Array.from([7, ...points, 7]);
    curve!.inPlace(found, 1, points.length);
    expect([found[0], found.at(-1)]).toEqual([7, 7]);
    points.forEach((x, i) => {
      if (Math.abs(found[i + 1]! - expected[i]!) > 2e-7 * Math.max(1, Math.abs(expected[i]!))) expect(`${name}(${x}) = ${found[i + 1]}`).toBe(`${name}(${x}) = ${expected[i]}`);
    });
  });

  test("α and β go to those that take them, in order", () => {
    const curves = curvesOf(nodeWith(["Tanh", "LeakyRelu", "Affine", "Elu"], [0.5, 2], [3]), ["Tanh"], 4);
    const of = curves.map(({ inPlace }) => {
      const x = Float32Array.of(-1);
      inPlace(x, 0, 1);
      return x[0];
    });
    expect(of).toEqual([Math.fround(Math.tanh(-1)), -0.5, 1, Math.fround(Math.expm1(-1))]);
  });
});

describe("the exponential", () => {
  test("is right to 1e-8 of it", () => {
    let worst = 0;
    for (let x = -104; x <= 104; x += 0.0137) worst = Math.max(worst, Math.abs(exponential(x) / Math.exp(x) - 1));
    expect(worst).toBeLessThan(1e-8);
    expect(exponential(0)).toBe(1);
  });

  test("of what is too large or too small for a float32 is beyond its ends, and of NaN is NaN", () => {
    expect([-1e30, -Infinity].map((x) => Math.fround(exponential(x)))).toEqual([0, 0]);
    expect([1e30, Infinity].map((x) => Math.fround(exponential(x)))).toEqual([Infinity, Infinity]);
    expect(exponential(NaN)).toBeNaN();
  });
});
