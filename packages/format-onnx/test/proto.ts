import { create, fromBinary, toBinary, type MessageInitShape } from "@bufbuild/protobuf";
import { type AttributeProto_AttributeType, AttributeProtoSchema, FunctionProtoSchema, ModelProtoSchema, NodeProtoSchema, OperatorSetIdProtoSchema, type AttributeProto, type FunctionProto, type ModelProto, type NodeProto } from "../src/proto/onnx_pb.js";
import type { ModelInShort } from "./old-model.js";
import { oldBytes } from "./ort.js";

/** The messages of a model in short, to be changed by hand. */
export function messageOf(model: ModelInShort): ModelProto {
  return fromBinary(ModelProtoSchema, oldBytes(model));
}

export function bytesOf(message: ModelProto): Uint8Array {
  return toBinary(ModelProtoSchema, message);
}

/** The bytes of a model in short after its messages were changed. */
export function changed(model: ModelInShort, change: (message: ModelProto) => void): Uint8Array {
  const message = messageOf(model);
  change(message);
  return bytesOf(message);
}

export function protoNode(opType: string, input: string[], output: string[], more: MessageInitShape<typeof NodeProtoSchema> = {}): NodeProto {
  return create(NodeProtoSchema, { opType, input, output, ...more });
}

/** An attribute of a function's body that refers to one of the call. */
export function reference(name: string, parameter: string, type: AttributeProto_AttributeType): AttributeProto {
  return create(AttributeProtoSchema, { name, refAttrName: parameter, type });
}

export function protoFunction(domain: string, name: string, input: string[], output: string[], node: NodeProto[], more: MessageInitShape<typeof FunctionProtoSchema> & { opset?: number } = {}): FunctionProto {
  const { opset = 17, ...rest } = more;
  const opsetImport = [create(OperatorSetIdProtoSchema, { domain: "", version: BigInt(opset) }), create(OperatorSetIdProtoSchema, { domain, version: 1n })];
  return create(FunctionProtoSchema, { domain, name, input, output, node, opsetImport, ...rest });
}
