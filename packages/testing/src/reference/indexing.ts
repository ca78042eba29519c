import { sizeOf, stridesOf } from "@vitrine/core";

/** Two gigabytes of float64: beyond it a graph asks for something that this runtime is not for. */
const mostElements = 2 ** 28;

/** The number of elements of a shape that is about to be allocated. @throws RangeError where that is none, or too many */
export function boundedSize(shape: readonly number[]): number {
  const size = sizeOf(shape);
  if (shape.some((dim) => !Number.isInteger(dim) || dim < 0)) throw new RangeError(`[${shape.join(", ")}] is no shape`);
  if (size > mostElements) throw new RangeError(`a value of shape [${shape.join(", ")}] is larger than the ${mostElements} elements that this runtime holds`);
  return size;
}

/**
 * Where each element of a value of `shape`, in row-major order, lies in a buffer with `strides` (0 repeats, negative walks back).
 * Almost every operator that moves data is this and nothing else.
 */
export function offsets(shape: readonly number[], strides: readonly number[], start = 0): Int32Array {
  const result = new Int32Array(boundedSize(shape));
  if (result.length === 0) return result;
  const index = new Array<number>(shape.length).fill(0);
  let offset = start;
  for (let i = 0; i < result.length; i++) {
    result[i] = offset;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      offset += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      offset -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return result;
}

/** Every index of `shape` in row-major order. The array handed out is reused. */
export function* positions(shape: readonly number[]): Generator<readonly number[]> {
  const index = new Array<number>(shape.length).fill(0);
  for (let left = boundedSize(shape); left > 0; left--) {
    yield index;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (++index[axis]! < shape[axis]!) break;
      index[axis] = 0;
    }
  }
}

/** NumPy's broadcasting. @throws RangeError where shapes do not agree */
export function broadcastShapes(...shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    let dim = 1;
    for (const shape of shapes) {
      const own = shape[axis - rank + shape.length] ?? 1;
      if (own === 1 || own === dim) continue;
      if (dim !== 1) throw new RangeError(`shapes ${shapes.map((each) => `[${each.join(", ")}]`).join(" and ")} do not broadcast`);
      dim = own;
    }
    return dim;
  });
}

/** Strides that repeat a value of shape `from` over `to`. */
export function broadcastStrides(from: readonly number[], to: readonly number[]): number[] {
  const strides = stridesOf(from);
  const missing = to.length - from.length;
  return to.map((dim, axis) => {
    const own = from[axis - missing] ?? 1;
    if (own !== 1 && own !== dim) throw new RangeError(`[${from.join(", ")}] does not broadcast to [${to.join(", ")}]`);
    return own === 1 ? 0 : strides[axis - missing]!;
  });
}

/** Offsets that repeat a value of shape `from` over `to`. */
export function broadcastOffsets(from: readonly number[], to: readonly number[]): Int32Array {
  return offsets(to, broadcastStrides(from, to));
}

/** An axis counted from the start. @throws RangeError outside the rank */
export function axisOf(axis: number, rank: number): number {
  const positive = axis < 0 ? axis + rank : axis;
  if (!(positive >= 0 && positive < rank)) throw new RangeError(`axis ${axis} lies outside rank ${rank}`);
  return positive;
}

/** A value's shape split at one axis: runs before it, its size, elements of one step along it. */
export interface Split {
  readonly outer: number;
  readonly size: number;
  readonly inner: number;
}

export function splitAt(shape: readonly number[], axis: number): Split {
  return { outer: sizeOf(shape.slice(0, axis)), size: shape[axis]!, inner: sizeOf(shape.slice(axis + 1)) };
}

/** A shape with one dimension changed. */
export function withDim(shape: readonly number[], axis: number, dim: number): number[] {
  return shape.map((own, i) => (i === axis ? dim : own));
}
