import { expect, test } from "vitest";
import { coarseToFine, gaussLegendre, quadrature } from "./quadrature.js";

/** Abramowitz & Stegun, table 25.4: abscissas and weights on [−1, 1]. */
const table: Readonly<Record<number, readonly (readonly [x: number, weight: number])[]>> = {
  1: [[0, 2]],
  2: [[0.577350269189626, 1]],
  3: [[0, 0.888888888888889], [0.774596669241483, 0.555555555555556]],
  5: [[0, 0.568888888888889], [0.538469310105683, 0.478628670499366], [0.906179845938664, 0.236926885056189]],
  10: [[0.148874338981631, 0.295524224714753], [0.433395394129247, 0.269266719309996], [0.679409568299024, 0.219086362515982], [0.865063366688985, 0.149451349150581], [0.973906528517172, 0.066671344308688]],
};

test.each(Object.entries(table))("Gauss-Legendre of %s points is the table's", (n, rows) => {
  const { nodes, weights } = gaussLegendre(Number(n));
  expect(nodes).toHaveLength(Number(n));
  for (const [x, weight] of rows) {
    for (const sign of x === 0 ? [1] : [-1, 1]) {
      const at = nodes.findIndex((node) => Math.abs(2 * node - 1 - sign * x) < 1e-13);
      expect(at).toBeGreaterThanOrEqual(0);
      expect(weights[at]! * 2).toBeCloseTo(weight, 13);
    }
  }
});

test.each([1, 2, 7, 50, 333])("Gauss-Legendre of %s points integrates powers exactly up to 2n − 1", (n) => {
  const { nodes, weights } = gaussLegendre(n);
  expect([...nodes].sort((a, b) => a - b)).toEqual(nodes);
  for (const power of [0, 1, n, 2 * n - 1]) expect(nodes.reduce((sum, x, i) => sum + weights[i]! * x ** power, 0)).toBeCloseTo(1 / (power + 1), 12);
});

test("a trapezoid's weights sum to 1, and Captum's to (n − 1)/n", () => {
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  expect(quadrature("trapezoid", 5)).toEqual({ nodes: [0, 0.25, 0.5, 0.75, 1], weights: [0.125, 0.25, 0.25, 0.25, 0.125] });
  expect(quadrature("captum-trapezoid", 5)).toEqual({ nodes: [0, 0.25, 0.5, 0.75, 1], weights: [0.1, 0.2, 0.2, 0.2, 0.1] });
  expect(sum(quadrature("trapezoid", 32).weights)).toBeCloseTo(1, 12);
  expect(sum(quadrature("captum-trapezoid", 32).weights)).toBeCloseTo(31 / 32, 12);
});

test.each(["trapezoid", "captum-trapezoid"] as const)("%s of one step is refused", (scheme) => {
  expect(() => quadrature(scheme, 1)).toThrow(/at least 2 steps/);
});

test.each([1, 2, 3, 8, 50])("coarse to fine, all of %s come once", (n) => {
  expect(coarseToFine(n).sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
});

test("coarse to fine, the first few are spread over the whole", () => {
  const first = coarseToFine(64).slice(0, 4).sort((a, b) => a - b);
  expect(first).toEqual([0, 16, 32, 48]);
});
