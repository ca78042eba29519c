import { constantOf, constantOfBytes, sizeOf, tensor, type Constant, type Tensor } from "@vitrine/core";
import type { Json } from "../json/fields.js";
import type { Weights } from "../weights/read.js";
import { bytesOf, numberOf, shapeOf, typeOf } from "./attributes.js";
import type { TfNode } from "./nodes.js";
import { tfjsError } from "../errors.js";

/** More elements than a value that one number stands for may have: 64 MiB of float32. */
const mostFilled = 2 ** 24;

/** The value of a Const: among the weights, else in the node itself. */
export function constOf(node: TfNode, weights: Weights): Constant {
  return weights.get(node.name) ?? inlineConst(node);
}

function inlineConst(node: TfNode): Constant {
  const wrong = (why: string): never => {
    throw tfjsError("tfjs-node", { node: node.name, op: node.op, why });
  };
  const proto = node.attributes.tensor("value") ?? wrong("it is not in the weights manifest, and holds no value itself");
  const dtype = typeOf(proto["dtype"]) ?? node.attributes.type("dtype") ?? wrong("its element type is none that TensorFlow.js knows");
  const dims = shapeOf(proto["tensorShape"]) ?? [];
  if (dims.includes(null)) wrong("its shape has an open size");
  const shape = dims as number[];
  const size = sizeOf(shape);
  const content = bytesOf(proto["tensorContent"]);
  if (content && content.length > 0) return fromContent(content, JSON.stringify(proto["dtype"] ?? null).replaceAll('"', ""), dtype, shape, size, wrong);
  const values = listed(proto);
  if (values.length > size) wrong(`it holds ${values.length} values in a shape of ${size}`);
  if (values.length === 0 && size > 0) wrong("it is not in the weights manifest, and holds no values itself");
  if (size > mostFilled) wrong(`its shape claims ${size} elements, of which ${values.length} are there`);
  // The last value stands for the rest, as protobufs leave out what repeats.
  const at = (i: number): Json => values[Math.min(i, values.length - 1)]!;
  if (dtype === "string") return constantOf(tensor("string", shape, Array.from({ length: size }, (_, i) => new TextDecoder().decode(bytesOf(at(i)) ?? wrong("its texts are not base64")))));
  const number = (i: number): number => (typeof at(i) === "boolean" ? Number(at(i)) : (numberOf(at(i)) ?? special(at(i)) ?? wrong("its values are not numbers")));
  const filled = <A extends Float32Array | Int32Array | Uint8Array>(data: A): A => {
    for (let i = 0; i < size; i++) data[i] = number(i);
    return data;
  };
  const made: Tensor = dtype === "float32" ? tensor("float32", shape, filled(new Float32Array(size))) : dtype === "int32" ? tensor("int32", shape, filled(new Int32Array(size))) : tensor("bool", shape, filled(new Uint8Array(size)));
  return constantOf(made);
}

const special = (value: Json): number | undefined => (value === "NaN" ? NaN : value === "Infinity" ? Infinity : value === "-Infinity" ? -Infinity : undefined);

function listed(proto: Readonly<Record<string, Json>>): readonly Json[] {
  for (const key of ["floatVal", "intVal", "int64Val", "boolVal", "doubleVal", "stringVal"]) {
    const list = proto[key];
    if (Array.isArray(list) && list.length > 0) return list as readonly Json[];
  }
  return [];
}

function fromContent(content: Uint8Array, stored: string, dtype: string, shape: readonly number[], size: number, wrong: (why: string) => never): Constant {
  const each: Readonly<Record<string, number>> = { DT_FLOAT: 4, "1": 4, DT_INT32: 4, "3": 4, DT_BOOL: 1, "10": 1, DT_INT64: 8, "9": 8 };
  const bytes = each[stored] ?? wrong(`its content of type \`${stored}\` is not read`);
  if (content.length !== size * bytes) wrong(`its content has ${content.length} bytes, and its shape needs ${size * bytes}`);
  if (bytes === 8) {
    const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
    return constantOf(tensor("int32", shape, Int32Array.from({ length: size }, (_, i) => Number(BigInt.asIntN(32, view.getBigInt64(8 * i, true))))));
  }
  return constantOfBytes(dtype === "float32" ? "float32" : dtype === "bool" ? "bool" : "int32", shape, content);
}
