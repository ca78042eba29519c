import { float32, type Tensor } from "@vitrine/core";
import { filterOf, type FilterBank } from "./bank.js";

/** A matrix made small enough to be a picture. */
export interface SmallMatrix {
  /** [rows, columns]: of each block of numbers the one with the largest magnitude, with its sign. */
  readonly tensor: Tensor<"float32">;
  /** First unit of each row, first input of each column. */
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** Numbers that one cell stands for: [rows, columns]. */
  readonly block: readonly [number, number];
}

const mostRows = 128;
const mostColumns = 192;

/** The weights of a dense or recurrent layer, [units, inputs]. */
export function smallMatrix(bank: FilterBank): SmallMatrix {
  const block: [number, number] = [Math.max(1, Math.ceil(bank.filters / mostRows)), Math.max(1, Math.ceil(bank.slices / mostColumns))];
  const rows = Math.ceil(bank.filters / block[0]);
  const columns = Math.ceil(bank.slices / block[1]);
  const data = new Float32Array(rows * columns);
  for (let f = 0; f < bank.filters; f++) {
    const values = filterOf(bank, f);
    const row = Math.floor(f / block[0]) * columns;
    for (let i = 0; i < values.length; i++) {
      const at = row + Math.floor(i / block[1]);
      if (Math.abs(values[i]!) > Math.abs(data[at]!)) data[at] = values[i]!;
    }
  }
  const names = (n: number, step: number): string[] => Array.from({ length: n }, (_, i) => String(i * step));
  return { tensor: float32([rows, columns], data), rows: names(rows, block[0]), columns: names(columns, block[1]), block };
}
