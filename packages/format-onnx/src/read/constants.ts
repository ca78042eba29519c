import { create, toBinary, type MessageInitShape } from "@bufbuild/protobuf";
import { constantOf, float32, int64, tensor, type Attribute, type Constant, type Node, type Tensor } from "@vitrine/core";
import { onnxError } from "../errors.js";
import { AttributeProto_AttributeType, AttributeProtoSchema, type NodeProto, type SparseTensorProto, type TensorProto } from "../proto/onnx_pb.js";
import { opaqueFormat } from "./attribute.js";
import type { ExternalFiles } from "./external.js";
import { constantOfProto } from "./tensor.js";

/** The constant of a `Constant` node with a whole tensor, which is not decoded for it. */
export function constantOfNode(node: NodeProto, files: ExternalFiles): Constant | undefined {
  const attribute = node.attribute[0];
  if (node.attribute.length !== 1 || attribute?.name !== "value" || !attribute.t || attribute.refAttrName !== "") return undefined;
  const constant = constantOfProto(attribute.t, files, node.output[0] ?? node.name);
  return "opaque" in constant ? undefined : constant;
}

/** The constant that a `Constant` node stands for by its attribute; undefined where that is something Vitrine keeps unread. */
export function constantOfAttributes(node: Node): Constant | undefined {
  const [only, ...more] = Object.entries(node.attributes);
  if (!only || more.length > 0) return undefined;
  const value = tensorOf(only[0], only[1]);
  return value && constantOf(value);
}

function tensorOf(name: string, attribute: Attribute): Tensor | undefined {
  const is = `${name}:${attribute.type}`;
  if (is === "value:tensor" && attribute.type === "tensor") return attribute.value;
  if (is === "value_float:float" && attribute.type === "float") return float32([], [attribute.value]);
  if (is === "value_floats:floats" && attribute.type === "floats") return float32([attribute.value.length], attribute.value);
  if (is === "value_int:int" && attribute.type === "int") return int64([attribute.value], []);
  if (is === "value_ints:ints" && attribute.type === "ints") return int64(attribute.value);
  if (is === "value_string:string" && attribute.type === "string") return tensor("string", [], [attribute.value]);
  if (is === "value_strings:strings" && attribute.type === "strings") return tensor("string", [attribute.value.length], attribute.value);
  return undefined;
}

/** A weight of a type that Vitrine keeps unread (4-bit) becomes a `Constant` node around the file's own tensor. */
export function opaqueConstant(name: string, tensor: TensorProto): Node {
  return constantNode(name, { name: "value", type: AttributeProto_AttributeType.TENSOR, t: tensor });
}

/** A sparse weight becomes a `Constant` node: never expanded here, where a few bytes may claim any size. */
export function sparseConstant(sparse: SparseTensorProto): Node {
  const name = sparse.values?.name ?? "";
  if (name === "") throw onnxError("onnx-tensor", { tensor: "sparse_initializer", why: "a sparse weight has no name" });
  return constantNode(name, { name: "sparse_value", type: AttributeProto_AttributeType.SPARSE_TENSOR, sparseTensor: sparse });
}

function constantNode(name: string, attribute: MessageInitShape<typeof AttributeProtoSchema> & { name: string }): Node {
  const value = toBinary(AttributeProtoSchema, create(AttributeProtoSchema, attribute));
  return { name, op: "Constant", domain: "", inputs: [], outputs: [name], attributes: { [attribute.name]: { type: "opaque", format: opaqueFormat, value } } };
}
