import { rgb } from "d3-color";
import type { Picture } from "@vitrine/core";
import type { ValueMap } from "../data/map.js";
import { tokens, type Theme } from "../tokens.js";

/** Width of a stripe and of what is between two, in pixels of a screen of double density. */
const stripe = 2;
const period = 8;
/** Larger rasters are not hatched finer. */
const largest = 1024;

/**
 * The colours of a map, enlarged so that what is not a number can be hatched on the page's colour:
 * it looks like no value, on every colour map and over every picture. `width` and `height`: the pixels that it will be shown on.
 */
export function hatched(map: ValueMap, colours: Picture, width: number, height: number, theme: Theme): Picture {
  const across = Math.max(1, Math.round(Math.min(width, largest) / map.width));
  const down = Math.max(1, Math.round(Math.min(height, largest) / map.height));
  const w = map.width * across;
  const h = map.height * down;
  const data = new Uint8ClampedArray(4 * w * h);
  const [page, line] = [rgb(tokens[theme].page), rgb(tokens[theme].second)];
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const from = Math.floor(y / down) * map.width + Math.floor(x / across);
      const to = 4 * (y * w + x);
      if (Number.isNaN(map.values[from]!)) {
        const colour = (x + y) % period < stripe ? line : page;
        data[to] = colour.r;
        data[to + 1] = colour.g;
        data[to + 2] = colour.b;
        data[to + 3] = 255;
      } else for (let c = 0; c < 4; c++) data[to + c] = colours.data[4 * from + c]!;
    }
  }
  return { width: w, height: h, data };
}
