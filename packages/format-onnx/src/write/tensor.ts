import { create } from "@bufbuild/protobuf";
import { constantOf, onnxTypeNumber, type Constant, type Tensor } from "@vitrine/core";
import { StringStringEntryProtoSchema, TensorProto_DataLocation, TensorProtoSchema, type TensorProto } from "../proto/onnx_pb.js";
import type { Placed } from "./external.js";

/** A tensor with its data inside the file. */
export function protoOfTensor(name: string, value: Tensor): TensorProto {
  return protoOfConstant(name, constantOf(value));
}

export function protoOfConstant(name: string, constant: Constant): TensorProto {
  const head = headOf(name, constant);
  if (constant.dtype !== "string") return create(TensorProtoSchema, { ...head, rawData: constant.bytes() });
  const encoder = new TextEncoder();
  return create(TensorProtoSchema, { ...head, stringData: (constant.read().data as readonly string[]).map((text) => encoder.encode(text)) });
}

/** A tensor whose data lies in another file. */
export function protoOfExternal(name: string, constant: Constant, placed: Placed): TensorProto {
  const entries = { location: placed.path, offset: String(placed.offset), length: String(placed.length) };
  const externalData = Object.entries(entries).map(([key, value]) => create(StringStringEntryProtoSchema, { key, value }));
  return create(TensorProtoSchema, { ...headOf(name, constant), dataLocation: TensorProto_DataLocation.EXTERNAL, externalData });
}

function headOf(name: string, constant: Constant) {
  return { name, dims: constant.shape.map(BigInt), dataType: onnxTypeNumber[constant.dtype] };
}
