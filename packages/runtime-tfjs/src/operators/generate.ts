import * as tf from "@tensorflow/tfjs-core";
import { cast, float32, floatAttr, intAttr, onnxTypeNumber, scalar, sizeOf, type DType, type Node, type NumericDType } from "@vitrine/core";
import { floats } from "../floats.js";
import { Held, deviceType } from "../value.js";
import { select } from "./kernels.js";
import { axisOf, input, numbersAt, type DeviceOperator, type Operator } from "./operator.js";
import { bounded } from "./shaping.js";

/** The type that a number of ONNX's TensorProto.DataType stands for. */
export function dtypeOf(number: number): DType | undefined {
  return (Object.entries(onnxTypeNumber) as [DType, number][]).find(([, value]) => value === number)?.[0];
}

/** Below this many elements a filled value stays on the host, where shapes are computed. */
const smallFill = 64;

const constantOfShape: DeviceOperator = (call) => {
  const shape = bounded(numbersAt(call, 0) ?? []);
  const given = call.node.attributes["value"];
  const value = given?.type === "tensor" ? given.value : scalar(0);
  const element = Number(value.data[0] ?? 0);
  const dtype = value.dtype as NumericDType;
  if (sizeOf(shape) <= smallFill && !dtype.includes("float")) return [Held.host(cast(float32(shape, new Float32Array(sizeOf(shape)).fill(element)), dtype))];
  return [Held.device(dtype, shape, tf.fill([...shape], element, deviceType(dtype) as "float32"))];
};

const eyeLike: DeviceOperator = (call) => {
  const x = input(call, 0);
  const [rows = 0, columns = 0] = x.shape;
  const k = intAttr(call.node, "k", 0);
  const data = new Float32Array(sizeOf(bounded(x.shape)));
  for (let row = 0; row < rows; row++) if (row + k >= 0 && row + k < columns) data[row * columns + row + k] = 1;
  const dtype = dtypeOf(intAttr(call.node, "dtype", 0)) ?? x.dtype;
  return [Held.host(cast(float32(x.shape, data), dtype as NumericDType), "result")];
};

const trilu: DeviceOperator = (call) => {
  const x = input(call, 0);
  const [k = 0] = numbersAt(call, 1) ?? [];
  const upper = intAttr(call.node, "upper", 1) !== 0;
  const [rows, columns] = [x.shape.at(-2) ?? 1, x.shape.at(-1) ?? 1];
  const kept = Uint8Array.from({ length: rows * columns }, (_, i) => {
    const distance = (i % columns) - Math.floor(i / columns);
    return (upper ? distance >= k : distance <= k) ? 1 : 0;
  });
  const mask = tf.tensor(kept, [...x.shape.slice(0, -2).map(() => 1), rows, columns], "bool");
  return [Held.device(x.dtype, x.shape, select(mask, x.plain(), tf.zerosLike(x.plain())))];
};

/** What is called narrower than 32 bits is cut on the host, as C does it. */
const narrowing = (node: Node, inputs: readonly (Held | undefined)[]): boolean => {
  const to = node.op === "CastLike" ? inputs[1]?.dtype : dtypeOf(intAttr(node, "to", 0));
  const from = inputs[0]?.dtype;
  if (to === undefined || from === undefined || to === "bool" || to.includes("float")) return from === "string";
  return !(from === "bool" || from === "int32" || (from === "int64" && to === "int64") || from === "uint8" || from === "int8" || from === "int16" || from === "uint16") || (to !== "int64" && to !== "int32");
};

const castTo: DeviceOperator = (call) => {
  const x = input(call, 0);
  const to = call.node.op === "CastLike" ? input(call, 1).dtype : dtypeOf(intAttr(call.node, "to", 0))!;
  if (x.dtype === "bool" && to.startsWith("float") && call.backend === "wasm") return [Held.device(to, x.shape, x.numbers(x.layout), x.layout)];
  const t = x.in(x.layout);
  // NaN is true.
  const made = to === "bool" ? tf.notEqual(t, tf.scalar(0, t.dtype as "float32")) : deviceType(to) === "float32" ? floats(t) : tf.cast(t, deviceType(to));
  return [Held.device(to, x.shape, made, x.layout)];
};

const castRefuses = (node: Node): string | undefined => {
  const to = dtypeOf(intAttr(node, "to", 0));
  if (node.op === "Cast" && (to === undefined || to === "string" || to === "float16" || to === "bfloat16")) return `tfjs has no ${to ?? `type number ${intAttr(node, "to", 0)}`}`;
  return undefined;
};

/** A value per slice of `axis`, in a shape that broadcasts along it. */
const along = (value: Held, rank: number, axis: number): tf.Tensor => {
  const t = floats(value.plain());
  return value.rank === 1 && value.size > 1 ? tf.reshape(t, Array.from({ length: rank }, (_, i) => (i === axis ? value.size : 1))) : t;
};

const limits: Readonly<Partial<Record<DType, readonly [number, number]>>> = { uint8: [0, 255], int8: [-128, 127], uint16: [0, 65535], int16: [-32768, 32767] };

const quantize: DeviceOperator = (call) => {
  const x = input(call, 0);
  const axis = x.rank === 0 ? 0 : axisOf(Math.min(intAttr(call.node, "axis", 1), x.rank - 1), x.rank);
  const zero = call.inputs[2];
  const dtype = zero?.dtype ?? dtypeOf(intAttr(call.node, "output_dtype", 2)) ?? "uint8";
  const [low, high] = limits[dtype] ?? [-(2 ** 31), 2 ** 31 - 1];
  const scaled = tf.round(tf.div(x.plain(), along(input(call, 1), x.rank, axis)));
  const shifted = zero ? tf.add(scaled, along(zero, x.rank, axis)) : scaled;
  return [Held.device(dtype, x.shape, tf.cast(tf.minimum(tf.maximum(shifted, low), high), "int32"))];
};

const dequantize: DeviceOperator = (call) => {
  const x = input(call, 0);
  const axis = x.rank === 0 ? 0 : axisOf(Math.min(intAttr(call.node, "axis", 1), x.rank - 1), x.rank);
  const t = floats(x.plain());
  const zero = call.inputs[2];
  return [Held.device("float32", x.shape, tf.mul(zero ? tf.sub(t, along(zero, x.rank, axis)) : t, along(input(call, 1), x.rank, axis)))];
};

const constant: DeviceOperator = ({ node }) => {
  const { value, value_float: float, value_int: int } = node.attributes;
  if (value?.type === "tensor") return [Held.host(value.value)];
  if (float?.type === "float") return [Held.host(scalar(floatAttr(node, "value_float", 0)))];
  return [Held.host(scalar(int?.type === "int" ? Number(int.value) : 0, "int64"))];
};

const blocked = (node: Node): string | undefined => (intAttr(node, "block_size", 0) === 0 ? undefined : "it quantizes in blocks");

export type GenerateName = "ConstantOfShape" | "EyeLike" | "Trilu" | "Cast" | "CastLike" | "QuantizeLinear" | "DequantizeLinear" | "Constant";

export const generating: Readonly<Record<GenerateName, Operator>> = {
  ConstantOfShape: { device: constantOfShape, reads: [0] },
  EyeLike: { device: eyeLike },
  Trilu: { device: trilu, reads: [1] },
  Cast: { device: castTo, onHost: narrowing, refuses: castRefuses },
  CastLike: { device: castTo, onHost: narrowing },
  QuantizeLinear: { device: quantize, refuses: blocked },
  DequantizeLinear: { device: dequantize, refuses: blocked },
  Constant: {
    device: constant,
    refuses: (node) => (["value", "value_float", "value_int"].some((name) => Object.hasOwn(node.attributes, name)) ? undefined : "its value is a list or a text"),
  },
};
