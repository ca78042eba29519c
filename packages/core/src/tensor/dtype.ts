/**
 * Element types and the array that holds them. `float16` and `bfloat16` are kept as their bit patterns, `bool` as 0 and 1.
 */
export interface DataTypes {
  float32: Float32Array;
  float64: Float64Array;
  float16: Uint16Array;
  bfloat16: Uint16Array;
  int8: Int8Array;
  uint8: Uint8Array;
  int16: Int16Array;
  uint16: Uint16Array;
  int32: Int32Array;
  uint32: Uint32Array;
  int64: BigInt64Array;
  uint64: BigUint64Array;
  bool: Uint8Array;
  string: readonly string[];
}

export type DType = keyof DataTypes;
export type NumericDType = Exclude<DType, "string">;

interface ArrayConstructor<A> {
  readonly BYTES_PER_ELEMENT: number;
  new (length: number): A;
  new (buffer: ArrayBufferLike, byteOffset?: number, length?: number): A;
}

const constructors: { readonly [D in NumericDType]: ArrayConstructor<DataTypes[D]> } = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
};

export const dtypes: readonly DType[] = [...(Object.keys(constructors) as NumericDType[]), "string"];

/** Bytes of one element; 0 for strings, whose size varies. */
export function bytesPerElement(dtype: DType): number {
  return dtype === "string" ? 0 : constructors[dtype].BYTES_PER_ELEMENT;
}

/** A zeroed array of `length` elements. */
export function allocate<D extends DType>(dtype: D, length: number): DataTypes[D];
export function allocate(dtype: DType, length: number): DataTypes[DType] {
  return dtype === "string" ? new Array<string>(length).fill("") : new constructors[dtype](length);
}

/**
 * The elements that little-endian `bytes` hold, without a copy where they are aligned, else with one.
 * `bytes.byteLength` must be a multiple of the element size.
 */
export function elementsOf<D extends NumericDType>(dtype: D, bytes: Uint8Array): DataTypes[D];
export function elementsOf(dtype: NumericDType, bytes: Uint8Array): DataTypes[NumericDType] {
  const create = constructors[dtype];
  // Not bytes.slice(): that of Node's Buffer, which files are read into, is another view of the same bytes.
  const aligned = bytes.byteOffset % create.BYTES_PER_ELEMENT === 0 ? bytes : new Uint8Array(bytes);
  return new create(aligned.buffer, aligned.byteOffset, aligned.byteLength / create.BYTES_PER_ELEMENT);
}

export function isFloat(dtype: DType): boolean {
  return dtype === "float32" || dtype === "float64" || dtype === "float16" || dtype === "bfloat16";
}
