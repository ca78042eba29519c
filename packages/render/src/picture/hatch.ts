import { rgb } from "d3-color";
import type { Picture } from "@vitrine/core";
import type { ValueMap } from "../data/map.js";
import { unblend } from "../colour/unblend.js";
import { tokens, type Look } from "../tokens.js";

/** Width of a stripe and of what is between two, in pixels of a screen of double density. */
const stripe = 2;
const period = 8;
/** Larger rasters are not hatched finer. */
const largest = 1024;

/**
 * The colours of a map, enlarged so that what is not a number can be hatched on the page's colour:
 * it looks like no value, on every colour map and over every picture. `width` and `height`: the pixels that it will be shown on.
 */
export function hatched(map: ValueMap, colours: Picture, width: number, height: number, look: Look): Picture {
  const across = Math.max(1, Math.round(Math.min(width, largest) / map.width));
  const down = Math.max(1, Math.round(Math.min(height, largest) / map.height));
  const w = map.width * across;
  const h = map.height * down;
  const data = new Uint8ClampedArray(4 * w * h);
  const { page, second } = tokens[look === "page" ? "light" : look];
  const [between, line] = [page, second].map((colour) => {
    const { r, g, b } = rgb(colour);
    const bytes = Uint8ClampedArray.of(r, g, b, 255);
    return look === "page" ? unblend(bytes) : bytes;
  }) as [Uint8ClampedArray, Uint8ClampedArray];
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const from = Math.floor(y / down) * map.width + Math.floor(x / across);
      const to = 4 * (y * w + x);
      if (Number.isNaN(map.values[from]!)) {
        const colour = (x + y) % period < stripe ? line : between;
        for (let c = 0; c < 4; c++) data[to + c] = colour[c]!;
      } else for (let c = 0; c < 4; c++) data[to + c] = colours.data[4 * from + c]!;
    }
  }
  return { width: w, height: h, data };
}
