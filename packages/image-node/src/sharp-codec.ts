import type { ImageCodec, Picture } from "@vitrine/core";
import { checkPicture, imageError, maxPixels, onWhite, readImageHeader } from "@vitrine/image";
import sharp, { type Sharp } from "sharp";

type EncodedType = Parameters<ImageCodec["encode"]>[1];

/** Quality of JPEG and WebP, 1 to 100; colours of JPEG at full resolution, since what is written is looked at closely. */
const quality = 92;

/**
 * Orientation is applied, ICC profiles and CMYK are converted to sRGB, 16 bits become 8, transparency lies on white, and of an
 * animation the first frame is taken.
 */
async function decode(bytes: Uint8Array, name: string): Promise<Picture> {
  readImageHeader(bytes, name);
  try {
    const { data, info } = await sharp(bytes, { limitInputPixels: maxPixels, failOn: "error" })
      .autoOrient()
      .toColourspace("srgb")
      .ensureAlpha()
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    // sharp's own `flatten` truncates; ours rounds, and is the one that every platform has.
    return onWhite({ width: info.width, height: info.height, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) });
  } catch (cause) {
    throw imageError("picture-broken", { name, why: reasonOf(cause) }, cause);
  }
}

/** The decoder's own words, on one line. */
function reasonOf(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  return text.replace(/\s+/g, " ").trim().replace(/\.$/, "");
}

async function encode(picture: Picture, type: EncodedType): Promise<Uint8Array> {
  const { width, height, data } = type === "image/jpeg" ? onWhite(picture) : checkPicture(picture);
  const pixels = sharp(data, { raw: { width, height, channels: 4 }, limitInputPixels: false });
  const encoded = await encoders[type](pixels).toBuffer();
  return new Uint8Array(encoded.buffer, encoded.byteOffset, encoded.byteLength);
}

const encoders: Readonly<Record<EncodedType, (pixels: Sharp) => Sharp>> = {
  "image/png": (pixels) => pixels.png(),
  "image/jpeg": (pixels) => pixels.removeAlpha().jpeg({ quality, chromaSubsampling: "4:4:4" }),
  "image/webp": (pixels) => pixels.webp({ quality }),
};

/** Decodes and encodes in Node by sharp. */
export const sharpCodec: ImageCodec = { id: "sharp", decode, encode };
