import { type Picture } from "@vitrine/core";
import { imageError } from "./errors.js";
import { maxPixels } from "./header.js";
import { checkPicture, checkRegion, type Region } from "./picture.js";
import { halfEven } from "./rounding.js";
import { needed, resampleColumns, resamplePlane, resampleRows, triangleWeights } from "./resample.js";

type Size = readonly [height: number, width: number];

function checkSize(height: number, width: number): void {
  if (!Number.isSafeInteger(height) || !Number.isSafeInteger(width) || height < 1 || width < 1) throw imageError("resize-size", { height, width });
}

/**
 * The picture at `[height, width]` by Pillow's antialiased bilinear resampling, bit for bit: `Image.resize((w, h), Image.BILINEAR)` of an
 * opaque RGB image. Channels are resampled each for itself; put a transparent picture on white first.
 * @param window the part of the result that is wanted: what lies outside is never computed
 * @throws `resize-size`, `region-outside`
 */
export function resize(picture: Picture, [height, width]: Size, window: Region = { top: 0, left: 0, height, width }): Picture {
  checkPicture(picture);
  checkSize(height, width);
  checkRegion(window, width, height);
  const tooMany = (rows: number): boolean => rows * window.width > maxPixels;
  if (tooMany(window.height)) throw imageError("resize-size", { height: window.height, width: window.width });
  const rows = triangleWeights(picture.height, height, window.top, window.height);
  const { start, end } = needed(rows);
  if (tooMany(end - start)) throw imageError("resize-size", { height: window.height, width: window.width });
  const columns = triangleWeights(picture.width, width, window.left, window.width);
  const middle = resampleRows(picture.data, picture.width, start, end, columns);
  return { width: window.width, height: window.height, data: resampleColumns(middle, 4 * window.width, start, rows) };
}

/** A plane of numbers [rows, columns] at another size, by the same filter without rounding: Pillow's mode `F`. @throws `resize-size` */
export function resizePlane(values: Float32Array, from: Size, to: Size): Float32Array {
  checkSize(...from);
  checkSize(...to);
  if (values.length !== from[0] * from[1] || to[0] * to[1] > maxPixels) throw imageError("resize-size", { height: to[0], width: to[1] });
  return resamplePlane(values, from[1], triangleWeights(from[1], to[1], 0, to[1]), triangleWeights(from[0], to[0], 0, to[0]));
}

/** `[height, width]` when the shorter side becomes `side`: torchvision's `Resize(side)`, the other side truncated. */
export function shortSide([height, width]: Size, side: number): [number, number] {
  return width <= height ? [Math.trunc((side * height) / width), side] : [side, Math.trunc((side * width) / height)];
}

/** `[height, width]` when the longer side becomes `side`, the other rounded and at least 1: Pillow's `ImageOps.contain`. */
export function longSide([height, width]: Size, side: number): [number, number] {
  const other = (short: number, long: number): number => Math.max(1, halfEven((short / long) * side));
  return width >= height ? [other(height, width), side] : [side, other(width, height)];
}
