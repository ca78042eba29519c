import { bfloatToFloat, cast, halfToFloat, isFloat, sizeOf, tensor, type DType, type NumericDType, type Tensor } from "@vitrine/core";
import { boundedSize } from "./indexing.js";

/**
 * Elements while the interpreter holds them: 64-bit integers exactly, texts as they are, every other number as float64.
 * Integers of up to 32 bits fit a float64 exactly, and floating point is never rounded before it leaves the runtime.
 */
export type Elements = Float64Array | BigInt64Array | BigUint64Array | string[];
export type Element = number | bigint | string;

/** A value while the interpreter holds it. */
export interface Held {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: Elements;
}

/** Zeroed elements for `shape`. @throws RangeError where there would be too many */
export function blank(dtype: DType, shape: readonly number[]): Elements {
  const length = boundedSize(shape);
  if (dtype === "int64") return new BigInt64Array(length);
  if (dtype === "uint64") return new BigUint64Array(length);
  if (dtype === "string") return new Array<string>(length).fill("");
  return new Float64Array(length);
}

const wraps: Partial<Record<DType, { from(values: ArrayLike<number>): ArrayLike<number> }>> = {
  int8: Int8Array, uint8: Uint8Array, int16: Int16Array, uint16: Uint16Array, int32: Int32Array, uint32: Uint32Array,
};

/** A value over `data`; integers that overflow their type wrap around, as they do in C. */
export function held(dtype: DType, shape: readonly number[], data: Elements): Held {
  const wrap = wraps[dtype];
  return { dtype, shape, data: wrap && data instanceof Float64Array ? Float64Array.from(wrap.from(data)) : data };
}

/** A value of `dtype` from plain numbers: truncated where the type is an integer, as they are where it is floating point. */
export function fromNumbers(dtype: DType, shape: readonly number[], values: ArrayLike<number>): Held {
  const data = blank(dtype, shape);
  if (data.length !== values.length) throw new RangeError(`shape [${shape.join(", ")}] does not hold ${values.length} elements`);
  const real = isFloat(dtype);
  for (let i = 0; i < data.length; i++) write(data, i, real ? values[i]! : convert(values[i]!, dtype));
  return { dtype, shape, data };
}

/** Whole numbers as int64, the type of shapes and indices. */
export function indices(values: ArrayLike<number>, shape: readonly number[] = [values.length]): Held {
  return fromNumbers("int64", shape, values);
}

/** One element as `dtype` holds it. What C leaves undefined (NaN or infinity as an integer) is 0 or the nearest end here. */
export function convert(element: Element, dtype: DType): Element {
  if (dtype === "string") return String(element);
  if (dtype === "bool") return Number(element) === 0 ? 0 : 1;
  if (dtype === "int64" || dtype === "uint64") {
    if (typeof element === "bigint") return dtype === "int64" ? BigInt.asIntN(64, element) : BigInt.asUintN(64, element);
    const number = Math.trunc(Number(element));
    if (Number.isNaN(number)) return 0n;
    const [low, high] = dtype === "int64" ? [-(2n ** 63n), 2n ** 63n - 1n] : [0n, 2n ** 64n - 1n];
    if (number >= Number(high)) return high;
    return number <= Number(low) ? low : BigInt(number);
  }
  // Modulo 2^32 first: a number would lose the low bits of a 64-bit integer.
  const number = Number(typeof element === "bigint" && wraps[dtype] ? BigInt.asIntN(32, element) : element);
  const wrap = wraps[dtype];
  if (!wrap) return dtype === "float16" || dtype === "bfloat16" ? roundTo(number, dtype) : number;
  return Number.isNaN(number) ? 0 : wrap.from([Math.trunc(number)])[0]!;
}

function roundTo(number: number, dtype: "float16" | "bfloat16"): number {
  const bits = cast(tensor("float64", [1], Float64Array.of(number)), dtype).data[0]!;
  return dtype === "float16" ? halfToFloat(bits) : bfloatToFloat(bits);
}

/** Writes one element; it must be of the kind that `data` holds. */
export function write(data: Elements, index: number, element: Element): void {
  (data as unknown as Element[])[index] = element;
}

/** A host tensor as the interpreter holds it. */
export function hold(source: Tensor): Held {
  const { dtype, shape } = source;
  if (source.dtype === "string") return { dtype, shape, data: [...source.data] };
  if (source.dtype === "int64" || source.dtype === "uint64") return { dtype, shape, data: source.data };
  return { dtype, shape, data: source.dtype === "float64" ? source.data : cast(source, "float64").data };
}

/** What is held as a host tensor of its own type, or of `dtype`. */
export function release(source: Held, dtype: DType = source.dtype): Tensor {
  const { shape, data } = source;
  if (Array.isArray(data)) return tensor("string", shape, data);
  if (data instanceof BigInt64Array) return tensor("int64", shape, data.slice());
  if (data instanceof BigUint64Array) return tensor("uint64", shape, data.slice());
  const wide = tensor("float64", shape, data.slice());
  return cast<NumericDType>(wide, dtype as NumericDType);
}

/** The elements as plain numbers, 64-bit integers included. @throws TypeError for texts */
export function numbers(source: Held): Float64Array {
  if (source.data instanceof Float64Array) return source.data;
  if (Array.isArray(source.data)) throw new TypeError("numbers are expected, and texts are given");
  return Float64Array.from(source.data as BigInt64Array, Number);
}

/** A list of whole numbers: axes, a shape, indices. */
export function integers(source: Held): number[] {
  return Array.from(numbers(source));
}

/** The single number that a tensor of one element holds. */
export function single(source: Held): number {
  if (source.data.length !== 1) throw new RangeError(`one number is expected, and a value of shape [${source.shape.join(", ")}] is given`);
  return numbers(source)[0]!;
}

/** The elements of `source` at `offsets`, as a value of `shape`; at a negative offset stands `fill` (by default zero). */
export function take(source: Held, shape: readonly number[], offsets: ArrayLike<number>, fill?: Element): Held {
  const data = blank(source.dtype, shape);
  for (let i = 0; i < offsets.length; i++) {
    const offset = offsets[i]!;
    if (offset >= 0) write(data, i, source.data[offset]!);
    else if (fill !== undefined) write(data, i, fill);
  }
  return { dtype: source.dtype, shape, data };
}

/** The same elements under another shape. */
export function reshaped(source: Held, shape: readonly number[]): Held {
  if (sizeOf(shape) !== source.data.length) throw new RangeError(`[${source.shape.join(", ")}] cannot become [${shape.join(", ")}]`);
  return { ...source, shape };
}
