import { encode } from "fast-png";
import type { Picture } from "@vitrine/core";

/** More colours than this do not fit into one byte each. */
const paletteSize = 256;

/** A power of two well above the palette's size: few colours meet in one slot. */
const slots = 1024;

/** The colours in use with the transparent ones first, as PNG wants them, and an index per pixel; undefined where they are too many. */
function indexed({ data, width, height }: Picture): { palette: number[][]; data: Uint8Array } | undefined {
  const table = new Int16Array(slots).fill(-1);
  const keys: number[] = [];
  const pixels = new Uint8Array(width * height);
  for (let i = 0, at = 0; i < pixels.length; i++, at += 4) {
    const alpha = data[at + 3]!;
    // Red, green and blue of what cannot be seen do not count.
    const key = alpha === 0 ? 0 : ((alpha << 24) | (data[at]! << 16) | (data[at + 1]! << 8) | data[at + 2]!) >>> 0;
    let slot = Math.imul(key, 0x9e3779b1) >>> 22;
    while (table[slot]! >= 0 && keys[table[slot]!] !== key) slot = (slot + 1) % slots;
    if (table[slot]! < 0) {
      if (keys.length === paletteSize) return undefined;
      table[slot] = keys.length;
      keys.push(key);
    }
    pixels[i] = table[slot]!;
  }
  const sorted = [...keys].sort((a, b) => a - b);
  const place = Uint8Array.from(keys, (key) => sorted.indexOf(key));
  const opaque = sorted.every((key) => key >>> 24 === 255);
  const palette = sorted.map((key) => [(key >>> 16) & 255, (key >>> 8) & 255, key & 255, ...(opaque ? [] : [key >>> 24])]);
  return { palette, data: pixels.map((index) => place[index]!) };
}

/** A picture as PNG bytes: with a palette where 256 colours do, without alpha where none is transparent. */
export function encodePng(picture: Picture): Uint8Array {
  const { width, height, data } = picture;
  const small = indexed(picture);
  if (small) return encode({ width, height, data: small.data, palette: small.palette, depth: 8, channels: 1 }, { zlib: { level: 6 } });
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
