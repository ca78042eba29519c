import { create, isFieldSet } from "@bufbuild/protobuf";
import { bytesPerElement, constantOf, constantOfBytes, tensor, type Constant, type Tensor } from "@vitrine/core";
import { onnxError } from "../errors.js";
import { TensorProto_DataLocation, TensorProtoSchema, type TensorProto } from "../proto/onnx_pb.js";
import { externalBytes, type ExternalFiles } from "./external.js";
import { typedConstant } from "./typed-data.js";
import { dtypeOfNumber, opaqueBits } from "./types.js";

/** A tensor of a type that Vitrine has no word for: its own TensorProto, with its data inside. */
export interface OpaqueTensor {
  readonly opaque: TensorProto;
}

/**
 * The constant that a TensorProto holds. Raw and external data are not copied. Every size is checked before anything is allocated.
 * @throws `onnx-tensor`, `onnx-external`
 */
export function constantOfProto(proto: TensorProto, files: ExternalFiles, label: string): Constant | OpaqueTensor {
  const name = proto.name || label;
  if (proto.segment !== undefined) throw onnxError("onnx-tensor", { tensor: name, why: "it is stored in segments, which nothing writes" });
  const { shape, count } = shapeOf(proto, name);
  const dtype = dtypeOfNumber(proto.dataType);
  if (dtype === undefined) return opaqueTensor(proto, files, name, count);
  if (dtype === "string") return constantOf(tensor("string", shape, strings(proto, name, count)));
  const size = count * bytesPerElement(dtype);
  if (proto.dataLocation === TensorProto_DataLocation.EXTERNAL) return constantOfBytes(dtype, shape, externalBytes(proto, files, name, size));
  if (isFieldSet(proto, TensorProtoSchema.field.rawData)) {
    // Some exporters write an empty raw_data beside typed data.
    if (proto.rawData.length === size) return constantOfBytes(dtype, shape, proto.rawData);
    if (proto.rawData.length > 0) throw onnxError("onnx-tensor", { tensor: name, why: `its shape [${shape.join(", ")}] of ${dtype} needs ${size} bytes and it holds ${proto.rawData.length}` });
  }
  return typedConstant(proto, dtype, shape, name, count);
}

/** As `constantOfProto`, decoded. @throws `onnx-tensor` also for an element type that Vitrine keeps unread */
export function tensorOfProto(proto: TensorProto, files: ExternalFiles, label: string): Tensor | OpaqueTensor {
  const constant = constantOfProto(proto, files, label);
  return "opaque" in constant ? constant : constant.read();
}

function shapeOf(proto: TensorProto, name: string): { shape: number[]; count: number } {
  let count = 1;
  let empty = false;
  const shape = proto.dims.map((dim) => {
    if (dim < 0n || dim > 0x7fffffffffffn) throw onnxError("onnx-tensor", { tensor: name, why: `it has a dimension of ${dim}` });
    if (dim === 0n) empty = true;
    else count *= Number(dim);
    return Number(dim);
  });
  if (empty) return { shape, count: 0 };
  // Beyond this no file could hold the data: 2^47 elements.
  if (count > 0x7fffffffffff) throw onnxError("onnx-tensor", { tensor: name, why: `its shape [${shape.join(", ")}] has too many elements` });
  return { shape, count };
}

function strings(proto: TensorProto, name: string, count: number): string[] {
  if (proto.stringData.length !== count) throw onnxError("onnx-tensor", { tensor: name, why: `it should hold ${count} strings and holds ${proto.stringData.length}` });
  const decoder = new TextDecoder();
  return proto.stringData.map((bytes) => decoder.decode(bytes));
}

function opaqueTensor(proto: TensorProto, files: ExternalFiles, name: string, count: number): OpaqueTensor {
  const bits = opaqueBits(proto.dataType);
  if (bits === undefined) throw onnxError("onnx-tensor", { tensor: name, why: `${proto.dataType} is no element type of the standard` });
  const size = Math.ceil((count * bits) / 8);
  if (proto.dataLocation === TensorProto_DataLocation.EXTERNAL) {
    const rawData = externalBytes(proto, files, name, size);
    return { opaque: create(TensorProtoSchema, { name: proto.name, dims: proto.dims, dataType: proto.dataType, rawData }) };
  }
  return { opaque: proto };
}

