import { imageError } from "./errors.js";

/** A picture with more pixels by its header is not decoded. */
export const maxPixels = 100_000_000;
/** Nor one with a longer side: what JPEG can hold. */
export const maxSide = 65_535;

export type ImageType = "PNG" | "JPEG" | "WebP";

export interface ImageHeader {
  readonly type: ImageType;
  /** As stored, before any EXIF orientation. */
  readonly width: number;
  readonly height: number;
}

const ascii = (bytes: Uint8Array, start: number, end: number): string => String.fromCharCode(...bytes.subarray(start, end));
const beginsWith = (bytes: Uint8Array, ...head: number[]): boolean => head.every((byte, i) => bytes[i] === byte);

/** The type by the first bytes; undefined for everything else. The name of a file says nothing. */
export function imageType(bytes: Uint8Array): ImageType | undefined {
  if (beginsWith(bytes, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return "PNG";
  if (beginsWith(bytes, 0xff, 0xd8, 0xff)) return "JPEG";
  return ascii(bytes, 0, 4) === "RIFF" && ascii(bytes, 8, 12) === "WEBP" ? "WebP" : undefined;
}

/**
 * Type and size from the header alone; nothing is decoded and nothing allocated.
 * Also walks the file's frame to its end mark, so that a cut file is told from a whole one on every platform.
 * @param name of the file, for messages
 * @throws `picture-kind`, `picture-header`, `picture-empty`, `picture-too-large`, `picture-cut`
 */
export function readImageHeader(bytes: Uint8Array, name: string): ImageHeader {
  const type = imageType(bytes);
  if (type === undefined) throw imageError("picture-kind", { name, is: whatIs(bytes) });
  const { width, height, whole } = frames[type](bytes, (why) => imageError("picture-header", { name, type, why }));
  if (width === 0 || height === 0) throw imageError("picture-empty", { name, width, height });
  if (width > maxSide || height > maxSide || width * height > maxPixels) throw imageError("picture-too-large", { name, width, height, most: maxPixels, side: maxSide });
  if (!whole) throw imageError("picture-cut", { name, type });
  return { type, width, height };
}

interface Frame {
  readonly width: number;
  readonly height: number;
  /** Whether the end mark is there. */
  readonly whole: boolean;
}
type ReadFrame = (bytes: Uint8Array, fail: (why: string) => Error) => Frame;

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** https://www.w3.org/TR/png-3/#5Chunk-layout */
const png: ReadFrame = (bytes, fail) => {
  if (bytes.length < 24 || ascii(bytes, 12, 16) !== "IHDR") throw fail("it has no header chunk");
  const view = viewOf(bytes);
  let at = 8;
  let ended = false;
  while (!ended && at + 12 <= bytes.length) {
    ended = ascii(bytes, at + 4, at + 8) === "IEND";
    at += 12 + view.getUint32(at);
  }
  return { width: view.getUint32(16), height: view.getUint32(20), whole: ended && at <= bytes.length };
};

/** ITU-T T.81, B.1.1: segments up to the first scan, then entropy-coded data, in which FF D9 stands only for the end. */
const jpeg: ReadFrame = (bytes, fail) => {
  const view = viewOf(bytes);
  let size: { width: number; height: number } | undefined;
  const cut = (): Frame => {
    if (!size) throw fail("its size is not in it");
    return { ...size, whole: false };
  };
  let at = 2;
  for (;;) {
    at = bytes.indexOf(0xff, at);
    while (at >= 0 && bytes[at] === 0xff) at++;
    const marker = at < 0 ? undefined : bytes[at];
    if (marker === undefined || at + 3 > bytes.length) return cut();
    // Stuffed zeros, restarts, TEM and a second start have no length.
    if (marker === 0 || marker === 1 || (marker >= 0xd0 && marker <= 0xd8)) continue;
    if (marker === 0xd9) throw fail("it ends before any pixels");
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame && at + 8 <= bytes.length) size ??= { height: view.getUint16(at + 4), width: view.getUint16(at + 6) };
    if (marker === 0xda) return size && hasEnd(bytes, at) ? { ...size, whole: true } : cut();
    at += 1 + Math.max(2, view.getUint16(at + 1));
  }
};

function hasEnd(bytes: Uint8Array, from: number): boolean {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) if (bytes[at + 1] === 0xd9) return true;
  return false;
}

/** RFC 9649, WebP: a RIFF container that begins with VP8, VP8L or VP8X. */
const webp: ReadFrame = (bytes, fail) => {
  if (bytes.length < 30) throw fail("its size is not in it");
  const view = viewOf(bytes);
  const whole = view.getUint32(4, true) + 8 <= bytes.length;
  const chunk = ascii(bytes, 12, 16);
  if (chunk === "VP8X") return { width: 1 + (view.getUint32(24, true) & 0xffffff), height: 1 + (view.getUint32(26, true) >>> 8), whole };
  if (chunk === "VP8L" && bytes[20] === 0x2f) {
    const bits = view.getUint32(21, true);
    return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff), whole };
  }
  if (chunk === "VP8 " && bytes[23] === 0x9d && bytes[24] === 0x01 && bytes[25] === 0x2a) {
    return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff, whole };
  }
  throw fail("its size is not in it");
};

const frames: Readonly<Record<ImageType, ReadFrame>> = { PNG: png, JPEG: jpeg, WebP: webp };

/** What bytes are that are no picture of ours, in words for a message. */
function whatIs(bytes: Uint8Array): string {
  if (bytes.length === 0) return "empty";
  const head = ascii(bytes, 0, 16);
  if (head.startsWith("GIF8")) return "a GIF";
  if (head.startsWith("BM")) return "a BMP";
  if (head.startsWith("II*\0") || head.startsWith("MM\0*")) return "a TIFF";
  if (head.startsWith("%PDF")) return "a PDF";
  if (head.startsWith("\x93NUMPY")) return "a NumPy array";
  if (head.startsWith("PK\x03\x04")) return "a ZIP archive";
  if (head.startsWith("8BPS")) return "a Photoshop file";
  if (head.slice(4, 8) === "ftyp") return /^avi[fs]/.test(head.slice(8)) ? "an AVIF" : /^(hei|hev|mif)/.test(head.slice(8)) ? "a HEIC" : "a film";
  if (beginsWith(bytes, 0xff, 0x0a) || head.slice(4, 8) === "JXL ") return "a JPEG XL";
  const text = asText(bytes.subarray(0, 512));
  if (text === undefined) return `binary data that begins with ${Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0")).join(" ")}`;
  if (/<svg[\s>]/i.test(text)) return "an SVG";
  return /^\s*<(!doctype|html)/i.test(text) ? "a web page" : "text";
}

function asText(bytes: Uint8Array): string | undefined {
  const text = new TextDecoder().decode(bytes);
  // A character may be cut at the end; anything else that is no text has control characters or invalid UTF-8.
  return [...text.slice(0, -1)].every((c) => c !== "\ufffd" && (c >= " " || c === "\n" || c === "\r" || c === "\t")) ? text : undefined;
}
