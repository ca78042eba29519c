import { at, float32 } from "@vitrine/core";
import { expect, test } from "vitest";
import { noise, zoo } from "../test/networks.js";
import { banksOf, filterOf, modelParameters, type FilterBank } from "./index.js";
import { colourPicture, filterCells, rangeOf } from "./cells.js";
import { smallMatrix } from "./matrix.js";
import { montage, pictureMontage } from "./montage.js";

const bankOf = (shape: readonly [number, number, ...number[]], data: Float32Array): FilterBank => {
  const [filters, slices, ...kernel] = shape;
  const size = kernel.reduce((a, b) => a * b, 1);
  return { block: "", groups: 1, filters, slices, kernel, data, first: (f) => f * slices * size, sliceStride: size };
};

test("colours: least dark and greatest bright, or zero grey in the middle; in the order of the input's channels", () => {
  const bank = bankOf([2, 3, 1, 2], Float32Array.from([-1, 0, 1, 3, 0, 0, 0, 0, 0, 0, 0, 0.5]));
  const rgb = [0, 1, 2] as const;
  expect(rangeOf(bank, 0)).toEqual([-1, 3]);
  expect([...colourPicture(bank, 0, { symmetric: false, over: "filter", rgb }, [-1, 3]).data]).toEqual([0, 128, 64, 64, 255, 64]);
  expect([...colourPicture(bank, 0, { symmetric: true, over: "filter", rgb }, [-1, 3]).data]).toEqual([85, 170, 128, 128, 255, 128]);
  expect([...colourPicture(bank, 0, { symmetric: false, over: "filter", rgb: [2, 1, 0] }, [-1, 3]).data]).toEqual([64, 128, 0, 64, 255, 64]);
  // A filter without a range is grey.
  expect([...colourPicture(bank, 1, { symmetric: false, over: "filter", rgb }, [0, 0]).data]).toEqual([128, 128, 128, 128, 128, 128]);
});

test("deeper filters: slices row by row with a line of zeros between them", () => {
  const weights = noise([2, 3, 2, 2], 1);
  const { tensor, slices } = filterCells(bankOf([2, 3, 2, 2], weights.data));
  expect([tensor.shape, slices]).toEqual([[2, 5, 5], 3]);
  for (let f = 0; f < 2; f++) {
    for (let y = 0; y < 5; y++) {
      for (let x = 0; x < 5; x++) {
        const slice = Math.floor(y / 3) * 2 + Math.floor(x / 3);
        const inside = y % 3 < 2 && x % 3 < 2 && slice < 3;
        expect(at(tensor, f, y, x)).toBe(inside ? at(weights, f, slice, y % 3, x % 3) : 0);
      }
    }
  }
});

test("a 1-D filter is slices by time, a 3-D one slices by depth", () => {
  const parameters = modelParameters(zoo());
  const of = (name: string) => parameters.find((parameter) => parameter.name === name)!;
  const wave = filterCells(banksOf(of("wave.weight"))[0]!);
  expect([...wave.tensor.data]).toEqual([...of("wave.weight").tensor.data as Float32Array]);
  expect(wave.tensor.shape).toEqual([5, 2, 4]);
  const cube = filterCells(banksOf(of("cube.weight"))[0]!);
  expect(cube.tensor.shape).toEqual([3, 7, 7]);
  expect(at(cube.tensor, 2, 4, 5)).toBe(at(of("cube.weight").tensor, 2, 1, 1, 0, 1));
});

test("large matrices keep the largest magnitude of each block, with its sign", () => {
  const data = noise([300, 500], 2).data;
  const bank = bankOf([300, 500], data);
  const { tensor, block, rows, columns } = smallMatrix(bank);
  expect([block, tensor.shape, rows[1], columns[1]]).toEqual([[3, 3], [100, 167], "3", "3"]);
  for (const [r, c] of [[0, 0], [17, 80], [99, 166]] as const) {
    const values = [0, 1, 2].flatMap((i) => [...filterOf(bank, 3 * r + i).subarray(3 * c, Math.min(500, 3 * c + 3))]);
    expect(at(tensor, r, c)).toBe(values.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0));
  }
  expect([...smallMatrix(bankOf([2, 2], Float32Array.from([1, -2, 3, 4]))).tensor.data]).toEqual([1, -2, 3, 4]);
});

test("montages leave room between their tiles", () => {
  expect([...montage(float32([3, 1, 1], [1, 2, 3])).data]).toEqual([1, 0, 2, 0, 0, 0, 3, 0, 0]);
  const pixel = (value: number) => ({ dtype: "uint8", shape: [1, 1, 3], data: Uint8Array.of(value, value, value) }) as const;
  const { shape, data } = pictureMontage([pixel(7), pixel(9)]);
  expect(shape).toEqual([1, 3, 4]);
  expect([...data]).toEqual([7, 7, 7, 255, 0, 0, 0, 0, 9, 9, 9, 255]);
});
