import { tensor, type DataTypes, type DType, type NumericDType, type Tensor } from "@vitrine/core";
import type { Tensor as OrtTensor, TypedTensor } from "onnxruntime-node";
import type { OrtModule } from "./load-ort.js";

type Buffered = { readonly buffer: ArrayBuffer; readonly byteOffset: number; readonly length: number };

/** Where this Node has Float16Array, onnxruntime takes no other array for float16. */
const Float16 = (globalThis as { Float16Array?: new (buffer: ArrayBufferLike, byteOffset: number, length: number) => Buffered }).Float16Array;

/** The tensor for onnxruntime, over the same memory. */
export function toOrt(ort: OrtModule, value: Tensor): OrtTensor {
  const dims = [...value.shape];
  if (value.dtype === "string") return new ort.Tensor("string", [...value.data], dims);
  if (value.dtype === "float16" && Float16) {
    const data = new Float16(value.data.buffer, value.data.byteOffset, value.data.length);
    return new ort.Tensor("float16", data as unknown as Uint16Array, dims);
  }
  return new ort.Tensor(value.dtype as "float32", value.data as Float32Array, dims);
}

/** What onnxruntime returned, over the same memory. */
export function fromOrt(value: OrtTensor): Tensor {
  const dtype = value.type as DType;
  if (dtype === "string") return tensor("string", value.dims, (value as TypedTensor<"string">).data);
  const data = value.data as unknown as Buffered;
  const elements = dtype === "float16" && !(data instanceof Uint16Array) ? new Uint16Array(data.buffer, data.byteOffset, data.length) : data;
  return tensor(dtype, value.dims, elements as unknown as DataTypes[NumericDType]);
}
