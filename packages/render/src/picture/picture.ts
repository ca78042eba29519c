import { rgb } from "d3-color";
import type { Picture, Tensor } from "@vitrine/core";
import { renderError } from "../errors.js";
import { tokens, type Look } from "../tokens.js";

/**
 * The picture that a tensor [height, width, 3 or 4] of bytes holds; three channels are opaque.
 * @throws `picture-shape` for any other tensor.
 */
export function pictureOf(tensor: Tensor): Picture {
  const [height = 0, width = 0, channels] = tensor.shape;
  if (tensor.dtype !== "uint8" || tensor.shape.length !== 3 || (channels !== 3 && channels !== 4)) {
    throw renderError("picture-shape", { dtype: tensor.dtype, shape: tensor.shape });
  }
  if (channels === 4) return { width, height, data: tensor.data };
  const data = new Uint8ClampedArray(4 * width * height).fill(255);
  for (let from = 0, to = 0; from < tensor.data.length; from += 3, to += 4) {
    data[to] = tensor.data[from]!;
    data[to + 1] = tensor.data[from + 1]!;
    data[to + 2] = tensor.data[from + 2]!;
  }
  return { width, height, data };
}

/** The picture made no larger than `width` × `height`, each pixel the mean of those that it replaces; itself where it is smaller. */
export function shrink(picture: Picture, width: number, height: number): Picture {
  const w = Math.max(1, Math.min(picture.width, Math.round(width)));
  const h = Math.max(1, Math.min(picture.height, Math.round(height)));
  if (w === picture.width && h === picture.height) return picture;
  const sums = new Float64Array(5 * w * h);
  for (let y = 0; y < picture.height; y++) {
    const row = Math.floor((y * h) / picture.height) * w;
    for (let x = 0; x < picture.width; x++) {
      const to = 5 * (row + Math.floor((x * w) / picture.width));
      const from = 4 * (y * picture.width + x);
      const alpha = picture.data[from + 3]!;
      for (let c = 0; c < 3; c++) sums[to + c] = sums[to + c]! + picture.data[from + c]! * alpha;
      sums[to + 3] = sums[to + 3]! + alpha;
      sums[to + 4] = sums[to + 4]! + 1;
    }
  }
  const data = new Uint8ClampedArray(4 * w * h);
  for (let i = 0; i < w * h; i++) {
    const alpha = sums[5 * i + 3]!;
    for (let c = 0; c < 3; c++) data[4 * i + c] = alpha === 0 ? 0 : sums[5 * i + c]! / alpha;
    data[4 * i + 3] = alpha / sums[5 * i + 4]!;
  }
  return { width: w, height: h, data };
}

/** How much of the page shows through a greyed picture. */
const faded = 0.45;

/** The picture without its colours and a little faded, so that an accent laid over it is the only colour there. */
export function grey(picture: Picture, look: Look): Picture {
  const page = rgb(tokens[look === "page" ? "light" : look].page);
  const behind = [page.r, page.g, page.b];
  const data = new Uint8ClampedArray(picture.data.length);
  for (let i = 0; i < data.length; i += 4) {
    const alpha = picture.data[i + 3]! / 255;
    // Luma of sRGB, Rec. 709.
    const luma = 0.2126 * picture.data[i]! + 0.7152 * picture.data[i + 1]! + 0.0722 * picture.data[i + 2]!;
    for (let c = 0; c < 3; c++) data[i + c] = look === "page" ? luma : behind[c]! + (luma - behind[c]!) * alpha * (1 - faded);
    data[i + 3] = look === "page" ? 255 * alpha * (1 - faded) : 255;
  }
  return { width: picture.width, height: picture.height, data };
}
