import { bytesPerElement, elementsOf, type DType, type NumericDType } from "../tensor/dtype.js";
import { sizeOf, tensor, type Tensor } from "../tensor/tensor.js";

/** A constant of a graph: a weight, a shape. Its bytes may be a view into the model file; it is decoded when it is read. */
export interface Constant {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Bytes in memory; 0 for strings. */
  readonly byteLength: number;
  /** The decoded tensor. Cheap to call again. */
  read(): Tensor;
  /** The elements, little-endian, as a runtime takes them; never copied where that can be avoided. @throws for strings */
  bytes(): Uint8Array;
}

export function constantOf(value: Tensor): Constant {
  return {
    dtype: value.dtype,
    shape: value.shape,
    byteLength: value.dtype === "string" ? 0 : value.data.byteLength,
    read: () => value,
    bytes: () => {
      if (value.dtype === "string") throw new TypeError("strings have no fixed bytes");
      return new Uint8Array(value.data.buffer, value.data.byteOffset, value.data.byteLength);
    },
  };
}

/** A constant over little-endian `bytes`, which are neither copied nor decoded until it is read. `bytes` must fit the shape. */
export function constantOfBytes(dtype: NumericDType, shape: readonly number[], bytes: Uint8Array): Constant {
  let decoded: Tensor | undefined;
  return {
    dtype,
    shape,
    byteLength: sizeOf(shape) * bytesPerElement(dtype),
    read: () => (decoded ??= tensor(dtype, shape, elementsOf(dtype, bytes))),
    bytes: () => bytes,
  };
}
