import { coreError } from "../errors/catalogue.js";
import { bfloatToFloat, floatToHalf, halfToFloat, widenBfloat, widenHalf } from "./half.js";
import { allocate, type DataTypes, type NumericDType } from "./dtype.js";
import { tensor, type Tensor } from "./tensor.js";

/** The elements as float32, without a copy where they are already. 64-bit values are narrowed. @throws `tensor-dtype` for strings. */
export function toFloat32(source: Tensor): Float32Array {
  switch (source.dtype) {
    case "float32":
      return source.data;
    case "float16":
      return widenHalf(source.data);
    case "bfloat16":
      return widenBfloat(source.data);
    case "int64":
    case "uint64":
      return Float32Array.from(source.data as BigInt64Array, Number);
    case "string":
      throw coreError("tensor-dtype", { dtype: "string", expected: "numbers" });
    default:
      return new Float32Array(source.data as Float64Array);
  }
}

/** The elements as plain numbers. */
export function toNumbers(source: Tensor): number[] {
  // Half types are bit patterns, and strings an error; everything else is a number already, which float32 might round.
  if (source.dtype === "float16" || source.dtype === "bfloat16" || source.dtype === "string") return Array.from(toFloat32(source));
  return Array.from(source.data as Float64Array, Number);
}

/** The tensor with every element converted to `dtype` as C would (towards zero for integers); itself where it has that type. */
export function cast<D extends NumericDType>(source: Tensor, dtype: D): Tensor<D> {
  if (source.dtype === (dtype as string)) return source as unknown as Tensor<D>;
  if (source.dtype === "string") throw coreError("tensor-dtype", { dtype: "string", expected: dtype });
  const from = source.data;
  const to: DataTypes[NumericDType] = allocate<NumericDType>(dtype, from.length);
  const readHalf = source.dtype === "float16" ? halfToFloat : source.dtype === "bfloat16" ? bfloatToFloat : undefined;
  for (let i = 0; i < from.length; i++) {
    const element = from[i]!;
    if (to instanceof BigInt64Array || to instanceof BigUint64Array) {
      to[i] = typeof element === "bigint" ? element : BigInt(Math.trunc(readHalf ? readHalf(element) : element));
      continue;
    }
    const value = readHalf ? readHalf(Number(element)) : Number(element);
    if (dtype === "bool") to[i] = value === 0 ? 0 : 1;
    else if (dtype === "float16") to[i] = floatToHalf(value);
    else if (dtype === "bfloat16") to[i] = floatToBfloat(value);
    else to[i] = value;
  }
  return tensor(dtype, source.shape, to as DataTypes[D]);
}

const bits = new Uint32Array(1);
const floats = new Float32Array(bits.buffer);

function floatToBfloat(value: number): number {
  floats[0] = value;
  if (Number.isNaN(value)) return 0x7fc0;
  return (bits[0]! + 0x7fff + ((bits[0]! >>> 16) & 1)) >>> 16;
}
