import { allocate, tensor, type NumericDType, type Tensor } from "@vitrine/core";
import { copySample, sampleShape, type Hideable, type SampleShape, type Slot } from "./parts.js";

/**
 * One input of one runtime batch, made once and used for every call: between two calls only what the last part hid
 * is put back, and what the next hides is filled. Nothing is allocated per part.
 */
export class Rows {
  /** What is fed. Written between calls, never during one. */
  readonly tensor: Tensor;
  readonly #sample: SampleShape;
  readonly #clean: Tensor;
  readonly #cleanRows: number;
  readonly #samples: readonly number[];
  readonly #hidden: ({ parts: Hideable; index: number } | undefined)[];

  /**
   * @param clean the whole input, every sample
   * @param samples which sample each row holds
   */
  constructor(clean: Tensor, batchAxis: number | undefined, samples: readonly number[]) {
    this.#clean = clean;
    this.#sample = sampleShape(clean.shape, batchAxis);
    this.#cleanRows = batchAxis === undefined ? 1 : clean.shape[batchAxis]!;
    this.#samples = samples;
    this.#hidden = samples.map(() => undefined);
    const dtype = clean.dtype as NumericDType;
    const shape = clean.shape.map((dim, axis) => (axis === batchAxis ? samples.length : dim));
    this.tensor = tensor(dtype, shape, allocate(dtype, this.#sample.size * samples.length)) as Tensor;
    samples.forEach((_, row) => copySample(this.#sample, this.#cleanSlot(row), this.#slot(row)));
  }

  /** Hides one part in a row and shows what was hidden there before. `fill` has the shape of the whole input. */
  hide(row: number, parts: Hideable, index: number, fill: Tensor): void {
    this.show(row);
    parts.copy(index, this.#samples[row]!, { ...this.#cleanSlot(row), data: numbersOf(fill) }, this.#slot(row));
    this.#hidden[row] = { parts, index };
  }

  /** Puts back what is hidden in a row. */
  show(row: number): void {
    const hidden = this.#hidden[row];
    if (!hidden) return;
    hidden.parts.copy(hidden.index, this.#samples[row]!, this.#cleanSlot(row), this.#slot(row));
    this.#hidden[row] = undefined;
  }

  #slot(row: number): Slot {
    return { data: numbersOf(this.tensor), rows: this.#samples.length, row };
  }

  #cleanSlot(row: number): Slot {
    return { data: numbersOf(this.#clean), rows: this.#cleanRows, row: this.#cleanRows === 1 ? 0 : this.#samples[row]! };
  }
}

/** Elements are only ever moved, so that one name serves every element type, integers of 64 bits included. */
function numbersOf(source: Tensor): Float32Array {
  return source.data as Float32Array;
}

/**
 * The samples of a batched tensor, gathered along its batch axis: what is fed beside hidden inputs.
 * Itself where nothing changes, and where it has no batch axis.
 */
export function gather(source: Tensor, axis: number | undefined, samples: readonly number[]): Tensor {
  if (axis === undefined) return source;
  const count = source.shape[axis]!;
  if (samples.length === count && samples.every((sample, row) => sample === row)) return source;
  const { inner, size } = sampleShape(source.shape, axis);
  const outer = size / Math.max(1, inner);
  // Elements are only moved, whatever they are: strings too.
  const from = source.data as ArrayLike<unknown>;
  const to = allocate(source.dtype, size * samples.length) as unknown[];
  for (let o = 0; o < outer; o++) {
    samples.forEach((sample, row) => {
      for (let i = 0; i < inner; i++) to[(o * samples.length + row) * inner + i] = from[(o * count + sample) * inner + i];
    });
  }
  return tensor(source.dtype, source.shape.map((dim, i) => (i === axis ? samples.length : dim)), to as never) as Tensor;
}
