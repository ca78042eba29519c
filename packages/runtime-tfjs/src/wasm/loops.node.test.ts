import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { looped } from "../operators/heap.js";
import { vectorLoops, type VectorLoops } from "./loops.js";

beforeEach(async () => {
  await tf.setBackend("wasm");
  tf.engine().startScope();
});
afterEach(() => tf.engine().endScope());

const special = [NaN, Infinity, -Infinity, 0, -0, 2 ** -149, 6, 5.9999995, -1, 1e-20, 3.4028234663852886e38].map(Math.fround);
const numbers = (count: number, seed: number): number[] => Array.from({ length: count }, (_, i) => ((seed + i) % 7 === 0 ? special[(seed * 5 + i) % special.length]! : Math.fround(Math.sin(seed + 1.7 * i) * 4 + 2)));

/** What `work` leaves of `before`, from the places of its operands and of the result. */
function after(before: readonly number[], operands: readonly (readonly number[])[], work: (loops: VectorLoops, to: number, from: readonly number[]) => void): number[] {
  const inputs = operands.map((values) => tf.tensor1d([...values]));
  const y = looped([before.length], "float32", inputs, (to, from) => {
    to.set(before);
    work(vectorLoops()!, to.byteOffset, from.map(({ byteOffset }) => byteOffset));
  });
  return Array.from(y.dataSync());
}

describe("loops over vectors", () => {
  test("a mask, to the last bit, and nothing beyond its end", () => {
    const bound = fc.constantFrom(...special.slice(1));
    fc.assert(fc.property(fc.integer({ min: 1, max: 9 }), bound, bound, fc.nat(1000), (vectors, low, high, seed) => {
      const [g, y] = [numbers(4 * vectors, seed), numbers(4 * vectors, seed + 3)];
      const expected = g.map((value, i) => Math.fround(value * (y[i]! >= low && y[i]! <= high ? 1 : 0)));
      expect(after([...g.map(() => 7), 8, 9], [g, y], (loops, to, [a = 0, b = 0]) => loops.mask(a, b, to, to + 16 * vectors, low, high))).toEqual([...expected, 8, 9]);
    }), { numRuns: 200, seed: 20250301 });
  });

  test("products by channel, written or added, of columns and rows that lie apart", () => {
    const small = fc.integer({ min: 1, max: 4 });
    const any = fc.record({ vectors: fc.integer({ min: 1, max: 3 }), columns: small, rows: small, xColumn: small, toColumn: small, add: fc.boolean(), seed: fc.nat(1000) });
    fc.assert(fc.property(any, ({ vectors, columns, rows, xColumn, toColumn, add, seed }) => {
      const width = 4 * vectors;
      const [xRow, toRow] = [columns * xColumn + 1, columns * toColumn + 2].map((pixels) => pixels * width) as [number, number];
      const [x, w, before] = [numbers(rows * xRow, seed), numbers(width, seed + 1), numbers(rows * toRow, seed + 2)];
      const expected = [...before];
      for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) for (let k = 0; k < width; k++) {
        const at = r * toRow + c * toColumn * width + k;
        const product = Math.fround(x[r * xRow + c * xColumn * width + k]! * w[k]!);
        expected[at] = add ? Math.fround(before[at]! + product) : product;
      }
      const made = after(before, [x, w], (loops, to, [from = 0, weights = 0]) => {
        (add ? loops.multiplyAdd : loops.multiply)(from, weights, to, 4 * width, columns, 4 * xColumn * width, 4 * toColumn * width, rows, 4 * xRow, 4 * toRow);
      });
      expect(made).toEqual(expected);
    }), { numRuns: 200, seed: 20250302 });
  });

  test("are made once, and outlive a memory that grows", () => {
    const loops = vectorLoops();
    expect(vectorLoops()).toBe(loops);
    // More than the memory that the backend starts with.
    tf.zeros([2 ** 23]).dispose();
    expect(after([0, 0, 0, 0], [[1, 2, 3, 4], [5, 6, 7, 8]], (own, to, [g = 0, y = 0]) => own.mask(g, y, to, to + 16, 6, 7))).toEqual([0, 2, 3, 0]);
    expect(vectorLoops()).toBe(loops);
  });

  test("are not there on another backend", async () => {
    await tf.setBackend("cpu");
    expect(vectorLoops()).toBeUndefined();
  });
});
