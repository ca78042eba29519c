import { create, isFieldSet, toBinary } from "@bufbuild/protobuf";
import type { Attribute, Graph, Int, Tensor } from "@vitrine/core";
import { onnxError } from "../errors.js";
import { AttributeProto_AttributeType as Type, AttributeProtoSchema, type AttributeProto, type GraphProto } from "../proto/onnx_pb.js";
import type { ExternalFiles } from "./external.js";
import { tensorOfProto } from "./tensor.js";

/** What reading an attribute needs from around it. */
export interface AttributeContext {
  readonly files: ExternalFiles;
  /** Inside a function: the attributes of the call, which those of the body may refer to. */
  readonly parameters: Readonly<Record<string, Attribute>> | undefined;
  /** Reads a graph inside a node. */
  readonly graph: (proto: GraphProto) => Graph;
}

const field = AttributeProtoSchema.field;

/**
 * One attribute; undefined where it refers to a parameter that the call leaves out, or holds nothing at all.
 * What Vitrine has no word for is kept whole, as `opaque`.
 * @throws `onnx-attribute`, `onnx-tensor`
 */
export function attributeOf(proto: AttributeProto, node: string, context: AttributeContext): Attribute | undefined {
  if (proto.refAttrName !== "") {
    if (!context.parameters) throw onnxError("onnx-attribute", { node, attribute: proto.name, why: `it refers to ${proto.refAttrName}, and only functions have such parameters` });
    return Object.hasOwn(context.parameters, proto.refAttrName) ? context.parameters[proto.refAttrName] : undefined;
  }
  const missing = () => onnxError("onnx-attribute", { node, attribute: proto.name, why: "it holds no value of its type" });
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  switch (typeOf(proto)) {
    case Type.FLOAT:
      return { type: "float", value: proto.f };
    case Type.INT:
      return { type: "int", value: int(proto.i) };
    case Type.STRING:
      return text(proto.s) ? { type: "string", value: decoder.decode(proto.s) } : opaque(proto);
    case Type.TENSOR: {
      if (!proto.t) throw missing();
      const value = tensorOfProto(proto.t, context.files, `${node}.${proto.name}`);
      return "opaque" in value ? opaque(create(AttributeProtoSchema, { name: proto.name, type: Type.TENSOR, t: value.opaque })) : { type: "tensor", value };
    }
    case Type.GRAPH:
      if (!proto.g) throw missing();
      return { type: "graph", value: context.graph(proto.g) };
    case Type.FLOATS:
      return { type: "floats", value: proto.floats };
    case Type.INTS:
      return { type: "ints", value: proto.ints.map(int) };
    case Type.STRINGS:
      return proto.strings.every(text) ? { type: "strings", value: proto.strings.map((bytes) => decoder.decode(bytes)) } : opaque(proto);
    case Type.TENSORS: {
      const values = proto.tensors.map((tensor) => tensorOfProto(tensor, context.files, `${node}.${proto.name}`));
      const known = values.filter((value): value is Tensor => !("opaque" in value));
      return known.length === values.length ? { type: "tensors", value: known } : opaque(proto);
    }
    case Type.GRAPHS:
      return { type: "graphs", value: proto.graphs.map(context.graph) };
    case Type.UNDEFINED:
      return undefined;
    case Type.SPARSE_TENSOR:
    case Type.SPARSE_TENSORS:
    case Type.TYPE_PROTO:
    case Type.TYPE_PROTOS:
    default:
      return opaque(proto);
  }
}

/** What `opaque` attributes of this format carry: an AttributeProto. */
export const opaqueFormat = "onnx.AttributeProto";

function opaque(proto: AttributeProto): Attribute {
  return { type: "opaque", format: opaqueFormat, value: toBinary(AttributeProtoSchema, proto) };
}

/** Files of IR version 1 do not say the type: the field that is present tells it. */
function typeOf(proto: AttributeProto): Type {
  if (proto.type !== Type.UNDEFINED) return proto.type;
  if (isFieldSet(proto, field.f)) return Type.FLOAT;
  if (isFieldSet(proto, field.i)) return Type.INT;
  if (isFieldSet(proto, field.s)) return Type.STRING;
  if (proto.t) return Type.TENSOR;
  if (proto.g) return Type.GRAPH;
  if (proto.floats.length > 0) return Type.FLOATS;
  if (proto.ints.length > 0) return Type.INTS;
  if (proto.strings.length > 0) return Type.STRINGS;
  if (proto.tensors.length > 0) return Type.TENSORS;
  return proto.graphs.length > 0 ? Type.GRAPHS : Type.UNDEFINED;
}

function int(value: bigint): Int {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** Bytes that survive being a JavaScript string: some custom operators keep binary blobs in string attributes. */
function text(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
