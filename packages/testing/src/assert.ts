import { showShape, toNumbers, type Tensor } from "@vitrine/core";
import { testingError } from "./errors.js";

/**
 * ‖a − b‖₂ / ‖b‖₂ over all elements; the plain ‖a − b‖₂ where `b` is zero everywhere.
 * Equal infinities, and NaN in the same place, count as equal; any other of them makes the result infinite.
 */
export function relativeL2(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let difference = 0;
  let size = 0;
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]!, b[i]!];
    if (Object.is(x, y) || x === y) {
      if (Number.isFinite(y)) size += y * y;
      continue;
    }
    if (!Number.isFinite(x) || !Number.isFinite(y)) return Infinity;
    difference += (x - y) ** 2;
    size += y * y;
  }
  return size === 0 ? Math.sqrt(difference) : Math.sqrt(difference / size);
}

/**
 * Checks that `actual` has the type and shape of `expected` and its numbers up to a relative L2 error of `limit`;
 * integers, truth values and texts have to be equal.
 * @throws `not-close`, which names `what`, the error, and the worst element
 */
export function expectClose(actual: Tensor, expected: Tensor, limit = 1e-5, what = "The result"): void {
  const fail = (error: number, detail: string): Error => testingError("not-close", { what, error, limit, detail });
  const signature = ({ dtype, shape }: Tensor): string => `${dtype} ${showShape(shape)}`;
  if (signature(actual) !== signature(expected)) throw fail(Infinity, `it is ${signature(actual)}, and ${signature(expected)} is expected`);
  if (expected.dtype === "string" || actual.dtype === "string") {
    const at = actual.data.findIndex((text: unknown, i: number) => text !== expected.data[i]);
    if (at >= 0) throw fail(Infinity, `element ${at} is \`${String(actual.data[at])}\`, and \`${String(expected.data[at])}\` is expected`);
    return;
  }
  const [a, b] = [toNumbers(actual), toNumbers(expected)];
  const error = relativeL2(a, b);
  const allowed = expected.dtype.includes("float") ? limit : 0;
  if (error <= allowed) return;
  let worst = 0;
  for (let i = 0; i < a.length; i++) if (distance(a[i]!, b[i]!) > distance(a[worst]!, b[worst]!)) worst = i;
  throw fail(error, `element ${worst} is ${a[worst]}, and ${b[worst]} is expected`);
}

/** How far two numbers are apart; infinitely where one of them is none and the other is. */
function distance(a: number, b: number): number {
  if (Object.is(a, b) || a === b) return 0;
  const apart = Math.abs(a - b);
  return Number.isNaN(apart) ? Infinity : apart;
}
