import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { allocate, bytesPerElement, constantOf, constantOfBytes, tensor, type Constant, type NumericDType } from "@vitrine/core";
import { onnxError } from "../errors.js";
import type { TensorProto } from "../proto/onnx_pb.js";

/** Which field of TensorProto holds the elements of a type, and how they stand there. Half types are bit patterns in int32_data. */
const fields: Readonly<Record<NumericDType, readonly [number: number, form: "fixed" | "int32" | "int64" | "uint64"]>> = {
  float32: [4, "fixed"],
  int32: [5, "int32"],
  int16: [5, "int32"],
  int8: [5, "int32"],
  uint16: [5, "int32"],
  uint8: [5, "int32"],
  bool: [5, "int32"],
  float16: [5, "int32"],
  bfloat16: [5, "int32"],
  int64: [7, "int64"],
  float64: [10, "fixed"],
  uint32: [11, "uint64"],
  uint64: [11, "uint64"],
};

/**
 * The constant whose elements stand in one of the typed fields, packed or one by one. Packed floats are not copied.
 * @throws `onnx-tensor` where there are not exactly `count`
 */
export function typedConstant(proto: TensorProto, dtype: NumericDType, shape: readonly number[], name: string, count: number): Constant {
  const [number, form] = fields[dtype];
  const chunks = chunksOf(proto, number);
  const fail = (found: string) => onnxError("onnx-tensor", { tensor: name, why: `its shape [${shape.join(", ")}] of ${dtype} needs ${count} elements and it holds ${found}` });
  const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  if (form === "fixed") {
    const width = bytesPerElement(dtype);
    if (size !== count * width) throw fail(String(Math.floor(size / width)));
    return constantOfBytes(dtype, shape, chunks.length === 1 ? chunks[0]! : joined(chunks, size));
  }
  // A varint takes a byte at least: nothing is allocated for elements that cannot be there.
  if (count > size) throw fail(`${size} at most`);
  const data = allocate<NumericDType>(dtype, count);
  let i = 0;
  for (const chunk of chunks) {
    const reader = new BinaryReader(chunk);
    for (; reader.pos < reader.len; i++) {
      if (i >= count) throw fail("more");
      try {
        if (data instanceof BigInt64Array) data[i] = reader.int64() as bigint;
        else if (data instanceof BigUint64Array) data[i] = reader.uint64() as bigint;
        else data[i] = form === "uint64" ? Number(reader.uint64()) : reader.int32();
      } catch (cause) {
        throw onnxError("onnx-tensor", { tensor: name, why: `its element ${i} is no number` }, cause);
      }
    }
  }
  if (i < count) throw fail(String(i));
  return constantOf(tensor<NumericDType>(dtype, shape, data));
}

/** The bytes of a field, without lengths; mostly one piece. */
function chunksOf(proto: TensorProto, number: number): Uint8Array[] {
  return (proto.$unknown ?? []).flatMap(({ no, wireType, data }) => {
    if (no !== number) return [];
    return [(wireType as WireType) === WireType.LengthDelimited ? new BinaryReader(data).bytes() : data];
  });
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
