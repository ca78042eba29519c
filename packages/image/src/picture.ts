import type { Picture } from "@vitrine/core";
import { imageError } from "./errors.js";
import { halfEven } from "./rounding.js";

/** @throws `picture-data` unless `data` holds exactly 4 bytes for each of at least one pixel. */
export function checkPicture(picture: Picture): Picture {
  const { width, height, data } = picture;
  const whole = Number.isSafeInteger(width) && Number.isSafeInteger(height) && width > 0 && height > 0;
  if (!whole || data.length !== 4 * width * height) throw imageError("picture-data", { width, height, length: data.length });
  return picture;
}

/** The picture as it looks on white, opaque; itself where it is opaque already. */
export function onWhite(picture: Picture): Picture {
  const { data, width, height } = checkPicture(picture);
  let opaque = true;
  for (let i = 3; i < data.length && opaque; i += 4) opaque = data[i] === 255;
  if (opaque) return picture;
  const flat = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i += 4) {
    const alpha = data[i + 3]!;
    for (let c = 0; c < 3; c++) flat[i + c] = Math.round((data[i + c]! * alpha + 255 * (255 - alpha)) / 255);
    flat[i + 3] = 255;
  }
  return { width, height, data: flat };
}

/** Brightness of an RGB pixel, 0 to 255: ITU-R 601 luma in Pillow's integers (mode `L`). */
export function luma(red: number, green: number, blue: number): number {
  return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
}

/** The picture in greys: R = G = B = luma. Alpha is kept. */
export function toGray(picture: Picture): Picture {
  const { data, width, height } = checkPicture(picture);
  const gray = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i += 4) {
    gray.fill(luma(data[i]!, data[i + 1]!, data[i + 2]!), i, i + 3);
    gray[i + 3] = data[i + 3]!;
  }
  return { width, height, data: gray };
}

/** A rectangle of pixels. */
export interface Region {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** @throws `region-outside` unless the region has pixels and lies in the picture. */
export function checkRegion(region: Region, width: number, height: number): void {
  const numbers = [region.top, region.left, region.height, region.width];
  const inside = region.top >= 0 && region.left >= 0 && region.height > 0 && region.width > 0 && region.top + region.height <= height && region.left + region.width <= width;
  if (!inside || !numbers.every(Number.isInteger)) throw imageError("region-outside", { region: numbers, width, height });
}

/** The part of a picture that lies in `region`, copied. @throws `region-outside` */
export function crop(picture: Picture, region: Region): Picture {
  checkPicture(picture);
  checkRegion(region, picture.width, picture.height);
  const data = new Uint8Array(4 * region.width * region.height);
  for (let y = 0; y < region.height; y++) {
    const start = 4 * ((region.top + y) * picture.width + region.left);
    data.set(picture.data.subarray(start, start + 4 * region.width), 4 * y * region.width);
  }
  return { width: region.width, height: region.height, data };
}

export interface Margins {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
}

/** The picture with opaque margins of one grey, 0 (black) to 255. */
export function pad(picture: Picture, margins: Margins, gray = 0): Picture {
  checkPicture(picture);
  const width = picture.width + margins.left + margins.right;
  const height = picture.height + margins.top + margins.bottom;
  const data = new Uint8Array(4 * width * height).fill(gray);
  for (let i = 3; i < data.length; i += 4) data[i] = 255;
  for (let y = 0; y < picture.height; y++) {
    data.set(picture.data.subarray(4 * y * picture.width, 4 * (y + 1) * picture.width), 4 * ((margins.top + y) * width + margins.left));
  }
  return { width, height, data };
}

/**
 * Where torchvision's `center_crop` cuts `size` out of an extent, and how much it pads where the extent is smaller:
 * offset = int(round((extent − size) / 2)), Python's rounding to even; the odd pixel of padding comes last.
 */
export function centreOf(extent: number, size: number): { readonly start: number; readonly length: number; readonly before: number; readonly after: number } {
  const lacking = Math.max(0, size - extent);
  return { start: lacking > 0 ? 0 : halfEven((extent - size) / 2), length: Math.min(size, extent), before: Math.floor(lacking / 2), after: Math.ceil(lacking / 2) };
}

/** The middle `[height, width]` of a picture, padded with black where the picture is smaller: torchvision's `center_crop`. */
export function centreCrop(picture: Picture, size: readonly [number, number]): Picture {
  const rows = centreOf(picture.height, size[0]);
  const columns = centreOf(picture.width, size[1]);
  const cut = crop(picture, { top: rows.start, left: columns.start, height: rows.length, width: columns.length });
  if (cut.height === size[0] && cut.width === size[1]) return cut;
  return pad(cut, { top: rows.before, bottom: rows.after, left: columns.before, right: columns.after });
}
