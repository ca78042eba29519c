import { tensor, toFloat32, type DataTypes, type DType, type NumericDType, type Tensor } from "@vitrine/core";
import { tfjsError } from "./errors.js";

type DeviceData = Float32Array | Int32Array | Uint8Array;

const [least, most] = [-(2 ** 31), 2 ** 31 - 1];

/**
 * The elements as tfjs takes them. 64-bit and unsigned integers become int32, after proving that all of them fit.
 * @throws `int-range`
 */
export function toDevice(value: Tensor): DeviceData {
  switch (value.dtype) {
    case "float32":
    case "int32":
    case "bool":
      return value.data;
    case "float64":
    case "float16":
    case "bfloat16":
      return toFloat32(value);
    case "string":
      throw tfjsError("text-unsupported", { value: "a constant" });
    default: {
      const to = new Int32Array(value.data.length);
      for (let i = 0; i < to.length; i++) {
        const element = Number(value.data[i]);
        if (element < least || element > most) throw tfjsError("int-range", { value: value.dtype, element: String(value.data[i]) });
        to[i] = element;
      }
      return to;
    }
  }
}

/** What tfjs computed, in the type that the graph means. */
export function fromDevice(data: ArrayLike<number>, dtype: DType, shape: readonly number[]): Tensor {
  if (dtype === "int64") return tensor("int64", shape, BigInt64Array.from(data, BigInt));
  if (dtype === "uint64") return tensor("uint64", shape, BigUint64Array.from(data, BigInt));
  return tensor(dtype as "float32", shape, convert(data, dtype as Exclude<NumericDType, "int64" | "uint64">) as Float32Array);
}

const arrays = {
  float32: Float32Array, float64: Float64Array, int32: Int32Array, uint32: Uint32Array, int16: Int16Array, uint16: Uint16Array, int8: Int8Array, uint8: Uint8Array, bool: Uint8Array,
  float16: Uint16Array, bfloat16: Uint16Array,
} as const;

function convert(data: ArrayLike<number>, dtype: keyof typeof arrays): DataTypes[keyof typeof arrays] {
  const Array = arrays[dtype];
  return data instanceof Array ? data : Array.from(data);
}
