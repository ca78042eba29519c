import { defineErrors, didYouMean, quote, showShape } from "@vitrine/core";

const times = (width: number, height: number): string => `${width.toLocaleString("en")} × ${height.toLocaleString("en")}`;

/** Every message about pictures, also those of the platform codecs. */
export const imageError = defineErrors({
  "picture-kind": (f: { name: string; is: string }) => ({
    message: `${quote(f.name)} is no picture that can be read: it is ${f.is}.`,
    hint: "PNG, JPEG and WebP are read; convert it to one of them.",
  }),
  "picture-header": (f: { name: string; type: string; why: string }) => ({
    message: `${quote(f.name)} begins as a ${f.type} and then breaks off: ${f.why}.`,
    hint: "The file is damaged; get it again from where it came from.",
  }),
  "picture-empty": (f: { name: string; width: number; height: number }) => ({
    message: `${quote(f.name)} has no pixels: it is ${times(f.width, f.height)}.`,
    hint: "Give a picture of at least one pixel.",
  }),
  "picture-too-large": (f: { name: string; width: number; height: number; most: number; side: number }) => ({
    message: `${quote(f.name)} is ${times(f.width, f.height)} pixels by its header; at most ${f.most / 1e6} megapixels with sides of ${f.side.toLocaleString("en")} are decoded.`,
    hint: "Scale it down first: a network sees a few hundred pixels a side.",
  }),
  "picture-cut": (f: { name: string; type: string }) => ({
    message: `${quote(f.name)} is a ${f.type} that was cut off before its end.`,
    hint: "Copy or download it again; what is left of it would be explained as if it were the whole.",
  }),
  "picture-broken": (f: { name: string; why: string }) => ({
    message: `${quote(f.name)} cannot be decoded: ${f.why}.`,
    hint: "The file is damaged; get it again from where it came from.",
  }),
  "picture-encode": (f: { type: string; why: string }) => ({ message: `A picture cannot be written as ${quote(f.type)} here: ${f.why}.`, hint: "Write it as image/png.", kind: "unsupported" }),
  "picture-data": (f: { width: number; height: number; length: number }) => ({
    message: `A picture of ${f.width} × ${f.height} was given with ${f.length} bytes.`,
    hint: "`data` holds 4 bytes (RGBA) for each of width × height pixels, both at least 1.",
  }),
  "region-outside": (f: { region: readonly number[]; width: number; height: number }) => ({
    message: `The region [top, left, height, width] = ${showShape(f.region)} does not lie in a picture of ${f.height} rows and ${f.width} columns.`,
  }),
  "resize-size": (f: { height: number; width: number }) => ({
    message: `A picture cannot be resized to ${f.height} rows and ${f.width} columns.`,
    hint: "Both are whole numbers of at least 1, and not more pixels than a picture that is decoded may have.",
  }),
  "resize-syntax": (f: { resize: string }) => ({
    message: `${quote(f.resize)} is no way to resize.`,
    hint: "One of: stretch · short-side 256, centre crop · long-side 224, pad",
  }),
  "image-spec": (f: { why: string }) => ({ message: `The description of the image input is not valid: ${f.why}.` }),
  "image-batch": (f: { layout: string; pictures: number }) => ({
    message: `${f.pictures} pictures were given to an input of layout ${f.layout}, which takes exactly one.`,
    hint: "Give one picture, or a layout with N.",
  }),
  "image-shape": (f: { shape: readonly number[]; layout: string; channels: string }) => ({
    message: `A tensor of shape ${showShape(f.shape)} is no ${f.layout} batch of ${f.channels} pictures.`,
  }),
  "preset-unknown": (f: { preset: string; known: readonly string[] }) => {
    const near = didYouMean(f.preset, f.known);
    return { message: `There is no preprocessing ${quote(f.preset)}.`, hint: `${near ? `${near} ` : ""}Known: ${f.known.join(", ")}.` };
  },
  "preset-shape": (f: { preset: string; input: string; shape: readonly (number | string | null)[]; why: string }) => ({
    message: `The preprocessing ${quote(f.preset)} does not fit the input ${quote(f.input)} ${showShape(f.shape)}: ${f.why}.`,
    hint: "Describe the input in MODEL.vitrine.json, or give a .npy tensor, which is fed as it is.",
  }),
});
