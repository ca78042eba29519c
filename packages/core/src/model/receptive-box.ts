import type { ReceptiveField } from "./layer.js";

/** A box of input positions. */
export interface InputBox {
  /** First position per axis. */
  readonly start: readonly number[];
  /** 0 where the field lies wholly in the padding. */
  readonly size: readonly number[];
}

/** What a unit at `position` sees of an input of `extent` (both per spatial axis), cut at the input's edges. */
export function receptiveBox(field: ReceptiveField, position: readonly number[], extent: readonly number[]): InputBox {
  // Behind an upsampling fields begin between positions: what they touch counts.
  const from = position.map((p, i) => field.offset[i]! + p * field.stride[i]!);
  const start = from.map((first, i) => Math.min(extent[i]!, Math.max(0, Math.floor(first))));
  const size = from.map((first, i) => Math.max(0, Math.min(extent[i]!, Math.ceil(first + field.size[i]!)) - start[i]!));
  return { start, size };
}

/**
 * Where a whole map lies on the input, in input positions: each of its positions is a tile of one stride around the centre
 * of its field. [y, x, height, width] for two axes; it may reach over the input's edges.
 */
export function mapPlace(field: ReceptiveField, extent: readonly number[]): { readonly start: readonly number[]; readonly size: readonly number[] } {
  return {
    start: field.offset.map((offset, i) => offset + (field.size[i]! - field.stride[i]!) / 2),
    size: field.stride.map((stride, i) => stride * extent[i]!),
  };
}

/** "rows 0–10, columns 12–22" */
export function boxWords({ start, size }: InputBox): string {
  if (size.includes(0)) return "only padding";
  const names = start.length === 2 ? ["rows", "columns"] : start.length === 3 ? ["slices", "rows", "columns"] : ["positions"];
  return start.map((first, i) => `${names[i] ?? "positions"} ${first}–${first + size[i]! - 1}`).join(", ");
}
