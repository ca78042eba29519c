import { stridesOf } from "@vitrine/core";
import type { Window } from "./window.js";

export interface Maxima {
  readonly values: Float32Array;
  /** ONNX's index of each, into the whole flattened input. */
  readonly places: Int32Array;
}

/**
 * The first maximum of each window in row-major order, and where it lies: a plain loop over [N, …, C].
 * @param steps how much one step along each spatial axis adds to an index within a map
 */
export function firstMaxima(data: ArrayLike<number>, samples: number, channels: number, size: readonly number[], window: Window, steps: readonly number[]): Maxima {
  const windows = window.out.reduce((a, b) => a * b, 1);
  const kernels = window.kernel.reduce((a, b) => a * b, 1);
  const plane = size.reduce((a, b) => a * b, 1);
  const [outStrides, kernelStrides, sizeStrides] = [stridesOf(window.out), stridesOf(window.kernel), stridesOf(size)];
  const values = new Float32Array(samples * windows * channels).fill(-Infinity);
  const places = new Int32Array(values.length);
  for (let n = 0; n < samples; n++) {
    for (let o = 0; o < windows; o++) {
      const to = (n * windows + o) * channels;
      let isFirst = true;
      for (let k = 0; k < kernels; k++) {
        let [at, index] = [0, 0];
        for (let axis = 0; axis < size.length && at >= 0; axis++) {
          const begin = (Math.floor(o / outStrides[axis]!) % window.out[axis]!) * window.strides[axis]! - window.before[axis]!;
          const place = begin + (Math.floor(k / kernelStrides[axis]!) % window.kernel[axis]!) * window.dilations[axis]!;
          at = place >= 0 && place < size[axis]! ? at + place * sizeStrides[axis]! : -1;
          index += place * steps[axis]!;
        }
        if (at < 0) continue;
        const from = (n * plane + at) * channels;
        for (let c = 0; c < channels; c++) {
          const value = data[from + c]!;
          if (!isFirst && !(value > values[to + c]!)) continue;
          values[to + c] = value;
          places[to + c] = (n * channels + c) * plane + index;
        }
        isFirst = false;
      }
    }
  }
  return { values, places };
}
