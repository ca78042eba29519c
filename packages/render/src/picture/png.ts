import { encode } from "fast-png";
import type { Picture } from "@vitrine/core";

/** More colours than this do not fit into one byte each. */
const paletteSize = 256;

/** The colours in use with the transparent ones first, as PNG wants them, and an index per pixel; undefined where they are too many. */
function indexed({ data, width, height }: Picture): { palette: number[][]; data: Uint8Array } | undefined {
  const pixels = new Uint32Array(width * height);
  const found = new Set<number>();
  for (let i = 0; i < pixels.length; i++) {
    const at = 4 * i;
    // Red, green and blue of what cannot be seen do not count.
    const key = data[at + 3] === 0 ? 0 : ((data[at + 3]! << 24) | (data[at]! << 16) | (data[at + 1]! << 8) | data[at + 2]!) >>> 0;
    pixels[i] = key;
    found.add(key);
    if (found.size > paletteSize) return undefined;
  }
  const keys = [...found].sort((a, b) => a - b);
  const index = new Map(keys.map((key, i) => [key, i]));
  const opaque = keys.every((key) => key >>> 24 === 255);
  const palette = keys.map((key) => [(key >>> 16) & 255, (key >>> 8) & 255, key & 255, ...(opaque ? [] : [key >>> 24])]);
  return { palette, data: Uint8Array.from(pixels, (key) => index.get(key)!) };
}

/** A picture as PNG bytes: with a palette where 256 colours do, without alpha where none is transparent. */
export function encodePng(picture: Picture): Uint8Array {
  const { width, height, data } = picture;
  const small = indexed(picture);
  if (small) return encode({ width, height, data: small.data, palette: small.palette, depth: 8, channels: 1 }, { zlib: { level: 9 } });
  if (!data.every((value, i) => i % 4 !== 3 || value === 255)) return encode({ width, height, data, depth: 8, channels: 4 });
  const colours = new Uint8Array(3 * width * height);
  for (let from = 0, to = 0; from < data.length; from += 4) {
    colours[to++] = data[from]!;
    colours[to++] = data[from + 1]!;
    colours[to++] = data[from + 2]!;
  }
  return encode({ width, height, data: colours, depth: 8, channels: 3 });
}

const chunk = 0x2000;

function base64(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += chunk) text += String.fromCharCode(...bytes.subarray(i, i + chunk));
  return btoa(text);
}

/** A picture as the data URI of a PNG. */
export function toDataUri(picture: Picture): string {
  return `data:image/png;base64,${base64(encodePng(picture))}`;
}
