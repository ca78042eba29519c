import { float32, sizeOf, toFloat32, type ImageSpec, type Picture, type Tensor } from "@vitrine/core";
import { imageError } from "./errors.js";
import { checkPicture, luma } from "./picture.js";

/** Where the bytes of an RGBA pixel go, in the order of the channels. */
const order = { RGB: [0, 1, 2], BGR: [2, 1, 0], gray: [0] } as const;

export const channelCount = (spec: Pick<ImageSpec, "channels">): 1 | 3 => order[spec.channels].length;

/** Index of the axis that channels lie on. */
const channelAxis = (spec: Pick<ImageSpec, "layout">): number => spec.layout.indexOf("C");

function checkSpec(spec: ImageSpec): void {
  const fail = (why: string): Error => imageError("image-spec", { why });
  const count = channelCount(spec);
  if (spec.mean.length !== count || spec.std.length !== count) throw fail(`${spec.channels} takes ${count} numbers in \`mean\` and \`std\`, not ${spec.mean.length} and ${spec.std.length}`);
  if (![...spec.mean, ...spec.std, spec.range].every(Number.isFinite)) throw fail("`mean`, `std` and `range` must be finite");
  if (!(spec.range > 0) || spec.std.some((std) => std === 0)) throw fail("`range` must be above 0 and no `std` may be 0");
}

/** Offsets of batch, channel, row and column in a tensor of this layout. */
function stridesFor(spec: ImageSpec, height: number, width: number): { readonly sample: number; readonly channel: number; readonly row: number; readonly column: number } {
  const count = channelCount(spec);
  return spec.layout.endsWith("CHW")
    ? { sample: count * height * width, channel: height * width, row: width, column: 1 }
    : { sample: count * height * width, channel: 1, row: width * count, column: count };
}

/**
 * Pictures as the tensor that a network takes: fed = (pixel · range / 255 − mean) / std, channels in the order of the spec.
 * Pictures are taken at their own size, which must be the same for all: `fit` brings them to `spec.size`.
 * @returns float32 in `spec.layout`; without N in it for exactly one picture
 * @throws `picture-data`, `image-spec`, `image-batch`, `image-shape` where sizes differ
 */
export function normalise(pictures: Picture | readonly Picture[], spec: ImageSpec): Tensor<"float32"> {
  const all: readonly Picture[] = "data" in pictures ? [pictures] : pictures;
  checkSpec(spec);
  const batched = spec.layout.startsWith("N");
  const first = all[0];
  if (!first || (!batched && all.length > 1)) throw imageError("image-batch", { layout: spec.layout, pictures: all.length });
  const { width, height } = first;
  const count = channelCount(spec);
  const strides = stridesFor(spec, height, width);
  const data = new Float32Array(all.length * strides.sample);
  all.forEach((picture, n) => {
    checkPicture(picture);
    if (picture.width !== width || picture.height !== height) throw imageError("image-shape", { shape: [picture.height, picture.width, count], layout: `${height} × ${width}`, channels: spec.channels });
    const pixels = picture.data;
    for (let c = 0; c < count; c++) {
      const [scale, mean, std, byte] = [spec.range / 255, spec.mean[c]!, spec.std[c]!, order[spec.channels][c]!];
      for (let y = 0, from = 0; y < height; y++) {
        let to = n * strides.sample + c * strides.channel + y * strides.row;
        for (let x = 0; x < width; x++, from += 4, to += strides.column) {
          const pixel = spec.channels === "gray" ? luma(pixels[from]!, pixels[from + 1]!, pixels[from + 2]!) : pixels[from + byte]!;
          data[to] = (pixel * scale - mean) / std;
        }
      }
    }
  });
  const dims = spec.layout.endsWith("CHW") ? [count, height, width] : [height, width, count];
  return float32(batched ? [all.length, ...dims] : dims, data);
}

/**
 * The way back: any tensor of this layout as pictures, one per sample, clipped to 0–255 and rounded; values that are no numbers are black.
 * @throws `image-shape` where the tensor has other axes or another number of channels
 */
export function toPictures(tensor: Tensor, spec: ImageSpec): Picture[] {
  checkSpec(spec);
  const count = channelCount(spec);
  const rank = spec.layout.length;
  const axis = (letter: string): number => tensor.shape[spec.layout.indexOf(letter)]!;
  if (tensor.shape.length !== rank || axis("C") !== count || sizeOf(tensor.shape) === 0) throw imageError("image-shape", { shape: tensor.shape, layout: spec.layout, channels: spec.channels });
  const [height, width, samples] = [axis("H"), axis("W"), spec.layout.startsWith("N") ? axis("N") : 1];
  const strides = stridesFor(spec, height, width);
  const values = toFloat32(tensor);
  const scale = 255 / spec.range;
  return Array.from({ length: samples }, (_, n) => {
    const data = new Uint8ClampedArray(4 * width * height).fill(255);
    for (let c = 0; c < count; c++) {
      const bytes = spec.channels === "gray" ? [0, 1, 2] : [order[spec.channels][c]!];
      for (let y = 0, to = 0; y < height; y++) {
        let from = n * strides.sample + c * strides.channel + y * strides.row;
        for (let x = 0; x < width; x++, to += 4, from += strides.column) {
          const pixel = (values[from]! * spec.std[c]! + spec.mean[c]!) * scale;
          for (const byte of bytes) data[to + byte] = pixel;
        }
      }
    }
    return { width, height, data };
  });
}

/** A pixel of 0 to 255 as it stands in the tensor: one number per channel, with the axis that channels lie on. @throws `image-spec` */
export function fromPixel(value: number, spec: ImageSpec): { readonly axis: number; readonly values: readonly number[] } {
  checkSpec(spec);
  return { axis: channelAxis(spec), values: spec.mean.map((mean, c) => ((value * spec.range) / 255 - mean) / spec.std[c]!) };
}
