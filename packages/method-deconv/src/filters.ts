import { blurAxis, float32, outlierBound, positionMap, type PositionAxes, type Tensor } from "@vitrine/core";

/** The display filters of the Deep Visualization Toolbox (Yosinski et al. 2015). */
export const filterNames = ["raw", "gray", "norm", "normblur"] as const;
export type FilterName = (typeof filterNames)[number];

/** σ of `normblur`, in pixels. */
const blurSigma = 4;

/** x / (max(2·max, −2·min) + 1e-10) + .5: zero is the middle, and the largest magnitude reaches an end. */
export function rawFilter(values: ArrayLike<number>): Float32Array {
  let max = -Infinity;
  let min = Infinity;
  for (let i = 0; i < values.length; i++) {
    max = Math.max(max, values[i]!);
    min = Math.min(min, values[i]!);
  }
  const scale = Math.max(2 * max, -2 * min) + 1e-10;
  return new Float32Array(values).map((value) => value / scale + 0.5);
}

/** (x − min) / (max − min), all 0 where there is one value only. */
export function minMax(values: ArrayLike<number>): Float32Array {
  let max = -Infinity;
  let min = Infinity;
  for (let i = 0; i < values.length; i++) {
    max = Math.max(max, values[i]!);
    min = Math.min(min, values[i]!);
  }
  return new Float32Array(values).map((value) => (max > min ? (value - min) / (max - min) : 0));
}

/** The values with what lies above the bound of outliers cut to it. */
export function withoutOutliers(values: Float32Array, percent: number): Float32Array {
  const bound = outlierBound(values, percent);
  return values.map((value) => Math.min(bound, Math.max(-bound, value)));
}

/** sign(x) · m · (|x| / m)^γ with m the largest magnitude: zero stays zero, the largest stay the largest, and with γ < 1 what is faint is seen. */
export function lifted(values: Float32Array, gamma: number): Float32Array {
  const most = values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  return gamma === 1 || most === 0 ? values : values.map((value) => Math.sign(value) * most * (Math.abs(value) / most) ** gamma);
}

/** One grey value from 0 to 1 per position, [rows, columns], of one sample. @param filter all but `raw`, which keeps the channels */
export function greyFilter(gradient: Tensor, axes: PositionAxes, sample: number, filter: Exclude<FilterName, "raw">, outliers: number, gamma = 1): Tensor<"float32"> {
  const { tensor: map } = positionMap(gradient, axes, sample, filter === "gray" ? "mean" : "norm");
  const clipped = lifted(withoutOutliers(map.data, filter === "normblur" ? 0 : outliers), gamma);
  if (filter === "gray") return float32(map.shape, rawFilter(clipped));
  if (filter === "norm") return float32(map.shape, minMax(clipped));
  return float32(map.shape, minMax(blurAxis(blurAxis(clipped, map.shape, 0, blurSigma), map.shape, 1, blurSigma)));
}
