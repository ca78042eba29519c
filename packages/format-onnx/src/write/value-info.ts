import { create, fromBinary } from "@bufbuild/protobuf";
import { onnxTypeNumber, type Dim, type ValueInfo } from "@vitrine/core";
import { TensorShapeProto_DimensionSchema, TensorShapeProtoSchema, TypeProto_TensorSchema, TypeProtoSchema, ValueInfoProtoSchema, type TensorShapeProto, type TypeProto, type ValueInfoProto } from "../proto/onnx_pb.js";

/** A declared value; what is not known of it is left to onnxruntime to infer. */
export function protoOfValueInfo(info: ValueInfo): ValueInfoProto {
  const type = typeOf(info);
  return create(ValueInfoProtoSchema, type ? { name: info.name, type } : { name: info.name });
}

function typeOf(info: ValueInfo): TypeProto | undefined {
  if (info.opaque) return fromBinary(TypeProtoSchema, info.opaque);
  if (info.dtype === undefined) return undefined;
  const shape = info.shape && shapeOf(info.shape);
  const value = create(TypeProto_TensorSchema, { elemType: onnxTypeNumber[info.dtype], ...(shape ? { shape } : {}) });
  return create(TypeProtoSchema, { value: { case: "tensorType", value } });
}

function shapeOf(shape: readonly Dim[]): TensorShapeProto {
  const dim = shape.map((size) => {
    if (size === null) return create(TensorShapeProto_DimensionSchema);
    const value = typeof size === "number" ? ({ case: "dimValue", value: BigInt(size) } as const) : ({ case: "dimParam", value: size } as const);
    return create(TensorShapeProto_DimensionSchema, { value });
  });
  return create(TensorShapeProtoSchema, { dim });
}
