import { onnxTypeNumber, type DType } from "@vitrine/core";
import { TensorProto_DataType } from "../proto/onnx_pb.js";

const byNumber = new Map<number, DType>(Object.entries(onnxTypeNumber).map(([dtype, number]) => [number, dtype as DType]));

/** The element type of a TensorProto.DataType; undefined for those that Vitrine keeps unread (4-bit, 8-bit floats, complex). */
export function dtypeOfNumber(number: number): DType | undefined {
  return byNumber.get(number);
}

/** How many bits an element of a type that Vitrine keeps unread has, or undefined for a number that the standard does not know. */
export function opaqueBits(number: number): number | undefined {
  const T = TensorProto_DataType;
  switch (number as TensorProto_DataType) {
    case T.UINT4:
    case T.INT4:
    case T.FLOAT4E2M1:
      return 4;
    case T.FLOAT8E4M3FN:
    case T.FLOAT8E4M3FNUZ:
    case T.FLOAT8E5M2:
    case T.FLOAT8E5M2FNUZ:
    case T.FLOAT8E8M0:
      return 8;
    case T.COMPLEX64:
      return 64;
    case T.COMPLEX128:
      return 128;
    default:
      return undefined;
  }
}
