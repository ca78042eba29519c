import { intAttr, onnxTypeNumber, sizeOf, type DType, type Node } from "@vitrine/core";
import { blank, convert, fromNumbers, held, numbers, write, type Element, type Held } from "./held.js";
import { axisOf } from "./indexing.js";
import { input, type Call, type OperatorTable } from "./operator.js";
import { roundHalfEven } from "./unary.js";

const types = new Map(Object.entries(onnxTypeNumber).map(([dtype, number]) => [number, dtype as DType]));

/** The element type that ONNX numbers so. @throws TypeError for one that Vitrine does not have */
export function dtypeOfNumber(number: number): DType {
  const dtype = types.get(number);
  if (!dtype) throw new TypeError(`element type ${number} is not known`);
  return dtype;
}

/** Texts as ONNX writes and reads numbers. */
function parsed(text: string, dtype: DType): Element {
  const number = /^[+-]?inf(inity)?$/i.test(text.trim()) ? (text.trim().startsWith("-") ? -Infinity : Infinity) : Number(text);
  if (Number.isNaN(number) && !/^[+-]?nan$/i.test(text.trim())) throw new TypeError(`\`${text}\` is no number`);
  return (dtype === "int64" || dtype === "uint64") && /^[+-]?\d+$/.test(text.trim()) ? BigInt(text.trim()) : number;
}

/**
 * A value as another type. Towards integers it truncates; to float16 and bfloat16 it rounds, as that is what such a cast is for;
 * float32 stays as exact as it was: nothing here is rounded to it before it leaves the runtime.
 */
function castTo(x: Held, dtype: DType): Held {
  if (x.dtype === dtype) return x;
  const data = blank(dtype, x.shape);
  for (let i = 0; i < data.length; i++) {
    const element = x.data[i]!;
    if (dtype === "string") write(data, i, shown(element));
    else write(data, i, convert(typeof element === "string" ? parsed(element, dtype) : element, dtype));
  }
  return { dtype, shape: x.shape, data };
}

function shown(element: Element): string {
  if (typeof element !== "number" || Number.isFinite(element)) return String(element);
  return Number.isNaN(element) ? "NaN" : element > 0 ? "INF" : "-INF";
}

/** Which element of `scale` belongs to each element of a value: one for all, one per index of `axis`, or one per block of it. */
function scaleOffsets(node: Node, shape: readonly number[], scale: Held): (i: number) => number {
  if (scale.data.length === 1) return () => 0;
  const axis = axisOf(intAttr(node, "axis", 1), shape.length);
  const block = intAttr(node, "block_size", 0);
  const inner = sizeOf(shape.slice(axis + 1));
  const along = (i: number): number => Math.floor(i / inner) % shape[axis]!;
  if (block === 0) return along;
  const blocks = scale.shape[axis]!;
  return (i) => (Math.floor(i / (inner * shape[axis]!)) * blocks + Math.floor(along(i) / block)) * inner + (i % inner);
}

const ranges: Partial<Record<DType, readonly [number, number]>> = { int8: [-128, 127], uint8: [0, 255], int16: [-32768, 32767], uint16: [0, 65535] };

/** saturate(round(x / scale) + zero), ties to even. */
function quantize(call: Call): Held {
  const [x, scale] = [input(call, 0), input(call, 1)];
  const zero = call.inputs[2];
  const number = intAttr(call.node, "output_dtype", 0);
  const dtype = zero?.dtype ?? (number === 0 ? "uint8" : dtypeOfNumber(number));
  const range = ranges[dtype];
  if (!range) throw new TypeError(`${dtype} is no type to quantise to`);
  const at = scaleOffsets(call.node, x.shape, scale);
  const [scales, zeros] = [numbers(scale), zero && numbers(zero)];
  return held(dtype, x.shape, numbers(x).map((value, i) => Math.min(range[1], Math.max(range[0], roundHalfEven(value / scales[at(i)]!) + (zeros?.[at(i)] ?? 0)))));
}

/** (x − zero) · scale */
function dequantize(call: Call): Held {
  const [x, scale] = [input(call, 0), input(call, 1)];
  const zeros = call.inputs[2] && numbers(call.inputs[2]);
  const at = scaleOffsets(call.node, x.shape, scale);
  const scales = numbers(scale);
  return fromNumbers(scale.dtype, x.shape, numbers(x).map((value, i) => (value - (zeros?.[at(i)] ?? 0)) * scales[at(i)]!));
}

export const castOperators: OperatorTable = {
  Cast: (call) => [castTo(input(call, 0), dtypeOfNumber(intAttr(call.node, "to", 0)))],
  CastLike: (call) => [castTo(input(call, 0), input(call, 1).dtype)],
  QuantizeLinear: (call) => [quantize(call)],
  DequantizeLinear: (call) => [dequantize(call)],
};

