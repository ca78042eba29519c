import { allocate, sizeOf, tensor, type DType, type NumericDType, type Tensor } from "@vitrine/core";
import { Refusal, tfjsError } from "../errors.js";
import { bounded } from "../operators/shaping.js";

/** The elements as plain numbers. Whole ones beyond 2^53 are rounded: they are ends of slices and the like, never computed with. */
export function numbersOf(value: Tensor): number[] {
  if (value.dtype === "string" || value.dtype === "float16" || value.dtype === "bfloat16") throw new Refusal(`tfjs computes with no ${value.dtype}`);
  return Array.from(value.data as Float64Array, Number);
}

/** The input at `index`. @throws where it is left out */
export function need(inputs: readonly (Tensor | undefined)[], index: number): Tensor {
  const found = inputs[index];
  if (!found) throw new Refusal(`its input ${index} is missing`);
  return found;
}

const widths: Readonly<Partial<Record<DType, number>>> = { int8: 8, uint8: 8, int16: 16, uint16: 16, int32: 32, uint32: 32 };

/** Computed numbers as a tensor; whole ones wrap round at the end of their type, 64-bit ones have to be exact. @throws `int-inexact` */
export function made(op: string, dtype: DType, shape: readonly number[], values: readonly number[]): Tensor {
  if (dtype === "string") throw new Refusal("tfjs computes with no texts");
  const data = allocate<NumericDType>(dtype, values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
      if (!Number.isSafeInteger(value)) throw tfjsError("int-inexact", { op, element: String(value) });
      data[i] = BigInt(value);
    } else data[i] = widths[dtype] === undefined ? (dtype === "bool" ? Number(value !== 0) : value) : Math.trunc(value);
  }
  return tensor(dtype, shape, data);
}

/** The elements at `offsets` as they are, 64-bit integers and texts included; zero (or an empty text) at a negative offset. */
export function take(source: Tensor, shape: readonly number[], offsets: ArrayLike<number>): Tensor {
  const from = source.data as unknown as ArrayLike<never>;
  const to = allocate<DType>(source.dtype, sizeOf(bounded(shape))) as unknown as never[];
  for (let i = 0; i < offsets.length; i++) if (offsets[i]! >= 0) to[i] = from[offsets[i]!]!;
  return tensor(source.dtype as "float32", shape, to as unknown as Float32Array);
}

/** For each place of `shape`, in order, the offset that `offset` gives of its index. */
export function places(shape: readonly number[], offset: (index: readonly number[]) => number): Int32Array {
  const count = sizeOf(bounded(shape));
  const offsets = new Int32Array(count);
  const index = shape.map(() => 0);
  for (let i = 0; i < count; i++) {
    offsets[i] = offset(index);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (++index[axis]! < shape[axis]!) break;
      index[axis] = 0;
    }
  }
  return offsets;
}

/** Offsets into a value of `from` that is broadcast to `to`. */
export function spreadOffsets(from: readonly number[], to: readonly number[]): Int32Array {
  const missing = to.length - from.length;
  return places(to, (index) => from.reduce((sum, dim, axis) => sum * dim + (dim === 1 ? 0 : index[axis + missing]!), 0));
}
