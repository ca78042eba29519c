import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { argMax, at, cast, concat, decodeNpy, elementsOf, encodeNpy, float32, floatToHalf, full, halfToFloat, int64, reshape, rows, scalar, slice, tensor, toFloat32, topK, widenBfloat, zeros, type Tensor } from "../index.js";

const grid = float32([2, 3, 4], Array.from({ length: 24 }, (_, i) => i));

describe("tensor", () => {
  it("refuses data that does not fill the shape, and names both", () => {
    expect(() => tensor("float32", [2, 2], new Float32Array(3))).toThrow(/\[2, 2\].*3 elements/);
    expect(() => tensor("float32", [-1, 3], new Float32Array(3))).toThrow(/-1/);
    expect(() => tensor("float32", [1.5], new Float32Array(1))).toThrow(/1\.5/);
  });

  it("holds a scalar of rank 0 and a tensor without elements", () => {
    expect(scalar(3).data).toEqual(Float32Array.of(3));
    expect(zeros("int64", [0, 4]).data).toHaveLength(0);
    expect(full("int64", [2], 7).data).toEqual(BigInt64Array.of(7n, 7n));
  });

  it("reads by index, from the end too", () => {
    expect(at(grid, 1, 2, 3)).toBe(23);
    expect(at(grid, -1, 0, -4)).toBe(12);
    expect(() => at(grid, 2, 0, 0)).toThrow(/outside/);
  });

  it("reshapes without a copy and infers one dimension", () => {
    const flat = reshape(grid, [-1, 6]);
    expect(flat.shape).toEqual([4, 6]);
    expect(flat.data).toBe(grid.data);
    expect(() => reshape(grid, [5, -1])).toThrow(/cannot hold/);
  });

  it("views rows without a copy", () => {
    const second = rows(grid, 1, 2);
    expect(second.data.buffer).toBe(grid.data.buffer);
    expect(second.data[0]).toBe(12);
  });

  it("slices and joins along any axis, and back", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }), fc.nat(), fc.nat(), (shape, a, c) => {
        const size = shape.reduce((x, y) => x * y, 1);
        const source = float32(shape, Array.from({ length: size }, (_, i) => i));
        const axis = a % shape.length;
        const cut = c % (shape[axis]! + 1);
        const part = (start: number, end: number) => slice(source, shape.map((_, i) => (i === axis ? { start, end } : null)));
        expect(concat([part(0, cut), part(cut, shape[axis]!)], axis)).toEqual(source);
      }),
    );
    expect(() => concat([grid, float32([2, 3], new Array<number>(6).fill(0))])).toThrow(/joined/);
  });

  it("finds the first of equal maxima and never NaN", () => {
    expect(argMax([1, 5, 5, NaN])).toBe(1);
    expect(argMax([NaN, -3])).toBe(1);
    expect(argMax([])).toBe(-1);
    expect(topK([3, 9, 9, 1], 3)).toEqual([{ index: 1, value: 9 }, { index: 2, value: 9 }, { index: 0, value: 3 }]);
  });
});

describe("half precision", () => {
  it("round-trips every binary16 pattern that is a number", () => {
    for (let bits = 0; bits < 65536; bits++) {
      const value = halfToFloat(bits);
      if (!Number.isNaN(value)) expect(floatToHalf(value)).toBe(bits);
    }
  });

  it("rounds to the nearest, ties to even", () => {
    expect(halfToFloat(floatToHalf(2049))).toBe(2048);
    expect(halfToFloat(floatToHalf(2051))).toBe(2052);
    expect(halfToFloat(floatToHalf(65520))).toBe(Infinity);
    expect(halfToFloat(floatToHalf(2 ** -25))).toBe(0);
    expect(halfToFloat(floatToHalf(3 * 2 ** -25))).toBe(2 ** -23);
    expect(halfToFloat(floatToHalf(NaN))).toBeNaN();
  });

  it("widens bfloat16 exactly", () => {
    expect(Array.from(widenBfloat(Uint16Array.of(0x3f80, 0xc000, 0x7f80)))).toEqual([1, -2, Infinity]);
  });

  it("casts as C does", () => {
    expect(cast(float32([3], [1.9, -1.9, 0]), "int64").data).toEqual(BigInt64Array.of(1n, -1n, 0n));
    expect(cast(float32([3], [0.5, -0, 2]), "bool").data).toEqual(Uint8Array.of(1, 0, 1));
    expect(toFloat32(cast(float32([2], [1.5, -2]), "float16"))).toEqual(Float32Array.of(1.5, -2));
    expect(toFloat32(cast(float32([2], [1, 3.140625]), "bfloat16"))).toEqual(Float32Array.of(1, 3.140625));
  });
});

describe(".npy", () => {
  it("round-trips every type that NumPy has", () => {
    const samples: Tensor[] = [grid, scalar(2), int64([1, -2]), tensor("bool", [2], Uint8Array.of(1, 0)), tensor("float64", [1, 1], Float64Array.of(Math.PI)), zeros("uint8", [0, 3])];
    for (const sample of samples) expect(decodeNpy(encodeNpy(sample))).toEqual(sample);
  });

  it("writes the header that NumPy writes", () => {
    const file = encodeNpy(float32([3], [1, 2, 3]));
    const header = new TextDecoder("latin1").decode(file.subarray(10, 10 + (file[8]! | (file[9]! << 8))));
    expect(header.trimEnd()).toBe("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }");
    expect((10 + header.length) % 64).toBe(0);
  });

  it("refuses files that are cut anywhere, with the reason", () => {
    const file = encodeNpy(grid);
    for (let length = 0; length < file.length; length += 7) expect(() => decodeNpy(file.subarray(0, length), "x.npy")).toThrow(/`x\.npy` is not a \.npy file/);
    const text = (header: string) => decodeNpy(Uint8Array.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length, 0, ...new TextEncoder().encode(header)]));
    expect(() => text("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2), }")).toThrow(/Fortran/);
    expect(() => text("{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }")).toThrow(/>f4/);
    expect(() => text("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999,), }")).toThrow(/cut off/);
  });

  it("finds a few of many as it finds all: by value, then by place, never NaN", () => {
    const values = Float32Array.from({ length: 200 }, (_, i) => ((i * 37) % 11 === 3 ? NaN : (i * 73) % 29));
    const all = topK(values, 200);
    expect(all).toHaveLength(values.filter((value) => !Number.isNaN(value)).length);
    all.slice(1).forEach(({ index, value }, i) => expect(value < all[i]!.value || (value === all[i]!.value && index > all[i]!.index)).toBe(true));
    for (const k of [0, 1, 5, 16]) expect(topK(values, k)).toEqual(all.slice(0, k));
    expect(topK([-Infinity, NaN, -Infinity, Infinity, NaN, 0], 1)).toEqual([{ index: 3, value: Infinity }]);
  });

  it("reads elements at an odd offset", () => {
    const bytes = new Uint8Array(9);
    new DataView(bytes.buffer).setFloat32(1, 1.5, true);
    expect(elementsOf("float32", bytes.subarray(1, 5))[0]).toBe(1.5);
    // A Buffer's own slice is a view, as misaligned as it was.
    class Shared extends Uint8Array {
      override slice(start?: number, end?: number): Uint8Array<ArrayBuffer> {
        return this.subarray(start, end) as Uint8Array<ArrayBuffer>;
      }
    }
    expect(elementsOf("float32", new Shared(bytes.buffer, 1, 4))[0]).toBe(1.5);
  });
});
