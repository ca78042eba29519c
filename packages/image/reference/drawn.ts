import type { Picture } from '@vitrine/core';

/** A picture by a formula, opaque: the same pixels as `drawn` in make.py. */
export function drawn(width: number, height: number): Picture {
  const data = new Uint8Array(4 * width * height);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      data[i++] = (x * 7 + y * 13 + ((x * y) % 11) * 5) % 256;
      data[i++] = (Math.floor(x / 3) + Math.floor(y / 5)) % 2 === 1 ? 255 : (x * x + y) % 97;
      data[i++] = ((x * 31) ^ (y * 17)) % 256;
      data[i++] = 255;
    }
  }
  return { width, height, data };
}

/** The RGB bytes of a picture, for comparing with Pillow's. */
export function rgbOf(picture: Picture): number[] {
  return Array.from(picture.data).filter((_, i) => i % 4 !== 3);
}

/** The bytes that make.py packed. */
export function unpacked(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
}
