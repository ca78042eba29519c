import { float32, pictureTensor, take, tensor, toFloat32, type Explained, type Tensor } from "@vitrine/core";
import { greyFilter, lifted, rawFilter, withoutOutliers, type FilterName } from "./filters.js";

/** Numbers from 0 to 1 as bytes. */
const byte = (value: number): number => Math.max(0, Math.min(255, Math.round(255 * value)));

/** One sample of a gradient at a picture as a picture, [rows, columns, 3] bytes; undefined where the input is none. */
export function projectionPicture(explained: Explained, gradient: Tensor, sample: number, filter: FilterName, outliers: number, gamma: number): Tensor<"uint8"> | undefined {
  if (!explained.input?.toPictures) return undefined;
  if (filter === "raw") return colours(explained, gradient, sample, outliers, gamma);
  const grey = greyFilter(gradient, explained, sample, filter, outliers, gamma);
  const bytes = new Uint8Array(grey.data.length * 3);
  grey.data.forEach((value, i) => bytes.fill(byte(value), 3 * i, 3 * i + 3));
  return tensor("uint8", [...grey.shape, 3], bytes);
}

/**
 * The raw filter in the picture's own colours: each number becomes the pixel value that it stands for, is normalised as
 * the network's input is, and goes the input's own way back to a picture, which knows the order of channels and axes.
 */
function colours({ input, batchAxis }: Explained, gradient: Tensor, sample: number, outliers: number, gamma: number): Tensor<"uint8"> | undefined {
  const [dark, light] = [input!.fromPixel?.(0), input!.fromPixel?.(255)];
  if (!dark || !light) return undefined;
  const one = batchAxis === undefined ? gradient : take(gradient, batchAxis, [sample]);
  const shown = rawFilter(lifted(withoutOutliers(toFloat32(one), outliers), gamma));
  const run = one.shape.slice(dark.axis + 1).reduce((a, b) => a * b, 1);
  const channels = one.shape[dark.axis]!;
  const fed = shown.map((value, i) => {
    const channel = Math.floor(i / run) % channels;
    return dark.values[channel]! + value * (light.values[channel]! - dark.values[channel]!);
  });
  const [picture] = input!.toPictures!(float32(one.shape, fed));
  return picture && pictureTensor(picture);
}
