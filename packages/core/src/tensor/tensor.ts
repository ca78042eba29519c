import { coreError } from "../errors/catalogue.js";
import { allocate, type DataTypes, type DType, type NumericDType } from "./dtype.js";

/**
 * A dense, row-major tensor in host memory. Immutable by convention: nobody writes into `data` of a tensor that was handed out.
 * Not an array library: arithmetic belongs in a graph, where it runs on the runtime.
 */
export type Tensor<D extends DType = DType> = {
  readonly [K in D]: { readonly dtype: K; readonly shape: readonly number[]; readonly data: DataTypes[K] };
}[D];

/** A result left on the runtime's device. `read` copies it to the host; `dispose` frees it, once. */
export interface DeviceTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Where it lies, for people: "gpu-buffer", "wasm". */
  readonly location: string;
  read(): Promise<Tensor>;
  dispose(): void;
}

export type Value = Tensor | DeviceTensor;

export function isDeviceTensor(value: Value): value is DeviceTensor {
  return "read" in value;
}

/** The value in host memory, copied there only if it has to be. */
export async function read(value: Value): Promise<Tensor> {
  return isDeviceTensor(value) ? value.read() : value;
}

/** Number of elements of a shape; 1 for a scalar. */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const dim of shape) size *= dim;
  return size;
}

/** Row-major strides, in elements. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

/** `[1, 3, 224, 224]`, as people read shapes. */
export function showShape(shape: readonly (number | string | null)[]): string {
  return `[${shape.map((dim) => dim ?? "?").join(", ")}]`;
}

/**
 * A tensor over `data`, which is not copied.
 * @throws `tensor-shape` if the shape is no list of whole numbers ≥ 0, or does not hold exactly `data.length` elements.
 */
export function tensor<D extends DType>(dtype: D, shape: readonly number[], data: DataTypes[D]): Tensor<D> {
  if (shape.some((dim) => !Number.isInteger(dim) || dim < 0) || sizeOf(shape) !== data.length) {
    throw coreError("tensor-shape", { dtype, shape, length: data.length });
  }
  return { dtype, shape: [...shape], data } as unknown as Tensor<D>;
}

/** A float32 tensor from plain numbers. */
export function float32(shape: readonly number[], values: ArrayLike<number>): Tensor<"float32"> {
  return tensor("float32", shape, values instanceof Float32Array ? values : new Float32Array(values));
}

/** A one-dimensional int64 tensor: axes, shapes, indices. */
export function int64(values: readonly (number | bigint)[], shape: readonly number[] = [values.length]): Tensor<"int64"> {
  return tensor("int64", shape, BigInt64Array.from(values, (value) => BigInt(value)));
}

/** A scalar of rank 0. */
export function scalar(value: number, dtype: NumericDType = "float32"): Tensor {
  return full(dtype, [], value);
}

export function zeros<D extends NumericDType>(dtype: D, shape: readonly number[]): Tensor<D> {
  return tensor(dtype, shape, allocate(dtype, sizeOf(shape)));
}

/** A tensor whose every element is `value`, rounded to `dtype`. Half types take the bit pattern: use float32 and convert. */
export function full<D extends NumericDType>(dtype: D, shape: readonly number[], value: number): Tensor<D> {
  const data = allocate(dtype, sizeOf(shape));
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) data.fill(BigInt(value));
  else (data as Float32Array).fill(value);
  return tensor(dtype, shape, data);
}

/** The same elements under another shape of the same size; one dimension may be -1. */
export function reshape<D extends DType>(source: Tensor<D>, shape: readonly number[]): Tensor<D> {
  const unknown = shape.indexOf(-1);
  const resolved = [...shape];
  if (unknown >= 0) {
    resolved[unknown] = 1;
    resolved[unknown] = source.data.length / sizeOf(resolved);
  }
  return tensor(source.dtype as D, resolved, source.data as DataTypes[D]);
}

/** Element at `index` (one number per axis, negative from the end) as a number. */
export function at(source: Tensor, ...index: number[]): number {
  let offset = 0;
  source.shape.forEach((dim, axis) => {
    const i = index[axis] ?? NaN;
    const positive = i < 0 ? i + dim : i;
    if (!(positive >= 0 && positive < dim)) throw coreError("tensor-index", { index, shape: source.shape });
    offset = offset * dim + positive;
  });
  return Number(source.data[offset]);
}
