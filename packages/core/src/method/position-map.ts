import type { Picture, PreparedInput } from "../input/spec.js";
import { toFloat32 } from "../tensor/convert.js";
import { take } from "../tensor/select.js";
import { float32, stridesOf, tensor, type Tensor } from "../tensor/tensor.js";
import type { BarsView, CurveView, HeatmapView, View } from "./view.js";

/** What the axes of a tensor are. */
export interface PositionAxes {
  readonly batchAxis: number | undefined;
  readonly unitAxis: number | undefined;
  readonly spatialAxes: readonly number[];
}

/** How the units (channels) of a position become one number; all but `max` and `max-abs` may cancel or mix signs as their names say. */
export type PositionReduction = "sum" | "mean" | "max" | "max-abs" | "norm";

/** One sample of a tensor as a person looks at it. */
export interface PositionMap {
  /** `map`: [rows, columns]; `series`: [positions]; `units`: [units], where there are no positions. */
  readonly kind: "map" | "series" | "units";
  readonly tensor: Tensor<"float32">;
  /** Where a volume was cut, as a sentence; empty where nothing was. */
  readonly note: string;
}

/** One number per position: the units reduced, all but the last two place axes cut at the strongest place. */
export function positionMap(source: Tensor, axes: PositionAxes, sample: number, reduction: PositionReduction): PositionMap {
  const own = axes.batchAxis === undefined ? source : take(source, axes.batchAxis, [sample]);
  const { shape } = own;
  const values = toFloat32(own);
  const strides = stridesOf(shape);
  const isReduced = axes.spatialAxes.length > 0;
  const places = isReduced ? axes.spatialAxes : axes.unitAxis === undefined ? shape.map((_, axis) => axis).filter((axis) => axis !== axes.batchAxis) : [axes.unitAxis];
  const extent = places.map((axis) => shape[axis]!);
  const placeStrides = stridesOf(extent);
  const size = extent.reduce((a, b) => a * b, 1);
  const reduced = new Float64Array(size);
  const counts = values.length / Math.max(1, size);
  if (reduction === "max") reduced.fill(-Infinity);
  for (let flat = 0; flat < values.length; flat++) {
    let at = 0;
    for (const [i, axis] of places.entries()) at += (Math.floor(flat / strides[axis]!) % shape[axis]!) * placeStrides[i]!;
    const value = values[flat]!;
    if (reduction === "max") reduced[at] = Math.max(reduced[at]!, value);
    else if (reduction === "max-abs") reduced[at] = Math.abs(value) > Math.abs(reduced[at]!) ? value : reduced[at]!;
    else reduced[at]! += reduction === "norm" ? value * value : value;
  }
  const finished = reduction === "norm" ? reduced.map(Math.sqrt) : reduction === "mean" ? reduced.map((sum) => sum / counts) : reduced;
  const kind = !isReduced || extent.length === 0 ? "units" : extent.length === 1 ? "series" : "map";
  if (extent.length <= 2) return { kind, tensor: float32(kind === "map" ? extent : [size], new Float32Array(finished)), note: "" };
  let strongest = 0;
  for (let i = 1; i < size; i++) if (Math.abs(finished[i]!) > Math.abs(finished[strongest]!)) strongest = i;
  const plane = extent.at(-2)! * extent.at(-1)!;
  const first = Math.floor(strongest / plane) * plane;
  const cuts = places.slice(0, -2).map((axis, i) => `${Math.floor(strongest / placeStrides[i]!) % extent[i]!} along axis ${axis}`);
  return { kind, tensor: float32(extent.slice(-2), new Float32Array(finished.subarray(first, first + plane))), note: `Cut where it is strongest: at ${cuts.join(", ")}.` };
}

/**
 * The magnitude at which a picture of values is cut so that a few outliers do not make the rest invisible: what lies above
 * it makes up `percent` % of the sum of all magnitudes (Captum's rule). 0 where all are 0.
 */
export function outlierBound(values: ArrayLike<number>, percent: number): number {
  const sorted = new Float64Array(values).map(Math.abs).sort();
  const total = sorted.reduce((sum, value) => sum + value, 0);
  let sum = 0;
  for (const value of sorted) {
    sum += value;
    if (sum >= total * (1 - percent / 100)) return value;
  }
  return sorted.at(-1) ?? 0;
}

export interface PositionViewOptions {
  readonly title: string;
  readonly caption?: string;
  readonly group?: string;
  /** What one number is, for the legend. */
  readonly unit: string;
  /** Values of both signs; else 0 is the least. */
  readonly signed: boolean;
  /** The picture that a map without signs lies over. */
  readonly over?: string | undefined;
  /** Percentage of outliers that are cut off. Default 0. */
  readonly outliers?: number;
  /** What positions are called: "position in x". */
  readonly places: string;
}

/** So many bars fit under each other. */
const mostBars = 20;

/** Draws a map of positions: a heatmap, a curve over positions, or bars of the strongest units. `key` and `xKey` are of tensors that the caller keeps. */
export function positionView(map: PositionMap, key: string, xKey: string, options: PositionViewOptions): View {
  const { title, unit } = options;
  const caption = [options.caption, map.note].filter((text) => text !== undefined && text !== "").join(" ");
  const base = { title, ...(caption !== "" && { caption }), ...(options.group !== undefined && { group: options.group }) };
  const { data } = map.tensor;
  if (map.kind === "series") return { kind: "curve", ...base, series: [{ x: xKey, y: key, label: unit }], xAxis: options.places, yAxis: unit } satisfies CurveView;
  if (map.kind === "units") {
    const bars = Array.from(data, (value, i) => ({ label: data.length === 1 ? options.places : `${options.places} ${i}`, value })).sort((a, b) => Math.abs(b.value) - Math.abs(a.value)).slice(0, mostBars);
    return { kind: "bars", ...base, bars, xAxis: unit } satisfies BarsView;
  }
  const bound = outlierBound(data, options.outliers ?? 0) || 1;
  const colours = options.signed ? "signed" : options.over === undefined ? "magnitude" : "importance";
  const heatmap: HeatmapView = { kind: "heatmap", ...base, tensor: key, colours, unit, range: [options.signed ? -bound : 0, bound], ...(colours === "importance" && { over: options.over! }) };
  return heatmap;
}

/** [height, width, 3] bytes of a picture, for views. */
export function pictureTensor({ width, height, data }: Picture): Tensor<"uint8"> {
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) for (let c = 0; c < 3; c++) rgb[3 * i + c] = data[4 * i + c]!;
  return tensor("uint8", [height, width, 3], rgb);
}

/** A sample of an input as the network gets it, drawn; undefined where it is no picture. */
export function samplePicture(input: PreparedInput, batchAxis: number | undefined, sample: number): Tensor<"uint8"> | undefined {
  if (!input.toPictures) return undefined;
  const [picture] = input.toPictures(batchAxis === undefined ? input.tensor : take(input.tensor, batchAxis, [sample]));
  return picture && pictureTensor(picture);
}
