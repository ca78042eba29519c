import { attributionError } from "./errors.js";

/** How an integral over [0, 1] becomes a sum. */
export const schemes = ["gauss-legendre", "trapezoid", "captum-trapezoid"] as const;
export type Scheme = (typeof schemes)[number];

export interface Quadrature {
  /** In [0, 1], ascending. */
  readonly nodes: readonly number[];
  readonly weights: readonly number[];
}

/** Points and weights of a scheme. @throws `steps-few` for a trapezoid without two ends */
export function quadrature(scheme: Scheme, steps: number): Quadrature {
  if (scheme === "gauss-legendre") return gaussLegendre(steps);
  if (steps < 2) throw attributionError("steps-few", { scheme, steps });
  // Captum's step sizes are 1/n where a trapezoid's are 1/(n − 1): they sum to (n − 1)/n.
  const width = 1 / (scheme === "trapezoid" ? steps - 1 : steps);
  return {
    nodes: Array.from({ length: steps }, (_, i) => i / (steps - 1)),
    weights: Array.from({ length: steps }, (_, i) => (i === 0 || i === steps - 1 ? width / 2 : width)),
  };
}

/** Exact for polynomials up to degree 2n − 1: the roots of the Legendre polynomial of degree n, found by Newton's method, from [−1, 1] to [0, 1]. */
export function gaussLegendre(n: number): Quadrature {
  const nodes = new Array<number>(n);
  const weights = new Array<number>(n);
  for (let i = 0; i < Math.ceil(n / 2); i++) {
    // Tricomi's estimate of the root; Newton needs three or four rounds from there.
    let x = (1 - (n - 1) / (8 * n ** 3)) * Math.cos((Math.PI * (4 * i + 3)) / (4 * n + 2));
    for (let round = 0; round < 20; round++) {
      const { value, slope } = legendre(n, x);
      const step = value / slope;
      x -= step;
      if (Math.abs(step) < 1e-16) break;
    }
    if (n % 2 === 1 && i === (n - 1) / 2) x = 0;
    const { slope } = legendre(n, x);
    const weight = 1 / ((1 - x * x) * slope * slope);
    nodes[i] = (1 - x) / 2;
    nodes[n - 1 - i] = (1 + x) / 2;
    weights[i] = weights[n - 1 - i] = weight;
  }
  return { nodes, weights };
}

/** P_n(x) and its derivative, by the three-term recurrence; |x| < 1. */
function legendre(n: number, x: number): { readonly value: number; readonly slope: number } {
  let [before, value] = [1, x];
  for (let k = 2; k <= n; k++) [before, value] = [value, ((2 * k - 1) * x * value - (k - 1) * before) / k];
  return { value, slope: (n * (x * value - before)) / (x * x - 1) };
}

/** 0 … n − 1 coarse to fine: every start of the order is spread over the whole. */
export function coarseToFine(n: number): number[] {
  const bits = Math.ceil(Math.log2(Math.max(2, n)));
  const order: number[] = [];
  for (let i = 0; i < 2 ** bits; i++) {
    let reversed = 0;
    for (let bit = 0; bit < bits; bit++) if (i & (1 << bit)) reversed |= 1 << (bits - 1 - bit);
    if (reversed < n) order.push(reversed);
  }
  return order;
}
