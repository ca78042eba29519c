import { allocate, bytesPerElement, sizeOf, stridesOf, tensor, type Constant, type Tensor } from "@vitrine/core";

/** Derived weights by the constant that they are of: one object each, so that programs which share it are recognised as equal. */
const turnedWeights = new WeakMap<Constant, Map<number, Constant>>();

/**
 * Weights of a convolution [M, C/group, …] as those of the convolution that carries its gradient back: [C, M/group, …],
 * every axis of the kernel reversed. Computed when a runtime asks, and forgotten again when memory is needed.
 */
export function turnedForBackward(weights: Constant, group: number): Constant {
  const known = turnedWeights.get(weights) ?? new Map<number, Constant>();
  turnedWeights.set(weights, known);
  const found = known.get(group);
  if (found) return found;
  const made = lazily(weights, turnedShape(weights.shape, group), () => turn(weights.read(), group));
  known.set(group, made);
  return made;
}

function turnedShape([filters = 0, channels = 0, ...kernel]: readonly number[], group: number): number[] {
  return [channels * group, filters / group, ...kernel];
}

function turn(weights: Tensor, group: number): Tensor {
  if (weights.dtype === "string") throw new TypeError("weights are numbers");
  const [filters = 0, channels = 0, ...kernel] = weights.shape;
  const each = filters / group;
  const size = sizeOf(kernel);
  const from = weights.data as Float32Array;
  const to = allocate(weights.dtype, from.length) as Float32Array;
  let at = 0;
  for (let g = 0; g < group; g++) {
    for (let c = 0; c < channels; c++) {
      for (let m = 0; m < each; m++) {
        const start = ((g * each + m) * channels + c) * size;
        // Reversing every axis of a dense kernel reverses its elements.
        for (let k = size - 1; k >= 0; k--) to[at++] = from[start + k]!;
      }
    }
  }
  return tensor(weights.dtype, turnedShape(weights.shape, group), to);
}

/** A constant that is computed when it is read and may be forgotten between two reads. */
function lazily(like: Constant, shape: readonly number[], compute: () => Tensor): Constant {
  let held: WeakRef<Tensor> | undefined;
  const read = (): Tensor => {
    const known = held?.deref();
    if (known) return known;
    const made = compute();
    held = new WeakRef(made);
    return made;
  };
  return {
    dtype: like.dtype,
    shape,
    byteLength: sizeOf(shape) * bytesPerElement(like.dtype),
    read,
    bytes: () => {
      const { data } = read();
      return new Uint8Array((data as Float32Array).buffer, (data as Float32Array).byteOffset, (data as Float32Array).byteLength);
    },
  };
}

/** Row-major position of a flat index. */
export function positionOf(flat: number, shape: readonly number[]): number[] {
  const strides = stridesOf(shape);
  return shape.map((dim, axis) => Math.floor(flat / strides[axis]!) % dim);
}
