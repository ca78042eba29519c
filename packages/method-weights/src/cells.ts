import { float32, sizeOf, type Tensor } from "@vitrine/core";
import { filterOf, type FilterBank } from "./bank.js";

/** How much of a layer one picture holds. */
export const mostFilters = 64;
const mostSlices = 16;

/** The first filters of a layer as maps of one size. */
export interface FilterCells {
  /** [filters, height, width]; zero between slices. */
  readonly tensor: Tensor<"float32">;
  readonly filters: number;
  /** Input slices that each cell shows. */
  readonly slices: number;
  /** How the slices lie in a cell, in words. */
  readonly arrangement: string;
}

/**
 * Every filter as one map: its input slices side by side, in rows as square as they go; a 1-D filter as [slices, time];
 * a 3-D one with its depth from left to right and its slices from top to bottom.
 */
export function filterCells(bank: FilterBank, filters = Math.min(mostFilters, bank.filters)): FilterCells {
  const slices = Math.min(mostSlices, bank.slices);
  const [depth, rows, columns] = bank.kernel.length === 3 ? (bank.kernel as [number, number, number]) : bank.kernel.length === 2 ? [1, ...(bank.kernel as [number, number])] : [1, 1, sizeOf(bank.kernel)];
  const gap = bank.kernel.length < 2 ? 0 : 1;
  const across = bank.kernel.length === 3 ? depth : bank.kernel.length === 2 ? Math.ceil(Math.sqrt(slices)) : 1;
  const down = Math.ceil((slices * depth) / across);
  const height = down * (rows + gap) - gap;
  const width = across * (columns + gap) - gap;
  const data = new Float32Array(filters * height * width);
  const plane = rows * columns;
  for (let f = 0; f < filters; f++) {
    const values = filterOf(bank, f);
    for (let p = 0; p < slices * depth; p++) {
      const top = Math.floor(p / across) * (rows + gap);
      const left = (p % across) * (columns + gap);
      for (let y = 0; y < rows; y++) for (let x = 0; x < columns; x++) data[(f * height + top + y) * width + left + x] = values[p * plane + y * columns + x]!;
    }
  }
  const arrangement = bank.kernel.length === 3 ? "depth from left to right, input slices from top to bottom" : bank.kernel.length === 1 ? "time from left to right, input slices from top to bottom" : slices > 1 ? "its input slices row by row" : "";
  return { tensor: float32([filters, height, width], data), filters, slices, arrangement };
}

/** How a colour's bytes are made of weights. */
export interface ColourScale {
  /** Zero is middle grey, and ± the largest |w| are black and white; else from the least to the greatest value. */
  readonly symmetric: boolean;
  /** Over which filters: each its own, or all of the layer. */
  readonly over: "filter" | "layer";
  /** Indices of the red, green and blue slice. */
  readonly rgb: readonly [number, number, number];
}

/** A filter over three colours as a picture, [height, width, 3] bytes. */
export function colourPicture(bank: FilterBank, filter: number, { symmetric, rgb }: ColourScale, [low, high]: readonly [number, number]): Tensor<"uint8"> {
  const [height, width] = bank.kernel as [number, number];
  const values = filterOf(bank, filter);
  const most = Math.max(Math.abs(low), Math.abs(high));
  const [from, span] = symmetric ? [-most, 2 * most] : [low, high - low];
  const data = new Uint8Array(height * width * 3);
  for (let i = 0; i < height * width; i++) {
    for (let c = 0; c < 3; c++) data[3 * i + c] = span > 0 ? Math.round(255 * Math.min(1, Math.max(0, (values[rgb[c]! * height * width + i]! - from) / span))) : 128;
  }
  return { dtype: "uint8", shape: [height, width, 3], data };
}

/** Least and greatest value of one filter, or of all of them. */
export function rangeOf(bank: FilterBank, filter?: number): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (let f = filter ?? 0; f < (filter === undefined ? bank.filters : filter + 1); f++) {
    for (const value of filterOf(bank, f)) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return low <= high ? [low, high] : [0, 0];
}
