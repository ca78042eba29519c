import { coreError } from "../errors/catalogue.js";
import { toFloat32 } from "../tensor/convert.js";
import { stridesOf, type Tensor } from "../tensor/tensor.js";
import type { GridAxes, GridScaling, LayerGridView } from "./view.js";

/** The cells of a layer grid, ready to be coloured. */
export interface LayerGridCells {
  readonly units: number;
  readonly height: number;
  readonly width: number;
  /** [units, height, width]: 0 to 1, for `signed` −1 to 1; NaN where the activation is NaN. */
  readonly data: Float32Array;
  /** Raw values at both ends of the scale, over the whole layer; NaN and infinities do not count. */
  readonly range: readonly [number, number];
}

/** ε of the Deep Visualization Toolbox. */
const epsilon = 1e-10;

/** Columns of a grid of `cells`: ⌈√n⌉, as the Deep Visualization Toolbox. */
export function gridColumns(cells: number): number {
  return Math.max(1, Math.ceil(Math.sqrt(cells)));
}

/**
 * One sample of a raw activation as cells of a layer grid.
 *
 * With `min-max` over the layer it is `tile_images_normalize` of the Deep Visualization Toolbox (Yosinski et al. 2015): min-max
 * over the whole layer, each channel × (max_c + ε)^(−b), then ^γ; ε = 1e-10. The other two scalings keep zero at zero. With contrast
 * over the layer, the view's `range` (where it names one) is the scale: layers side by side can share theirs.
 * @throws `view-axes` where the view does not fit the tensor
 */
export function layerGridCells(source: Tensor, view: Pick<LayerGridView, "axes" | "sample" | "scaling" | "range">): LayerGridCells {
  const { units, height, width, data } = rawCells(source, view.axes, view.sample ?? 0);
  const range = scale(data, units, view.scaling, view.range);
  return { units, height, width, data, range };
}

/**
 * The cells before scaling, copied: all units of one sample, or a single one.
 * @throws `view-axes` where the axes, the sample or the unit are not those of the tensor
 */
export function rawCells(source: Tensor, axes: GridAxes, sample = 0, unit?: number): Omit<LayerGridCells, "range"> {
  const { shape } = source;
  const named = [axes.batch, axes.unit, ...axes.rows, ...axes.columns].filter((axis) => axis !== undefined);
  const fits = named.length === shape.length && new Set(named).size === named.length && named.every((axis) => Number.isInteger(axis) && axis >= 0 && axis < shape.length);
  const samples = axes.batch === undefined ? 1 : shape[axes.batch]!;
  if (!fits || !Number.isInteger(sample) || sample < 0 || sample >= samples) throw coreError("view-axes", { axes: named, shape });
  const strides = stridesOf(shape);
  const offsets = (over: readonly number[]): number[] =>
    over.reduce<number[]>((outer, axis) => outer.flatMap((offset) => Array.from({ length: shape[axis]! }, (_, i) => offset + i * strides[axis]!)), [0]);
  const allUnits = offsets(axes.unit === undefined ? [] : [axes.unit]);
  const unitOffsets = unit === undefined ? allUnits : allUnits.slice(unit, unit + 1);
  if (unit !== undefined && unitOffsets.length === 0) throw coreError("view-axes", { axes: named, shape });
  const rows = offsets(axes.rows);
  const columns = offsets(axes.columns);
  const first = axes.batch === undefined ? 0 : sample * strides[axes.batch]!;
  const from = toFloat32(source);
  const data = new Float32Array(unitOffsets.length * rows.length * columns.length);
  let to = 0;
  for (const unit of unitOffsets) for (const row of rows) for (const column of columns) data[to++] = from[first + unit + row + column]!;
  return { units: unitOffsets.length, height: rows.length, width: columns.length, data };
}

/** Scales the cells in place and returns the raw range over the layer. */
function scale(data: Float32Array, units: number, { normalise, contrast, channelBoost, gamma }: GridScaling, range: LayerGridView["range"]): [number, number] {
  const size = units === 0 ? 0 : data.length / units;
  const whole: [number, number] = range && contrast === "layer" ? [...range] : rangeOf(data, normalise);
  for (let unit = 0; unit < units; unit++) {
    const cell = data.subarray(unit * size, (unit + 1) * size);
    const [low, high] = contrast === "layer" ? whole : rangeOf(cell, normalise);
    const zero = normalise === "min-max" ? low : 0;
    const span = normalise === "min-max" ? high - low + epsilon : high || 1;
    let most = 0;
    for (let i = 0; i < size; i++) {
      const value = (normalise === "magnitude" ? Math.abs(cell[i]!) : cell[i]!) - zero;
      cell[i] = Math.min(1, Math.max(-1, value / span));
      most = Math.max(most, Math.abs(cell[i]!) || 0);
    }
    if (channelBoost === 0 && gamma === 1) continue;
    const boost = channelBoost === 0 ? 1 : (most + epsilon) ** -channelBoost;
    for (let i = 0; i < size; i++) cell[i] = Math.sign(cell[i]!) * Math.abs(cell[i]! * boost) ** gamma;
  }
  return whole;
}

function rangeOf(values: Float32Array, normalise: GridScaling["normalise"]): [number, number] {
  let min = Infinity;
  let max = -Infinity;
  for (const value of values) {
    if (value < min && value > -Infinity) min = value;
    if (value > max && value < Infinity) max = value;
  }
  if (min > max) return [0, 0];
  const most = Math.max(Math.abs(min), Math.abs(max));
  return normalise === "min-max" ? [min, max] : [normalise === "signed" ? -most : 0, most];
}
