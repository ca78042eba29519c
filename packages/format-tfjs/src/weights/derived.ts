import { constantOfBytes, sizeOf, stridesOf, tensor, type Constant, type NumericDType, type Tensor } from "@vitrine/core";

/** A constant that is computed when it is first read. */
export function lazyConstant<D extends NumericDType>(dtype: D, bytesEach: number, shape: readonly number[], compute: () => Tensor<D>["data"]): Constant {
  let made: Tensor | undefined;
  const read = (): Tensor => (made ??= tensor(dtype, shape, compute() as never) as Tensor);
  return {
    dtype,
    shape,
    byteLength: sizeOf(shape) * bytesEach,
    read,
    bytes: () => {
      const { data } = read() as Tensor<NumericDType>;
      return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    },
  };
}

type Elements = Float32Array | Int32Array | Uint8Array | BigInt64Array;

const bytesOf = (constant: Constant): number => constant.byteLength / Math.max(1, sizeOf(constant.shape));

/** The same elements under another shape of the same size: a view. */
export function reshapedConstant(constant: Constant, shape: readonly number[]): Constant {
  if (constant.dtype === "string") {
    const read = (): Tensor => tensor("string", shape, (constant.read() as Tensor<"string">).data);
    return { ...constant, shape, read };
  }
  const dtype = constant.dtype;
  return { dtype, shape, byteLength: constant.byteLength, read: () => tensor(dtype, shape, constant.read().data as never) as Tensor, bytes: () => constant.bytes() };
}

/** The constant with its axes in another order: axis i of the result is axis `perm[i]`. A view where no element moves. */
export function transposedConstant(constant: Constant, perm: readonly number[]): Constant {
  const shape = perm.map((axis) => constant.shape[axis]!);
  const moving = perm.filter((axis) => constant.shape[axis] !== 1);
  if (moving.every((axis, i) => i === 0 || axis > moving[i - 1]!)) return reshapedConstant(constant, shape);
  const strides = stridesOf(constant.shape);
  return lazyConstant(constant.dtype as "float32", bytesOf(constant), shape, () => {
    const source = constant.read().data as Elements;
    return gathered(source, shape, perm.map((axis) => strides[axis]!)) as Float32Array;
  });
}

/** Elements of `source` in row-major order of `shape`, where a step along axis i moves by `strides[i]`. */
function gathered(source: Elements, shape: readonly number[], strides: readonly number[]): Elements {
  const result = new (source.constructor as new (length: number) => Elements)(sizeOf(shape));
  const rank = shape.length;
  const index = new Array<number>(rank).fill(0);
  let from = 0;
  for (let to = 0; to < result.length; to++) {
    result[to] = source[from]!;
    for (let axis = rank - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return result;
}

/**
 * Blocks of columns of a matrix [rows, blocks · size] as rows, in another order: [1, blocks · size, rows].
 * Keras keeps the gates of a recurrent layer as columns, ONNX as rows.
 */
export function gateRows(constant: Constant, order: readonly number[]): Constant {
  const [rows = 0, columns = 0] = constant.shape;
  const size = columns / order.length;
  return lazyConstant("float32", 4, [1, columns, rows], () => {
    const source = constant.read().data as Float32Array;
    const result = new Float32Array(rows * columns);
    order.forEach((block, position) => {
      for (let unit = 0; unit < size; unit++) {
        const to = (position * size + unit) * rows;
        const from = block * size + unit;
        for (let row = 0; row < rows; row++) result[to + row] = source[row * columns + from]!;
      }
    });
    return result;
  });
}

/** A small float32 constant computed at once. */
export function floats(shape: readonly number[], values: Float32Array): Constant {
  return constantOfBytes("float32", shape, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
}
