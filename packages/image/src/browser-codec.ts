import type { ImageCodec, Picture } from "@vitrine/core";
import { imageError } from "./errors.js";
import { readImageHeader } from "./header.js";
import { checkPicture, onWhite } from "./picture.js";

/** Quality of JPEG and WebP, 0 to 1. */
const quality = 0.92;

function canvasOf(width: number, height: number): OffscreenCanvasRenderingContext2D {
  const context = new OffscreenCanvas(width, height).getContext("2d", { colorSpace: "srgb", willReadFrequently: true });
  if (!context) throw imageError("picture-encode", { type: "canvas", why: "this browser gives no 2D canvas" });
  return context;
}

async function decode(bytes: Uint8Array, name: string): Promise<Picture> {
  const { type } = readImageHeader(bytes, name);
  const blob = new Blob([bytes as Uint8Array<ArrayBuffer>], { type: `image/${type.toLowerCase()}` });
  // The options' defaults differ between browsers' versions; these are what the contract of ImageCodec says.
  const bitmap = await createImageBitmap(blob, { imageOrientation: "from-image", colorSpaceConversion: "default" }).catch((cause: unknown) => {
    throw imageError("picture-broken", { name, why: "the browser cannot decode it" }, cause);
  });
  try {
    const { width, height } = bitmap;
    const context = canvasOf(width, height);
    context.fillStyle = "#fff";
    context.fillRect(0, 0, width, height);
    context.drawImage(bitmap, 0, 0);
    return { width, height, data: context.getImageData(0, 0, width, height).data };
  } finally {
    bitmap.close();
  }
}

async function encode(picture: Picture, type: "image/png" | "image/jpeg" | "image/webp"): Promise<Uint8Array> {
  // JPEG has no transparency; a canvas would put it on black.
  const { width, height, data } = type === "image/jpeg" ? onWhite(picture) : checkPicture(picture);
  const context = canvasOf(width, height);
  context.putImageData(new ImageData(Uint8ClampedArray.from(data), width, height), 0, 0);
  const blob = await context.canvas.convertToBlob({ type, quality });
  if (blob.type !== type) throw imageError("picture-encode", { type, why: "this browser has no encoder for it" });
  return new Uint8Array(await blob.arrayBuffer());
}

/** Decodes and encodes by the browser's own means, in a window or a worker. */
export const browserCodec: ImageCodec = { id: "browser", decode, encode };

/** Whether this is a place where `browserCodec` works. */
export function hasBrowserCodec(): boolean {
  return typeof createImageBitmap === "function" && typeof OffscreenCanvas === "function";
}
