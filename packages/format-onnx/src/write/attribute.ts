import { create, fromBinary } from "@bufbuild/protobuf";
import type { Attribute, Graph, Int } from "@vitrine/core";
import { onnxError } from "../errors.js";
import { AttributeProto_AttributeType as Type, AttributeProtoSchema, type AttributeProto, type GraphProto } from "../proto/onnx_pb.js";
import { opaqueFormat } from "../read/attribute.js";
import { protoOfTensor } from "./tensor.js";

/** The AttributeProto of an attribute; `graph` writes the graphs inside. @throws `onnx-write` */
export function protoOfAttribute(name: string, attribute: Attribute, graph: (graph: Graph) => GraphProto): AttributeProto {
  const make = (init: Partial<Omit<AttributeProto, "$typeName" | "$unknown">>): AttributeProto => create(AttributeProtoSchema, { ...init, name });
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  switch (attribute.type) {
    case "float":
      return make({ type: Type.FLOAT, f: Math.fround(attribute.value) });
    case "int":
      return make({ type: Type.INT, i: int(name, attribute.value) });
    case "string":
      return make({ type: Type.STRING, s: bytes(attribute.value) });
    case "tensor":
      return make({ type: Type.TENSOR, t: protoOfTensor("", attribute.value) });
    case "graph":
      return make({ type: Type.GRAPH, g: graph(attribute.value) });
    case "floats":
      return make({ type: Type.FLOATS, floats: attribute.value.map(Math.fround) });
    case "ints":
      return make({ type: Type.INTS, ints: attribute.value.map((value) => int(name, value)) });
    case "strings":
      return make({ type: Type.STRINGS, strings: attribute.value.map(bytes) });
    case "tensors":
      return make({ type: Type.TENSORS, tensors: attribute.value.map((value) => protoOfTensor("", value)) });
    case "graphs":
      return make({ type: Type.GRAPHS, graphs: attribute.value.map(graph) });
    case "opaque":
      if (attribute.format !== opaqueFormat) throw onnxError("onnx-write", { what: `The attribute ${name}`, why: `it is kept in the form of another format, ${attribute.format}` });
      return Object.assign(fromBinary(AttributeProtoSchema, attribute.value), { name });
  }
}

function int(name: string, value: Int): bigint {
  if (typeof value === "number" && !Number.isInteger(value)) throw onnxError("onnx-write", { what: `The attribute ${name}`, why: `${value} is no whole number` });
  return BigInt.asIntN(64, BigInt(value));
}
