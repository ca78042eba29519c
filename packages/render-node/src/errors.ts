import { defineErrors } from "@vitrine/core";

export const renderNodeError = defineErrors({
  "picture-too-large": (f: { width: number; height: number; scale: number; most: number }) => ({
    message: `A picture of ${f.width} × ${f.height} pixels at a scale of ${f.scale} is larger than ${f.most.toLocaleString("en-US")} pixels.`,
    hint: "Take a smaller scale, or save it as SVG.",
  }),
  "svg-unreadable": (f: { reason: string }) => ({
    message: `The SVG cannot be drawn: ${f.reason}`,
    hint: "Give it a document as `drawView` makes them, with a width and a height.",
  }),
  "scale-range": (f: { scale: number }) => ({
    message: `A scale of ${f.scale} is out of range.`,
    hint: "Take a scale above 0 and up to 8; 2 suits most screens.",
  }),
});
