import { toBinary } from "@bufbuild/protobuf";
import type { Dim, ValueInfo } from "@vitrine/core";
import { TypeProtoSchema, type TensorShapeProto, type ValueInfoProto } from "../proto/onnx_pb.js";
import { dtypeOfNumber } from "./types.js";

/** A declared value. A type that is no tensor of a known element type is kept as its own bytes. */
export function valueInfoOf(proto: ValueInfoProto): ValueInfo {
  const name = proto.name;
  const type = proto.type;
  if (type?.value.case === "tensorType") {
    const dtype = dtypeOfNumber(type.value.value.elemType);
    const shape = shapeOf(type.value.value.shape);
    if (dtype !== undefined || type.value.value.elemType === 0) return { name, dtype, shape };
    return { name, dtype, shape, opaque: toBinary(TypeProtoSchema, type) };
  }
  if (type?.value.case === undefined) return { name, dtype: undefined, shape: undefined };
  return { name, dtype: undefined, shape: undefined, opaque: toBinary(TypeProtoSchema, type) };
}

/** No shape at all means that not even the rank is known; an empty one is a scalar's. */
function shapeOf(proto: TensorShapeProto | undefined): Dim[] | undefined {
  return proto?.dim.map(({ value }): Dim => {
    if (value.case === "dimParam") return value.value === "" ? null : value.value;
    if (value.case !== "dimValue") return null;
    // Some exporters write -1 or 0 for "any".
    return value.value > 0n && value.value <= 0x7fffffffn ? Number(value.value) : null;
  });
}
