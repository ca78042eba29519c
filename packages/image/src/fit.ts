import { readResizing, type ImageSpec, type Picture, type Resizing } from "@vitrine/core";
import { imageError } from "./errors.js";
import { centreOf, onWhite, pad, toGray } from "./picture.js";
import { longSide, resize, shortSide } from "./resize.js";

/** Reads `stretch`, `short-side N, centre crop` or `long-side N, pad`. @throws `resize-syntax` */
export function parseResize(words: string): Resizing {
  const resizing = readResizing(words);
  if (!resizing) throw imageError("resize-syntax", { resize: words });
  return resizing;
}

/**
 * The picture as the network gets it, before normalising: opaque (on white), grey where the input is, resized and cropped to `spec.size`.
 * Pixels that the crop drops are never computed, so that extreme proportions cost nothing.
 * @throws `picture-data`, `resize-syntax`, `resize-size`
 */
export function fit(picture: Picture, spec: Pick<ImageSpec, "size" | "resize" | "channels">): Picture {
  const resizing = parseResize(spec.resize);
  const flat = onWhite(picture);
  const source = spec.channels === "gray" ? toGray(flat) : flat;
  if (resizing.kind === "stretch") return resize(source, spec.size);
  const scaled = (resizing.kind === "short-side" ? shortSide : longSide)([source.height, source.width], resizing.side);
  const rows = centreOf(scaled[0], spec.size[0]);
  const columns = centreOf(scaled[1], spec.size[1]);
  const part = resize(source, scaled, { top: rows.start, left: columns.start, height: rows.length, width: columns.length });
  return pad(part, { top: rows.before, bottom: rows.after, left: columns.before, right: columns.after });
}
