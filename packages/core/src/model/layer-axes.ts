import { gridColumns } from "../method/layer-grid.js";
import type { GridAxes } from "../method/view.js";
import type { Layer } from "./layer.js";

/** The axes of a layer's value; each axis is exactly one of them. */
export interface LayerAxes {
  /** Undefined for a value that holds all samples together. */
  readonly batch: number | undefined;
  readonly unit: number | undefined;
  readonly spatial: readonly number[];
}

/** Which axis of a layer's value is what. */
export function layerAxes({ shape, batchAxis, unitAxis, spatialAxes }: Layer): LayerAxes {
  const isBatch = batchAxis < shape.length && batchAxis !== unitAxis && !spatialAxes.includes(batchAxis);
  return { batch: isBatch ? batchAxis : undefined, unit: unitAxis, spatial: spatialAxes };
}

/** True for the raw output of a recurrent operator: [time, directions, batch, units] and its other layout. */
const isSequence = ({ op, spatialAxes }: Layer): boolean => (op === "LSTM" || op === "GRU" || op === "RNN") && spatialAxes.length === 2;

/** What each axis is called, in the order of the value's shape. */
export function layerAxisNames(layer: Layer): string[] {
  const { batch, unit, spatial } = layerAxes(layer);
  const places = isSequence(layer) ? ["time", "direction"] : placeNames(layer);
  return layer.shape.map((_, axis) => (axis === batch ? "batch" : axis === unit ? "unit" : (places[spatial.indexOf(axis)] ?? `axis ${axis}`)));
}

function placeNames({ kind, spatialAxes: { length } }: Layer): string[] {
  if (length === 1) return [kind === "recurrent" ? "time" : "position"];
  if (length === 2) return ["row", "column"];
  if (length === 3) return ["depth", "row", "column"];
  return Array.from({ length }, (_, i) => `position ${i}`);
}

/** How a layer lies on a page: what goes down, what goes across, and how many units stand side by side. */
export function layerGridLayout(layer: Layer): { readonly axes: GridAxes; readonly columns: number } {
  const { batch, unit, spatial } = layerAxes(layer);
  const roles = { ...(batch !== undefined && { batch }), ...(unit !== undefined && { unit }) };
  // Time runs from left to right, and the units of a sequence stand one under the other: a matrix of units × time.
  const across = isSequence(layer) ? spatial.slice(0, 1) : spatial.slice(-1);
  const down = spatial.filter((axis) => !across.includes(axis));
  const width = across.reduce((product, axis) => product * layer.shape[axis]!, 1);
  const isMatrix = width > 1 && (isSequence(layer) || spatial.length === 1);
  const columns = isMatrix ? Math.max(1, Math.floor(Math.sqrt(layer.units / (2 * width)))) : gridColumns(layer.units);
  return { axes: { ...roles, rows: down, columns: across }, columns };
}

/** Sizes of the axes that are positions. */
export function layerExtent(layer: Layer): number[] {
  return layer.spatialAxes.map((axis) => layer.shape[axis]!);
}

/** Flat position among `extent` as one number per axis. */
export function unravelIndex(position: number, extent: readonly number[]): number[] {
  const index: number[] = [];
  let rest = position;
  for (let axis = extent.length - 1; axis >= 0; axis--) {
    index.unshift(rest % extent[axis]!);
    rest = Math.floor(rest / extent[axis]!);
  }
  return index;
}
